// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.node;

import static dev.muster.server.node.TestBus.ALICE;
import static dev.muster.server.node.TestBus.PROJECT;
import static dev.muster.server.node.TestBus.once;
import static dev.muster.server.node.TestBus.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.node.NodeService.CreatedNode;
import dev.muster.server.page.Page;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@SuppressWarnings("NullAway.Init") // Set before each test.
class NodeServiceTest {
  private static final NodeFilter ALL =
      new NodeFilter(LabelSelector.everything(), Set.of(), NodeFilter.Liveness.ANY);

  @RegisterExtension final TestBus bus = new TestBus();

  private final List<String> told = new ArrayList<>();
  private NodeService service;

  @BeforeEach
  void make() {
    service = service((tx, node, by) -> told.add("settle " + node.name() + " " + node.state()));
  }

  private NodeService service(RevocationListener revocation) {
    return new NodeService(
        bus.ledger,
        bus.store,
        bus.nodes,
        bus.keyring,
        bus.keyedHash,
        bus,
        revocation,
        node -> told.add("close " + bus.nodes.find(node).orElseThrow().state()),
        TestBus.IDS,
        bus.random);
  }

  @Test
  void createdNode_isKnownByIdAndName_andItsKeyIsVerified() {
    CreatedNode created =
        service.create(ALICE, once("CreateNode"), PROJECT, "web-1", Map.of("role", "web"));

    Node node = created.node().node();
    assertThat(bus.nodes.resolve(PROJECT, "web-1")).isEqualTo(node);
    assertThat(bus.nodes.resolve(PROJECT, node.id().toString())).isEqualTo(node);
    assertThat(bus.keyring.authenticate(created.key().orElseThrow()))
        .isInstanceOfSatisfying(
            NodeAuthentication.Verified.class,
            verified -> assertThat(verified.node()).isEqualTo(node));
    assertThat(bus.auditedVerbs()).containsExactly("node.create");
  }

  @Test
  void createdNode_isThereAfterARestart() {
    CreatedNode created =
        service.create(ALICE, once("CreateNode"), PROJECT, "web-1", Map.of("role", "web"));

    bus.restart();

    assertThat(bus.nodes.resolve(PROJECT, "web-1")).isEqualTo(created.node().node());
    assertThat(bus.keyring.authenticate(created.key().orElseThrow()))
        .isInstanceOf(NodeAuthentication.Verified.class);
  }

  @Test
  void sameRequestAgain_returnsTheNodeWithoutItsKey() {
    CreatedNode first =
        service.create(ALICE, request("CreateNode", "r-1", "a"), PROJECT, "web-1", Map.of());

    CreatedNode again =
        service.create(ALICE, request("CreateNode", "r-1", "a"), PROJECT, "web-1", Map.of());

    assertThat(again.node().node()).isEqualTo(first.node().node());
    assertThat(again.key()).isEmpty();
    assertThat(bus.nodes.all()).hasSize(1);
  }

  @Test
  void requestIdForSomethingElse_isRefused() {
    var unused =
        service.create(ALICE, request("CreateNode", "r-1", "a"), PROJECT, "web-1", Map.of());

    assertRefused(
        ErrorReason.REQUEST_ID_REUSED,
        () -> service.create(ALICE, request("CreateNode", "r-1", "b"), PROJECT, "web-2", Map.of()));
  }

  @Test
  void takenName_isRefused_andNothingIsWritten() {
    node("web-1");

    assertRefused(ErrorReason.NODE_NAME_TAKEN, () -> node("web-1"));
    assertThat(bus.nodes.all()).hasSize(1);
    assertThat(bus.auditedVerbs()).containsExactly("node.create");
  }

  @Test
  void badNameOrLabel_namesTheField() {
    assertFieldAtFault("name", () -> node("Web 1"));
    assertFieldAtFault(
        "labels",
        () -> service.create(ALICE, once("CreateNode"), PROJECT, "web-1", Map.of("a b", "c")));
  }

  @Test
  void updateLabels_setsAndRemoves_andTheSelectorSeesIt() throws Exception {
    var unused =
        service.create(
            ALICE, once("CreateNode"), PROJECT, "web-1", Map.of("role", "web", "old", "x"));

    NodeView updated =
        service.updateLabels(
            ALICE, once("UpdateNode"), PROJECT, "web-1", Map.of("tier", "1"), List.of("old"), "");

    assertThat(updated.node().labels().asMap()).isEqualTo(Map.of("role", "web", "tier", "1"));
    assertThat(bus.nodes.match(PROJECT, LabelSelector.parse("tier=1,!old"))).hasSize(1);
  }

  @Test
  void updateWithAnOldEtag_isRefused() {
    String etag = node("web-1").etag();
    NodeView changed =
        service.updateLabels(
            ALICE, once("UpdateNode"), PROJECT, "web-1", Map.of("a", "1"), List.of(), etag);

    assertThat(changed.etag()).isNotEqualTo(etag);
    assertRefused(
        ErrorReason.ETAG_MISMATCH,
        () ->
            service.updateLabels(
                ALICE, once("UpdateNode"), PROJECT, "web-1", Map.of("a", "2"), List.of(), etag));
  }

  @Test
  void revocation_settlesBeforeTheCommitAndClosesAfterIt() {
    node("web-1");

    NodeView revoked = service.revoke(ALICE, once("RevokeNode"), PROJECT, "web-1", "stolen");

    assertThat(revoked.node().state()).isEqualTo(NodeState.REVOKED);
    assertThat(told).containsExactly("settle web-1 REVOKED", "close REVOKED");
    assertThat(bus.auditedVerbs()).containsExactly("node.create", "node.revoke");
  }

