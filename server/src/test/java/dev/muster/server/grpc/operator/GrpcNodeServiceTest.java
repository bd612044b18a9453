// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.operator;

import static dev.muster.server.grpc.operator.Refusals.assertFieldRefused;
import static dev.muster.server.grpc.operator.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import dev.muster.proto.operator.v1.CreateJoinTokenRequest;
import dev.muster.proto.operator.v1.CreateJoinTokenResponse;
import dev.muster.proto.operator.v1.CreateNodeRequest;
import dev.muster.proto.operator.v1.CreateNodeResponse;
import dev.muster.proto.operator.v1.GetNodeRequest;
import dev.muster.proto.operator.v1.JoinToken;
import dev.muster.proto.operator.v1.LabelChoice;
import dev.muster.proto.operator.v1.ListJoinTokensRequest;
import dev.muster.proto.operator.v1.ListJoinTokensResponse;
import dev.muster.proto.operator.v1.ListNodesRequest;
import dev.muster.proto.operator.v1.ListNodesResponse;
import dev.muster.proto.operator.v1.Node;
import dev.muster.proto.operator.v1.NodeServiceGrpc;
import dev.muster.proto.operator.v1.NodeServiceGrpc.NodeServiceBlockingStub;
import dev.muster.proto.operator.v1.NodeState;
import dev.muster.proto.operator.v1.Presence;
import dev.muster.proto.operator.v1.PreviewSelectorRequest;
import dev.muster.proto.operator.v1.RevokeJoinTokenRequest;
import dev.muster.proto.operator.v1.RevokeNodeRequest;
import dev.muster.proto.operator.v1.UpdateNodeRequest;
import dev.muster.server.access.Role;
import dev.muster.server.catalog.Danger;
import dev.muster.wire.NodeSecretKey;
import dev.muster.wire.WireErrors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@SuppressWarnings("NullAway.Init") // Set before each test.
class GrpcNodeServiceTest {
  @RegisterExtension final OperatorBus operators = new OperatorBus();

  private NodeServiceBlockingStub admin;

  @BeforeEach
  void connect() {
    admin = NodeServiceGrpc.newBlockingStub(operators.as(Role.ADMIN));
  }

  @Test
  void createdNode_isShownWithItsKey_andFoundByName() throws Exception {
    CreateNodeResponse created =
        admin.createNode(
            CreateNodeRequest.newBuilder().setName("web-1").putLabels("role", "web").build());

    assertThat(NodeSecretKey.parse(created.getNodeSecretKey()).nodeId())
        .hasToString(created.getNode().getId());
    assertThat(created.getNode().getState()).isEqualTo(NodeState.NODE_STATE_ACTIVE);
    assertThat(created.getNode().getProjectId()).isEqualTo("default");
    assertThat(created.getNode().getLabelsMap()).isEqualTo(Map.of("role", "web"));
    assertThat(get("web-1")).isEqualTo(created.getNode());
    assertThat(get(created.getNode().getId())).isEqualTo(created.getNode());
  }

  @Test
  void sameRequestIdAgain_returnsTheNodeWithoutTheKey() {
    CreateNodeRequest request =
        CreateNodeRequest.newBuilder()
            .setName("web-1")
            .setRequestId("r-1")
            .putLabels("a", "1")
            .putLabels("b", "2")
            .build();
    CreateNodeResponse first = admin.createNode(request);

    CreateNodeResponse again = admin.createNode(request);

    assertThat(again.getNode()).isEqualTo(first.getNode());
    assertThat(again.getNodeSecretKey()).isEmpty();
    assertRefused(
        "REQUEST_ID_REUSED",
        () -> admin.createNode(request.toBuilder().putLabels("a", "2").build()));
  }

  @Test
  void sameRequestIdOfAnotherCaller_isAnotherRequest() {
    CreateNodeRequest request =
        CreateNodeRequest.newBuilder().setName("web-1").setRequestId("r-1").build();
    var unused = admin.createNode(request);
    NodeServiceBlockingStub other = NodeServiceGrpc.newBlockingStub(operators.as(Role.ADMIN));

    assertRefused("NODE_NAME_TAKEN", () -> other.createNode(request));
  }

