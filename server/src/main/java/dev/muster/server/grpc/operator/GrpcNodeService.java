// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.operator;

import dev.muster.proto.operator.v1.CreateJoinTokenRequest;
import dev.muster.proto.operator.v1.CreateJoinTokenResponse;
import dev.muster.proto.operator.v1.CreateNodeRequest;
import dev.muster.proto.operator.v1.CreateNodeResponse;
import dev.muster.proto.operator.v1.GetNodeRequest;
import dev.muster.proto.operator.v1.GetNodeResponse;
import dev.muster.proto.operator.v1.LabelChoice;
import dev.muster.proto.operator.v1.ListJoinTokensRequest;
import dev.muster.proto.operator.v1.ListJoinTokensResponse;
import dev.muster.proto.operator.v1.ListNodesRequest;
import dev.muster.proto.operator.v1.ListNodesResponse;
import dev.muster.proto.operator.v1.Node;
import dev.muster.proto.operator.v1.NodeServiceGrpc;
import dev.muster.proto.operator.v1.PreviewSelectorRequest;
import dev.muster.proto.operator.v1.PreviewSelectorResponse;
import dev.muster.proto.operator.v1.RevokeJoinTokenRequest;
import dev.muster.proto.operator.v1.RevokeJoinTokenResponse;
import dev.muster.proto.operator.v1.RevokeNodeRequest;
import dev.muster.proto.operator.v1.RevokeNodeResponse;
import dev.muster.proto.operator.v1.UpdateNodeRequest;
import dev.muster.proto.operator.v1.UpdateNodeResponse;
import dev.muster.server.access.Authorizer;
import dev.muster.server.catalog.CatalogDirectory;
import dev.muster.server.error.Faults;
import dev.muster.server.grpc.CallContext;
import dev.muster.server.node.JoinTokenRecord;
import dev.muster.server.node.JoinTokens;
import dev.muster.server.node.JoinTokens.CreatedJoinToken;
import dev.muster.server.node.JoinTokens.NewJoinToken;
import dev.muster.server.node.NodeFilter;
import dev.muster.server.node.NodeFilter.Liveness;
import dev.muster.server.node.NodeName;
import dev.muster.server.node.NodeService;
import dev.muster.server.node.NodeService.CreatedNode;
import dev.muster.server.node.NodeView;
import dev.muster.server.node.Selectors;
import dev.muster.server.page.Page;
import dev.muster.server.request.RequestKey;
import dev.muster.wire.Limits;
import dev.muster.wire.NodeSecretKey;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The operators' NodeService. What is not overridden here, this server does not provide. */
public final class GrpcNodeService extends NodeServiceGrpc.NodeServiceImplBase {
  /** Longest name that is looked up: a name is a DNS label, an id a UUID. */
  private static final int NODE_CHARS = NodeName.MAX_CHARS;

  private final NodeService nodes;
  private final JoinTokens joinTokens;
  private final Authorizer authorizer;
  private final Pages pages;
  private final Supplier<AgentEndpoint> agentEndpoint;
  private final NodeMapper mapper;

  /** Makes the service. */
  public GrpcNodeService(
      NodeService nodes,
      JoinTokens joinTokens,
      CatalogDirectory catalogs,
      Authorizer authorizer,
      Pages pages,
      Supplier<AgentEndpoint> agentEndpoint) {
    this.agentEndpoint = agentEndpoint;
    this.nodes = nodes;
    this.joinTokens = joinTokens;
    this.authorizer = authorizer;
    this.pages = pages;
    this.mapper = new NodeMapper(catalogs);
  }

  @Override
  public void createJoinToken(
      CreateJoinTokenRequest request, StreamObserver<CreateJoinTokenResponse> response) {
    CallContext caller = CallContext.current();
    String projectId = authorizer.project(request.getProjectId());
    if (request.getReplace()) {
      throw Faults.notProvisioned("replace");
    }
    if (request.hasForgetAfter()) {
      throw Faults.notProvisioned("forget_after");
    }
    RequestKey key =
        RequestFields.requestKey(
            caller, projectId, "CreateJoinToken", request.getRequestId(), request);
    CreatedJoinToken created =
        joinTokens.create(caller.requestedBy(), key, wanted(projectId, request));
    response.onNext(
        CreateJoinTokenResponse.newBuilder()
            .setJoinToken(NodeMapper.joinToken(created.record()))
            .setSecret(created.token().map(token -> token.format()).orElse(""))
            .setAgentHost(agentEndpoint.get().host())
            .setAgentPort(agentEndpoint.get().port())
            .build());
    response.onCompleted();
  }