  @Test
  void revokedNode_keepsItsKeyToBeToldApart_butIsInNoCohort() {
    CreatedNode created =
        service.create(ALICE, once("CreateNode"), PROJECT, "web-1", Map.of("role", "web"));

    var unused = service.revoke(ALICE, once("RevokeNode"), PROJECT, "web-1", "");

    assertThat(bus.keyring.authenticate(created.key().orElseThrow()))
        .isInstanceOf(NodeAuthentication.Revoked.class);
    assertThat(bus.nodes.match(PROJECT, LabelSelector.everything())).isEmpty();
    assertThat(service.list(PROJECT, ALL, null, 10).items()).isEmpty();
    assertThat(service.get(PROJECT, "web-1").node().state()).isEqualTo(NodeState.REVOKED);
  }

  @Test
  void revokingAgain_isFine_andSettlesOnce() {
    node("web-1");
    var first = service.revoke(ALICE, once("RevokeNode"), PROJECT, "web-1", "");

    NodeView again = service.revoke(ALICE, once("RevokeNode"), PROJECT, "web-1", "");

    assertThat(again.node()).isEqualTo(first.node());
    assertThat(told).containsExactly("settle web-1 REVOKED", "close REVOKED");
  }

  @Test
  void revocationThatCannotSettle_changesNothing() {
    CreatedNode created = service.create(ALICE, once("CreateNode"), PROJECT, "web-1", Map.of());
    NodeService failing =
        service(
            (tx, node, by) -> {
              throw new IllegalStateException("cannot settle");
            });

    assertThatThrownBy(() -> failing.revoke(ALICE, once("RevokeNode"), PROJECT, "web-1", ""))
        .isInstanceOf(IllegalStateException.class);

    assertThat(bus.keyring.authenticate(created.key().orElseThrow()))
        .isInstanceOf(NodeAuthentication.Verified.class);
    assertThat(service.get(PROJECT, "web-1").node().state()).isEqualTo(NodeState.ACTIVE);
  }

  @Test
  void labelsOfARevokedNode_stay() {
    node("web-1");
    var revoked = service.revoke(ALICE, once("RevokeNode"), PROJECT, "web-1", "");

    assertRefused(
        ErrorReason.NODE_REVOKED,
        () ->
            service.updateLabels(
                ALICE, once("UpdateNode"), PROJECT, "web-1", Map.of("a", "1"), List.of(), ""));
    assertThat(revoked.node().labels().size()).isZero();
  }

  @Test
  void list_walksAllPagesByName() {
    for (int i = 0; i < 7; i++) {
      node("n" + i);
    }

    Page<NodeView> first = service.list(PROJECT, ALL, null, 3);
    Page<NodeView> second = service.list(PROJECT, ALL, new NodeName("n2"), 3);
    Page<NodeView> third = service.list(PROJECT, ALL, new NodeName("n5"), 3);

    assertThat(names(first)).containsExactly("n0", "n1", "n2");
    assertThat(names(second)).containsExactly("n3", "n4", "n5");
    assertThat(names(third)).containsExactly("n6");
    assertThat(List.of(first.more(), second.more(), third.more()))
        .containsExactly(true, true, false);
  }

  @Test
  void list_isNarrowedByLabelsStateAndPresence() throws Exception {
    Node web =
        service.create(ALICE, once("CreateNode"), PROJECT, "web", Map.of("r", "w")).node().node();
    var unused = node("db");
    bus.connect(web);

    assertThat(
            names(
                service.list(
                    PROJECT,
                    new NodeFilter(LabelSelector.parse("r=w"), Set.of(), NodeFilter.Liveness.ANY),
                    null,
                    9)))
        .containsExactly("web");
    assertThat(
            names(
                service.list(
                    PROJECT,
                    new NodeFilter(
                        LabelSelector.everything(), Set.of(), NodeFilter.Liveness.OFFLINE),
                    null,
                    9)))
        .containsExactly("db");
    assertThat(
            names(
                service.list(
                    PROJECT,
                    new NodeFilter(
                        LabelSelector.everything(),
                        Set.of(NodeState.REVOKED),
                        NodeFilter.Liveness.ANY),
                    null,
                    9)))
        .isEmpty();
  }

  @Test
  void preview_countsWholeAndShowsTheFirst() {
    for (int i = 0; i < 5; i++) {
      NodeView node = node("n" + i);
      if (i % 2 == 0) {
        bus.connect(node.node());
      }
    }

    NodeService.Preview preview = service.preview(PROJECT, LabelSelector.everything(), 2);

    assertThat(preview.matched()).isEqualTo(5);
    assertThat(preview.online()).isEqualTo(3);
    assertThat(preview.sample().stream().map(view -> view.node().name().value()))
        .containsExactly("n0", "n1");
  }

  @Test
  void unknownNode_isNotFound() {
    assertRefused(ErrorReason.NODE_NOT_FOUND, () -> service.get(PROJECT, "nobody"));
    assertRefused(
        ErrorReason.NODE_NOT_FOUND,
        () -> service.get(PROJECT, "0193f6c2-0000-7000-8000-000000000000"));
  }

  private NodeView node(String name) {
    return service.create(ALICE, once("CreateNode"), PROJECT, name, Map.of()).node();
  }

  private static List<String> names(Page<NodeView> page) {
    return page.items().stream().map(view -> view.node().name().value()).toList();
  }

  private static void assertRefused(ErrorReason reason, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            BusException.class, refusal -> assertThat(refusal.reason()).isEqualTo(reason));
  }

  private static void assertFieldAtFault(String field, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            BusException.class,
            refusal -> {
              assertThat(refusal.reason()).isEqualTo(ErrorReason.FIELD_INVALID);
              assertThat(refusal.violations()).extracting("field").containsExactly(field);
            });
  }
}