  @Test
  void badRequests_nameTheFieldAtFault() {
    assertFieldRefused("FIELD_INVALID", "name", () -> create("Web"));
    assertFieldRefused("FIELD_INVALID", "node_id", () -> get(""));
    assertFieldRefused("LIMIT_OUT_OF_RANGE", "node_id", () -> get("x".repeat(64)));
    assertFieldRefused(
        "LIMIT_OUT_OF_RANGE",
        "request_id",
        () ->
            admin.createNode(
                CreateNodeRequest.newBuilder()
                    .setName("web-1")
                    .setRequestId("r".repeat(129))
                    .build()));
    assertFieldRefused(
        "LIMIT_OUT_OF_RANGE",
        "reason",
        () ->
            admin.revokeNode(
                RevokeNodeRequest.newBuilder()
                    .setNodeId("web-1")
                    .setReason("r".repeat(4_097))
                    .build()));
    assertFieldRefused(
        "FIELD_INVALID",
        "states",
        () ->
            admin.listNodes(
                ListNodesRequest.newBuilder().addStates(NodeState.NODE_STATE_UNSPECIFIED).build()));
    assertFieldRefused(
        "FIELD_INVALID",
        "presence",
        () -> admin.listNodes(ListNodesRequest.newBuilder().setPresenceValue(99).build()));
  }

  @Test
  void otherProject_isNotFound() {
    assertRefused(
        "PROJECT_NOT_FOUND",
        () -> admin.listNodes(ListNodesRequest.newBuilder().setProjectId("other").build()));
  }

  @Test
  void unknownNode_isNotFound_inAnyForm() {
    assertRefused("NODE_NOT_FOUND", () -> get("nobody"));
    assertRefused("NODE_NOT_FOUND", () -> get("NO/BODY"));
    assertRefused("NODE_NOT_FOUND", () -> get("0193f6c2-0000-7000-8000-000000000000"));
  }

  @Test
  void nodes_arePagedByName() {
    for (int i = 0; i < 60; i++) {
      var unused = operators.node("n%02d".formatted(i), Map.of());
    }

    List<String> walked = new ArrayList<>();
    ListNodesRequest request = ListNodesRequest.newBuilder().setPageSize(7).build();
    int pages = 0;
    String token;
    do {
      ListNodesResponse page = admin.listNodes(request);
      page.getNodesList().forEach(node -> walked.add(node.getName()));
      token = page.getNextPageToken();
      request = request.toBuilder().setPageToken(token).build();
      pages++;
    } while (!token.isEmpty());

    assertThat(walked).hasSize(60).isSorted().doesNotHaveDuplicates();
    assertThat(pages).isEqualTo(9);
    assertThat(admin.listNodes(ListNodesRequest.getDefaultInstance()).getNodesCount())
        .isEqualTo(50);
  }

  @Test
  void exactlyFullLastPage_hasNoNextToken() {
    for (int i = 0; i < 4; i++) {
      var unused = operators.node("n" + i, Map.of());
    }

    ListNodesResponse first = admin.listNodes(ListNodesRequest.newBuilder().setPageSize(2).build());
    ListNodesResponse second =
        admin.listNodes(
            ListNodesRequest.newBuilder()
                .setPageSize(2)
                .setPageToken(first.getNextPageToken())
                .build());

    assertThat(second.getNodesCount()).isEqualTo(2);
    assertThat(second.getNextPageToken()).isEmpty();
  }