  private static NewJoinToken wanted(String projectId, CreateJoinTokenRequest request) {
    Map<String, List<String>> choices =
        request.getLabelChoicesMap().entrySet().stream()
            .collect(
                Collectors.toMap(
                    Map.Entry::getKey, choice -> List.copyOf(values(choice.getValue()))));
    Duration ttl =
        request.hasTtl() ? ProtoTimes.span("ttl", request.getTtl()) : JoinTokens.DEFAULT_TTL;
    return new NewJoinToken(
        projectId,
        RequestFields.text("description", request.getDescription(), 256),
        request.getMaxUses() == 0 ? 1 : request.getMaxUses(),
        ttl,
        request.getLabelsMap(),
        choices,
        request.getNodeName());
  }

  private static List<String> values(LabelChoice choice) {
    return choice.getValuesList();
  }

  @Override
  public void listJoinTokens(
      ListJoinTokensRequest request, StreamObserver<ListJoinTokensResponse> response) {
    CallContext caller = CallContext.current();
    String projectId = authorizer.project(request.getProjectId());
    int size = RequestFields.pageSize(request.getPageSize());
    Optional<UUID> before = pages.open(caller, request, request.getPageToken()).map(Pages::uuid);
    Page<JoinTokenRecord> page = joinTokens.list(projectId, before, size);
    ListJoinTokensResponse.Builder answer =
        ListJoinTokensResponse.newBuilder()
            .addAllJoinTokens(page.map(NodeMapper::joinToken).items());
    if (page.more()) {
      UUID last = page.items().get(page.items().size() - 1).id();
      answer.setNextPageToken(pages.next(caller, request, Pages.position(last)));
    }
    response.onNext(answer.build());
    response.onCompleted();
  }

  @Override
  public void revokeJoinToken(
      RevokeJoinTokenRequest request, StreamObserver<RevokeJoinTokenResponse> response) {
    CallContext caller = CallContext.current();
    RequestKey key =
        RequestFields.requestKey(
            caller, Authorizer.DEFAULT_PROJECT, "RevokeJoinToken", request.getRequestId(), request);
    JoinTokenRecord revoked =
        joinTokens.revoke(
            caller.requestedBy(),
            key,
            RequestFields.uuid("join_token_id", request.getJoinTokenId()));
    response.onNext(
        RevokeJoinTokenResponse.newBuilder().setJoinToken(NodeMapper.joinToken(revoked)).build());
    response.onCompleted();
  }

  @Override
  public void createNode(CreateNodeRequest request, StreamObserver<CreateNodeResponse> response) {
    CallContext caller = CallContext.current();
    String projectId = authorizer.project(request.getProjectId());
    RequestKey key =
        RequestFields.requestKey(caller, projectId, "CreateNode", request.getRequestId(), request);
    CreatedNode created =
        nodes.create(
            caller.requestedBy(), key, projectId, request.getName(), request.getLabelsMap());
    response.onNext(
        CreateNodeResponse.newBuilder()
            .setNode(mapper.node(created.node()))
            .setNodeSecretKey(created.key().map(NodeSecretKey::format).orElse(""))
            .build());
    response.onCompleted();
  }

  @Override
  public void getNode(GetNodeRequest request, StreamObserver<GetNodeResponse> response) {
    String projectId = authorizer.project(request.getProjectId());
    NodeView node = nodes.get(projectId, nodeId(request.getNodeId()));
    response.onNext(GetNodeResponse.newBuilder().setNode(mapper.node(node)).build());
    response.onCompleted();
  }

