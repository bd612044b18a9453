// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.agent;

import dev.muster.proto.agent.v1.Callback;
import dev.muster.proto.agent.v1.CatalogPage;
import dev.muster.proto.agent.v1.ConnectRequest;
import dev.muster.proto.agent.v1.OutputChunk;
import dev.muster.proto.agent.v1.PrepareResult;
import dev.muster.server.error.BusException;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.invocation.ReportedStep;
import dev.muster.server.invocation.Result;
import dev.muster.server.node.Node;
import dev.muster.server.node.NodeId;
import dev.muster.server.session.AnnouncedCatalog;
import dev.muster.server.session.NodeSession;
import dev.muster.server.session.PreparedAnswer;
import dev.muster.wire.Limits;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Optional;

/**
 * The way in of one stream: decodes on the transport's thread and hands on; decides nothing, blocks
 * on nothing.
 */
final class InboundStream implements StreamObserver<ConnectRequest> {
  private final Node node;
  private final NodeSession session;
  private final CatalogAssembly catalog = new CatalogAssembly();

  InboundStream(Node node, NodeSession session) {
    this.node = node;
    this.session = session;
  }

  @Override
  public void onNext(ConnectRequest message) {
    switch (message.getMessageCase()) {
      case CALLBACK -> callback(message.getCallback());
      case HEARTBEAT -> session.heartbeat(message.getHeartbeat().getRunning());
      case PREPARE_RESULT -> prepared(message.getPrepareResult());
      case HELLO -> orClose(() -> session.hello(HelloMapper.hello(message.getHello(), node)));
      case JOURNAL_PAGE ->
          orClose(
              () ->
                  session.journalPage(
                      HelloMapper.items(message.getJournalPage().getJournalList()),
                      message.getJournalPage().getContinues()));
      case EPOCH_CONFIRMED -> session.epochConfirmed(message.getEpochConfirmed().getEpoch());
      case CATALOG_PAGE -> catalogPage(message.getCatalogPage());
      case OUTPUT_CHUNK -> outputChunk(message.getOutputChunk());
      // Nobody watches progress on this server yet, and no key was offered.
      case PROGRESS, KEY_ACCEPTED -> session.ignored();
      case MESSAGE_NOT_SET -> session.breached("a message of no known kind");
    }
  }

  private void callback(Callback callback) {
    InvocationId id;
    List<ReportedStep> steps;
    try {
      id = Malformed.invocationId(callback.getInvocationId());
      steps = StepMapper.steps(callback.getStepsList());
    } catch (BusException e) {
      session.malformedCallback(callback.getSequence(), callback.getInvocationId(), e);
      return;
    }
    session.callback(callback.getSequence(), id, steps);
  }

  private void outputChunk(OutputChunk chunk) {
    Optional<NodeId> id = NodeId.tryParse(chunk.getInvocationId()); // A UUID as any other.
    int bytes = chunk.getData().size();
    if (id.isEmpty() || chunk.getOffset() < 0 || bytes > Limits.INLINE_OUTPUT_BYTES) {
      session.ignored(); // It would be dropped where nobody watches, too.
    } else {
      session.output(
          new InvocationId(id.get().value()),
          chunk.getStderr(),
          chunk.getOffset(),
          chunk.getData().toByteArray());
    }
  }

  private void prepared(PrepareResult result) {
    boolean tooLarge =
        result.getInputSchemaJson().size() > Limits.SCHEMA_BYTES
            || result.getInitialPayloadJson().size() > Limits.INPUT_BYTES
            || result.getCurrentStateJson().size() > Limits.INPUT_BYTES;
    Result.ResultError error =
        tooLarge
            ? new Result.ResultError(
                "PREPARE_TOO_LARGE", "The node's answer is too large.", new byte[0])
            : new Result.ResultError(
                result.getError().getCode(), result.getError().getMessage(), new byte[0]);
    byte[] none = {};
    session.prepared(
        result.getRequestId(),
        tooLarge || result.hasError()
            ? new PreparedAnswer(none, none, none, error)
            : new PreparedAnswer(
                result.getInputSchemaJson().toByteArray(),
                result.getInitialPayloadJson().toByteArray(),
                result.getCurrentStateJson().toByteArray(),
                null));
  }

  private void catalogPage(CatalogPage page) {
    try {
      Optional<AnnouncedCatalog> whole = catalog.add(page);
      if (whole.isPresent()) {
        session.catalog(whole.get());
      } else {
        session.ignored();
      }
    } catch (BusException e) {
      session.malformed(e);
    }
  }

  private void orClose(Runnable task) {
    try {
      task.run();
    } catch (BusException e) {
      session.close(e);
    }
  }

  @Override
  public void onError(Throwable failure) {
    session.streamEnded();
  }

  @Override
  public void onCompleted() {
    session.leave();
  }
}