  @Test
  void pageToken_isBoundToCallerAndFilter_butNotToTheSize() {
    for (int i = 0; i < 4; i++) {
      var unused = operators.node("n" + i, Map.of());
    }
    ListNodesRequest request = ListNodesRequest.newBuilder().setPageSize(1).build();
    ListNodesRequest next =
        request.toBuilder().setPageToken(admin.listNodes(request).getNextPageToken()).build();
    NodeServiceBlockingStub other = NodeServiceGrpc.newBlockingStub(operators.as(Role.ADMIN));

    assertThat(admin.listNodes(next.toBuilder().setPageSize(3).build()).getNodesCount())
        .isEqualTo(3);
    assertRefused("PAGE_TOKEN_FOREIGN", () -> other.listNodes(next));
    assertRefused(
        "PAGE_TOKEN_FOREIGN", () -> admin.listNodes(next.toBuilder().setSelector("a").build()));
    assertRefused(
        "PAGE_TOKEN_FOREIGN",
        () ->
            admin.listJoinTokens(
                ListJoinTokensRequest.newBuilder().setPageToken(next.getPageToken()).build()));
  }

  @Test
  void damagedPageToken_isInvalid() {
    for (int i = 0; i < 2; i++) {
      var unused = operators.node("n" + i, Map.of());
    }
    String token =
        admin.listNodes(ListNodesRequest.newBuilder().setPageSize(1).build()).getNextPageToken();
    char flipped = token.charAt(40) == 'A' ? 'B' : 'A';

    for (String damaged :
        List.of(
            "x",
            "päge",
            token + "A",
            token.substring(1),
            token.substring(0, 40) + flipped + token.substring(41))) {
      assertRefused(
          "PAGE_TOKEN_INVALID",
          () -> admin.listNodes(ListNodesRequest.newBuilder().setPageToken(damaged).build()));
    }
  }

  @Test
  void pageSize_hasBounds() {
    for (int size : List.of(-1, 201, Integer.MAX_VALUE)) {
      assertFieldRefused(
          "LIMIT_OUT_OF_RANGE",
          "page_size",
          () -> admin.listNodes(ListNodesRequest.newBuilder().setPageSize(size).build()));
    }
  }

  @Test
  void list_isNarrowedBySelectorStateAndPresence() {
    var web = operators.node("web", Map.of("role", "web"));
    var db = operators.node("db", Map.of("role", "db"));
    var unused =
        admin.revokeNode(RevokeNodeRequest.newBuilder().setNodeId(db.name().value()).build());

    assertThat(names(ListNodesRequest.newBuilder().setSelector("role=web"))).containsExactly("web");
    assertThat(names(ListNodesRequest.newBuilder().addStates(NodeState.NODE_STATE_REVOKED)))
        .containsExactly("db");
    assertThat(names(ListNodesRequest.newBuilder().setPresence(Presence.PRESENCE_ONLINE)))
        .isEmpty();
    assertThat(names(ListNodesRequest.newBuilder().setPresence(Presence.PRESENCE_OFFLINE)))
        .containsExactly(web.name().value());
  }

  @Test
  void malformedSelector_isToldWithItsOffset() {
    var failure =
        assertRefused(
            "MALFORMED_SELECTOR",
            () -> admin.listNodes(ListNodesRequest.newBuilder().setSelector("role in (a").build()));

    assertThat(WireErrors.metadataOf(failure)).containsEntry("offset", "10");
    assertRefused(
        "MALFORMED_SELECTOR",
        () -> admin.previewSelector(PreviewSelectorRequest.getDefaultInstance()));
  }

  @Test
  void node_showsTheActionsOfItsCatalog() {
    var unused =
        operators.node(
            "web",
            Map.of(),
            OperatorBus.action("restart", Danger.LOW),
            OperatorBus.action("echo", Danger.LOW));

    assertThat(get("web").getActionsList()).containsExactly("echo", "restart");
  }

  @Test
  void update_withTheReadEtag_changesLabels_andOnlyOnce() {
    var unused = operators.node("web", Map.of("a", "1"));
    String etag = get("web").getEtag();
    UpdateNodeRequest request =
        UpdateNodeRequest.newBuilder()
            .setNodeId("web")
            .putSetLabels("b", "2")
            .addRemoveLabels("a")
            .setEtag(etag)
            .build();

    Node updated = admin.updateNode(request).getNode();

    assertThat(updated.getLabelsMap()).isEqualTo(Map.of("b", "2"));
    assertRefused("ETAG_MISMATCH", () -> admin.updateNode(request));
  }