  @Override
  public void listNodes(ListNodesRequest request, StreamObserver<ListNodesResponse> response) {
    CallContext caller = CallContext.current();
    String projectId = authorizer.project(request.getProjectId());
    int size = RequestFields.pageSize(request.getPageSize());
    NodeFilter filter =
        new NodeFilter(
            Selectors.parseOrEverything(request.getSelector()),
            ProtoEnums.nodeStates("states", request.getStatesList()),
            liveness(request));
    Optional<NodeName> from =
        pages
            .open(caller, request, request.getPageToken())
            .map(position -> new NodeName(Pages.text(position)));
    Pages.Filled<NodeView, Node> filled =
        Pages.fill(
            size,
            (after, portion) ->
                nodes.list(
                    projectId,
                    filter,
                    after.map(view -> view.node().name()).or(() -> from).orElse(null),
                    portion),
            mapper::node);
    ListNodesResponse.Builder answer =
        ListNodesResponse.newBuilder().addAllNodes(filled.messages());
    filled
        .last()
        .ifPresent(
            last ->
                answer.setNextPageToken(
                    pages.next(
                        caller,
                        request,
                        last.node().name().value().getBytes(StandardCharsets.UTF_8))));
    response.onNext(answer.build());
    response.onCompleted();
  }

  private static Liveness liveness(ListNodesRequest request) {
    return switch (request.getPresence()) {
      case PRESENCE_UNSPECIFIED -> Liveness.ANY;
      case PRESENCE_ONLINE -> Liveness.ONLINE;
      case PRESENCE_OFFLINE -> Liveness.OFFLINE;
      case UNRECOGNIZED ->
          throw Faults.field("presence", request.getPresenceValue() + " is no presence.");
    };
  }

  @Override
  public void updateNode(UpdateNodeRequest request, StreamObserver<UpdateNodeResponse> response) {
    CallContext caller = CallContext.current();
    String projectId = authorizer.project(request.getProjectId());
    RequestKey key =
        RequestFields.requestKey(caller, projectId, "UpdateNode", request.getRequestId(), request);
    NodeView updated =
        nodes.updateLabels(
            caller.requestedBy(),
            key,
            projectId,
            nodeId(request.getNodeId()),
            request.getSetLabelsMap(),
            request.getRemoveLabelsList(),
            request.getEtag());
    response.onNext(UpdateNodeResponse.newBuilder().setNode(mapper.node(updated)).build());
    response.onCompleted();
  }

  @Override
  public void revokeNode(RevokeNodeRequest request, StreamObserver<RevokeNodeResponse> response) {
    CallContext caller = CallContext.current();
    String projectId = authorizer.project(request.getProjectId());
    RequestKey key =
        RequestFields.requestKey(caller, projectId, "RevokeNode", request.getRequestId(), request);
    NodeView revoked =
        nodes.revoke(
            caller.requestedBy(),
            key,
            projectId,
            nodeId(request.getNodeId()),
            RequestFields.text("reason", request.getReason(), RequestFields.TEXT_CHARS));
    response.onNext(RevokeNodeResponse.newBuilder().setNode(mapper.node(revoked)).build());
    response.onCompleted();
  }

  @Override
  public void previewSelector(
      PreviewSelectorRequest request, StreamObserver<PreviewSelectorResponse> response) {
    String projectId = authorizer.project(request.getProjectId());
    if (!request.getFactSelector().isEmpty()) {
      throw Faults.notProvisioned("fact_selector");
    }
    if (request.getSampleSize() < 0 || request.getSampleSize() > Limits.MAX_PAGE_SIZE) {
      throw Faults.limit("sample_size", "0 to " + Limits.MAX_PAGE_SIZE + ".");
    }
    NodeService.Preview preview =
        nodes.preview(projectId, Selectors.parse(request.getSelector()), request.getSampleSize());
    response.onNext(
        PreviewSelectorResponse.newBuilder()
            .setMatched(preview.matched())
            .setOnline(preview.online())
            .addAllSample(preview.sample().stream().map(mapper::node).toList())
            .build());
    response.onCompleted();
  }

  private static String nodeId(String idOrName) {
    return RequestFields.required("node_id", idOrName, NODE_CHARS);
  }
}
