// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.operator;

import dev.muster.proto.operator.v1.ActionOffer;
import dev.muster.proto.operator.v1.ActionServiceGrpc;
import dev.muster.proto.operator.v1.ListActionsRequest;
import dev.muster.proto.operator.v1.ListActionsResponse;
import dev.muster.proto.operator.v1.PrepareActionRequest;
import dev.muster.proto.operator.v1.PrepareActionResponse;
import dev.muster.server.access.Authorizer;
import dev.muster.server.catalog.ActionOffer.Position;
import dev.muster.server.catalog.ActionQueries;
import dev.muster.server.dispatch.PrepareService;
import dev.muster.server.dispatch.PrepareService.Prepared;
import dev.muster.server.grpc.CallContext;
import dev.muster.server.node.LabelSelector;
import dev.muster.server.node.NodeName;
import dev.muster.server.node.Selectors;
import dev.muster.wire.Limits;
import dev.muster.wire.Sha256;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.stub.StreamObserver;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The operators' ActionService. */
public final class GrpcActionService extends ActionServiceGrpc.ActionServiceImplBase {
  /** What is kept of a caller's own deadline, so that our answer comes before it. */
  private static final Duration ANSWER_MARGIN = Duration.ofMillis(50);

  private final ActionQueries actions;
  private final PrepareService prepares;
  private final Authorizer authorizer;
  private final Pages pages;

  /** Makes the service. */
  public GrpcActionService(
      ActionQueries actions, PrepareService prepares, Authorizer authorizer, Pages pages) {
    this.actions = actions;
    this.prepares = prepares;
    this.authorizer = authorizer;
    this.pages = pages;
  }

  @Override
  public void listActions(
      ListActionsRequest request, StreamObserver<ListActionsResponse> response) {
    CallContext caller = CallContext.current();
    String projectId = authorizer.project(request.getProjectId());
    int size = RequestFields.pageSize(request.getPageSize());
    LabelSelector selector = Selectors.parseOrEverything(request.getSelector());
    Optional<Position> from =
        pages.open(caller, request, request.getPageToken()).map(GrpcActionService::position);
    Pages.Filled<dev.muster.server.catalog.ActionOffer, ActionOffer> filled =
        Pages.fill(
            size,
            (after, portion) ->
                actions.offers(
                    projectId,
                    selector,
                    request.getAction(),
                    after.map(dev.muster.server.catalog.ActionOffer::position).or(() -> from),
                    portion),
            GrpcActionService::offer);
    ListActionsResponse.Builder answer =
        ListActionsResponse.newBuilder().addAllOffers(filled.messages());
    filled
        .last()
        .ifPresent(
            last -> answer.setNextPageToken(pages.next(caller, request, bytes(last.position()))));
    response.onNext(answer.build());
    response.onCompleted();
  }

  private static ActionOffer offer(dev.muster.server.catalog.ActionOffer offer) {
    return ActionOffer.newBuilder()
        .setAction(ActionMapper.action(offer.action()))
        .setInputSchemaJson(offer.action().inputSchemaJson())
        .setNodeCount(offer.nodes())
        .setOnlineCount(offer.online())
        .build();
  }

  private static byte[] bytes(Position position) {
    byte[] name = position.name().getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(Integer.BYTES + Sha256.BYTES + name.length)
        .putInt(position.nodes())
        .put(position.digest().bytes())
        .put(name)
        .array();
  }

  private static Position position(ByteBuffer bytes) {
    int nodes = bytes.getInt();
    byte[] digest = new byte[Sha256.BYTES];
    bytes.get(digest);
    return new Position(Pages.text(bytes), nodes, Sha256.of(digest));
  }

  @Override
  public void prepareAction(
      PrepareActionRequest request, StreamObserver<PrepareActionResponse> response) {
    CallContext caller = CallContext.current();
    String projectId = authorizer.project(request.getProjectId());
    Prepared prepared =
        prepares.prepare(
            projectId,
            RequestFields.required("node_id", request.getNodeId(), NodeName.MAX_CHARS),
            RequestFields.required("action", request.getAction(), Limits.ACTION_NAME_CHARS),
            caller.requestedBy(),
            timeout());
    response.onNext(
        PrepareActionResponse.newBuilder()
            .setAction(ActionMapper.action(prepared.action()))
            .setInputSchemaJson(prepared.inputSchemaJson())
            .setInitialPayloadJson(prepared.initialPayloadJson())
            .setCurrentStateJson(prepared.currentStateJson())
            .setPrepareToken(prepared.token().text())
            .setPrepareTokenExpireTime(ProtoTimes.timestamp(prepared.token().expireTime()))
            .build());
    response.onCompleted();
  }

  private static Duration timeout() {
    Deadline deadline = Context.current().getDeadline();
    if (deadline == null) {
      return PrepareService.TIMEOUT;
    }
    Duration left =
        Duration.ofNanos(deadline.timeRemaining(TimeUnit.NANOSECONDS)).minus(ANSWER_MARGIN);
    if (left.compareTo(PrepareService.TIMEOUT) > 0) {
      return PrepareService.TIMEOUT;
    }
    return left.isNegative() || left.isZero() ? Duration.ofMillis(1) : left;
  }
}