  @Test
  void update_repeatedByItsRequestId_isHarmlessThoughTheEtagIsOld() {
    var unused = operators.node("web", Map.of());
    UpdateNodeRequest request =
        UpdateNodeRequest.newBuilder()
            .setNodeId("web")
            .setRequestId("r-1")
            .putSetLabels("b", "2")
            .setEtag(get("web").getEtag())
            .build();
    Node first = admin.updateNode(request).getNode();

    assertThat(admin.updateNode(request).getNode()).isEqualTo(first);
  }

  @Test
  void revoke_isToldByTheState_andMayBeRepeated() {
    var unused = operators.node("web", Map.of());

    Node revoked =
        admin.revokeNode(RevokeNodeRequest.newBuilder().setNodeId("web").build()).getNode();
    Node again =
        admin.revokeNode(RevokeNodeRequest.newBuilder().setNodeId("web").build()).getNode();

    assertThat(revoked.getState()).isEqualTo(NodeState.NODE_STATE_REVOKED);
    assertThat(again).isEqualTo(revoked);
    assertRefused(
        "NODE_REVOKED",
        () ->
            admin.updateNode(
                UpdateNodeRequest.newBuilder().setNodeId("web").putSetLabels("a", "1").build()));
  }

  @Test
  void preview_countsAndSamples() {
    for (int i = 0; i < 3; i++) {
      var unused = operators.node("n" + i, Map.of("role", "web"));
    }

    var preview =
        admin.previewSelector(
            PreviewSelectorRequest.newBuilder().setSelector("role=web").setSampleSize(2).build());

    assertThat(preview.getMatched()).isEqualTo(3);
    assertThat(preview.getOnline()).isZero();
    assertThat(preview.getSampleList()).extracting(Node::getName).containsExactly("n0", "n1");
    assertFieldRefused(
        "LIMIT_OUT_OF_RANGE",
        "sample_size",
        () ->
            admin.previewSelector(
                PreviewSelectorRequest.newBuilder().setSelector("a").setSampleSize(201).build()));
    assertRefused(
        "SURFACE_NOT_PROVISIONED",
        () ->
            admin.previewSelector(
                PreviewSelectorRequest.newBuilder()
                    .setSelector("a")
                    .setFactSelector("os=linux")
                    .build()));
  }

  @Test
  void joinToken_showsItsSecretOnce() throws Exception {
    CreateJoinTokenRequest request =
        CreateJoinTokenRequest.newBuilder()
            .setRequestId("r-1")
            .setDescription("rack 7")
            .setMaxUses(5)
            .setTtl(Duration.newBuilder().setSeconds(120))
            .putLabels("rack", "7")
            .putLabelChoices("role", LabelChoice.newBuilder().addValues("web").build())
            .build();

    CreateJoinTokenResponse created = admin.createJoinToken(request);

    assertThat(dev.muster.wire.JoinToken.parse(created.getSecret()).id())
        .hasToString(created.getJoinToken().getId());
    assertThat(created.getJoinToken().getMaxUses()).isEqualTo(5);
    assertThat(created.getJoinToken().getLabelsMap()).isEqualTo(Map.of("rack", "7"));
    assertThat(
            created.getJoinToken().getExpireTime().getSeconds()
                - created.getJoinToken().getCreateTime().getSeconds())
        .isEqualTo(120);
    CreateJoinTokenResponse again = admin.createJoinToken(request);
    assertThat(again.getJoinToken()).isEqualTo(created.getJoinToken());
    assertThat(again.getSecret()).isEmpty();
  }

  @Test
  void joinTokenDefaults_areOneUseAndOneHour() {
    JoinToken token =
        admin.createJoinToken(CreateJoinTokenRequest.getDefaultInstance()).getJoinToken();

    assertThat(token.getMaxUses()).isEqualTo(1);
    assertThat(token.getExpireTime().getSeconds() - token.getCreateTime().getSeconds())
        .isEqualTo(3_600);
  }

