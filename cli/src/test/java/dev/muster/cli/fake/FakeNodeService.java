// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.fake;

import com.google.protobuf.util.Timestamps;
import dev.muster.proto.operator.v1.CreateJoinTokenRequest;
import dev.muster.proto.operator.v1.CreateJoinTokenResponse;
import dev.muster.proto.operator.v1.CreateNodeRequest;
import dev.muster.proto.operator.v1.CreateNodeResponse;
import dev.muster.proto.operator.v1.GetNodeRequest;
import dev.muster.proto.operator.v1.GetNodeResponse;
import dev.muster.proto.operator.v1.JoinToken;
import dev.muster.proto.operator.v1.ListJoinTokensRequest;
import dev.muster.proto.operator.v1.ListJoinTokensResponse;
import dev.muster.proto.operator.v1.ListNodesRequest;
import dev.muster.proto.operator.v1.ListNodesResponse;
import dev.muster.proto.operator.v1.Node;
import dev.muster.proto.operator.v1.NodeServiceGrpc.NodeServiceImplBase;
import dev.muster.proto.operator.v1.NodeState;
import dev.muster.proto.operator.v1.PreviewSelectorRequest;
import dev.muster.proto.operator.v1.PreviewSelectorResponse;
import dev.muster.proto.operator.v1.RevokeJoinTokenRequest;
import dev.muster.proto.operator.v1.RevokeJoinTokenResponse;
import dev.muster.proto.operator.v1.RevokeNodeRequest;
import dev.muster.proto.operator.v1.RevokeNodeResponse;
import dev.muster.proto.operator.v1.UpdateNodeRequest;
import dev.muster.proto.operator.v1.UpdateNodeResponse;
import dev.muster.proto.type.v1.ErrorReason;
import dev.muster.wire.WireErrors;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/** Nodes and join tokens of a fake fleet. Its selectors match every node. */
final class FakeNodeService extends NodeServiceImplBase {
  private final FakeFleet fleet;

  FakeNodeService(FakeFleet fleet) {
    this.fleet = fleet;
  }

  @Override
  public void listNodes(ListNodesRequest request, StreamObserver<ListNodesResponse> answers) {
    List<Node> all = List.copyOf(fleet.nodes());
    int from = offset(request.getPageToken());
    int to = Math.min(all.size(), from + request.getPageSize());
    FakeExecutionService.answer(
        answers,
        ListNodesResponse.newBuilder()
            .addAllNodes(all.subList(from, to))
            .setNextPageToken(to < all.size() ? Integer.toString(to) : "")
            .build());
  }

  @Override
  public void getNode(GetNodeRequest request, StreamObserver<GetNodeResponse> answers) {
    withNode(
        request.getNodeId(),
        answers,
        node ->
            FakeExecutionService.answer(
                answers, GetNodeResponse.newBuilder().setNode(node).build()));
  }

  @Override
  public void createNode(CreateNodeRequest request, StreamObserver<CreateNodeResponse> answers) {
    Node node = fleet.addNode(request.getName(), request.getLabelsMap());
    FakeExecutionService.answer(
        answers,
        CreateNodeResponse.newBuilder().setNode(node).setNodeSecretKey("nsk_secret").build());
  }

  @Override
  public void updateNode(UpdateNodeRequest request, StreamObserver<UpdateNodeResponse> answers) {
    withNode(
        request.getNodeId(),
        answers,
        node -> {
          Node.Builder changed = node.toBuilder().putAllLabels(request.getSetLabelsMap());
          request.getRemoveLabelsList().forEach(changed::removeLabels);
          FakeExecutionService.answer(
              answers,
              UpdateNodeResponse.newBuilder().setNode(fleet.putNode(changed.build())).build());
        });
  }

  @Override
  public void revokeNode(RevokeNodeRequest request, StreamObserver<RevokeNodeResponse> answers) {
    withNode(
        request.getNodeId(),
        answers,
        node -> {
          Node revoked = node.toBuilder().setState(NodeState.NODE_STATE_REVOKED).build();
          FakeExecutionService.answer(
              answers, RevokeNodeResponse.newBuilder().setNode(fleet.putNode(revoked)).build());
        });
  }

  @Override
  public void previewSelector(
      PreviewSelectorRequest request, StreamObserver<PreviewSelectorResponse> answers) {
    FakeExecutionService.answer(
        answers, PreviewSelectorResponse.newBuilder().setMatched(fleet.nodes().size()).build());
  }

  @Override
  public void createJoinToken(
      CreateJoinTokenRequest request, StreamObserver<CreateJoinTokenResponse> answers) {
    JoinToken token =
        JoinToken.newBuilder()
            .setId(UUID.randomUUID().toString())
            .setDescription(request.getDescription())
            .setMaxUses(request.getMaxUses())
            .putAllLabels(request.getLabelsMap())
            .setExpireTime(Timestamps.fromSeconds(4_000_000_000L))
            .setCreatedBy("admin")
            .build();
    fleet.tokens().put(token.getId(), token);
    FakeExecutionService.answer(
        answers,
        CreateJoinTokenResponse.newBuilder().setJoinToken(token).setSecret("mjt_secret").build());
  }

  @Override
  public void listJoinTokens(
      ListJoinTokensRequest request, StreamObserver<ListJoinTokensResponse> answers) {
    FakeExecutionService.answer(
        answers,
        ListJoinTokensResponse.newBuilder().addAllJoinTokens(fleet.tokens().values()).build());
  }

  @Override
  public void revokeJoinToken(
      RevokeJoinTokenRequest request, StreamObserver<RevokeJoinTokenResponse> answers) {
    JoinToken token =
        fleet
            .tokens()
            .getOrDefault(request.getJoinTokenId(), JoinToken.getDefaultInstance())
            .toBuilder()
            .setRevoked(true)
            .build();
    fleet.tokens().put(token.getId(), token);
    FakeExecutionService.answer(
        answers, RevokeJoinTokenResponse.newBuilder().setJoinToken(token).build());
  }

  static int offset(String pageToken) {
    return pageToken.isEmpty() ? 0 : Integer.parseInt(pageToken);
  }

  private <M> void withNode(String nameOrId, StreamObserver<M> answers, Consumer<Node> then) {
    Optional<Node> found =
        fleet.nodes().stream()
            .filter(node -> node.getName().equals(nameOrId) || node.getId().equals(nameOrId))
            .findFirst();
    if (found.isPresent()) {
      then.accept(found.get());
    } else {
      answers.onError(
          WireErrors.exception(
              ErrorReason.ERROR_REASON_NODE_NOT_FOUND,
              "There is no node " + nameOrId + ".",
              Map.of("node", nameOrId, "correlation_id", "corr-2")));
    }
  }
}