  @Test
  void badJoinTokens_areRefused() {
    CreateJoinTokenRequest some = CreateJoinTokenRequest.getDefaultInstance();
    assertFieldRefused(
        "LIMIT_OUT_OF_RANGE",
        "max_uses",
        () -> admin.createJoinToken(some.toBuilder().setMaxUses(100_001).build()));
    assertFieldRefused(
        "LIMIT_OUT_OF_RANGE",
        "ttl",
        () ->
            admin.createJoinToken(
                some.toBuilder().setTtl(Duration.newBuilder().setSeconds(59)).build()));
    assertFieldRefused(
        "FIELD_INVALID",
        "ttl",
        () ->
            admin.createJoinToken(
                some.toBuilder()
                    .setTtl(Duration.newBuilder().setSeconds(60).setNanos(-1))
                    .build()));
    assertFieldRefused(
        "FIELD_INVALID",
        "node_name",
        () -> admin.createJoinToken(some.toBuilder().setNodeName("a").setMaxUses(2).build()));
    assertFieldRefused(
        "FIELD_INVALID",
        "label_choices",
        () ->
            admin.createJoinToken(
                some.toBuilder()
                    .putLabels("a", "1")
                    .putLabelChoices("a", LabelChoice.newBuilder().addValues("2").build())
                    .build()));
    assertFieldRefused(
        "LIMIT_OUT_OF_RANGE",
        "label_choices",
        () ->
            admin.createJoinToken(
                some.toBuilder().putLabelChoices("a", LabelChoice.getDefaultInstance()).build()));
    assertThat(
            WireErrors.metadataOf(
                assertRefused(
                    "SURFACE_NOT_PROVISIONED",
                    () -> admin.createJoinToken(some.toBuilder().setReplace(true).build()))))
        .containsEntry("surface", "replace");
    assertRefused(
        "SURFACE_NOT_PROVISIONED",
        () ->
            admin.createJoinToken(
                some.toBuilder().setForgetAfter(Duration.newBuilder().setSeconds(1)).build()));
  }

  @Test
  void joinTokens_arePagedNewestFirst_andRevoked() {
    List<String> made = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      made.add(
          0,
          admin
              .createJoinToken(CreateJoinTokenRequest.getDefaultInstance())
              .getJoinToken()
              .getId());
    }

    ListJoinTokensRequest request = ListJoinTokensRequest.newBuilder().setPageSize(3).build();
    ListJoinTokensResponse first = admin.listJoinTokens(request);
    ListJoinTokensResponse second =
        admin.listJoinTokens(request.toBuilder().setPageToken(first.getNextPageToken()).build());
    List<String> listed = new ArrayList<>();
    first.getJoinTokensList().forEach(token -> listed.add(token.getId()));
    second.getJoinTokensList().forEach(token -> listed.add(token.getId()));

    assertThat(listed).isEqualTo(made);
    assertThat(second.getNextPageToken()).isEmpty();
    assertThat(
            admin
                .revokeJoinToken(
                    RevokeJoinTokenRequest.newBuilder().setJoinTokenId(made.get(0)).build())
                .getJoinToken()
                .getRevoked())
        .isTrue();
    assertRefused(
        "JOIN_TOKEN_NOT_FOUND",
        () ->
            admin.revokeJoinToken(
                RevokeJoinTokenRequest.newBuilder()
                    .setJoinTokenId("0193f6c2-0000-7000-8000-000000000000")
                    .build()));
    assertFieldRefused(
        "FIELD_INVALID",
        "join_token_id",
        () ->
            admin.revokeJoinToken(
                RevokeJoinTokenRequest.newBuilder().setJoinTokenId("1-1-1-1-1").build()));
  }

  private Node create(String name) {
    return admin.createNode(CreateNodeRequest.newBuilder().setName(name).build()).getNode();
  }

  private Node get(String idOrName) {
    return admin.getNode(GetNodeRequest.newBuilder().setNodeId(idOrName).build()).getNode();
  }

  private List<String> names(ListNodesRequest.Builder request) {
    return admin.listNodes(request.build()).getNodesList().stream().map(Node::getName).toList();
  }
}
