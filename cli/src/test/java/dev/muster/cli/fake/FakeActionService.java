// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.fake;

import dev.muster.proto.operator.v1.ActionServiceGrpc.ActionServiceImplBase;
import dev.muster.proto.operator.v1.ListActionsRequest;
import dev.muster.proto.operator.v1.ListActionsResponse;
import dev.muster.proto.operator.v1.PrepareActionRequest;
import dev.muster.proto.operator.v1.PrepareActionResponse;
import io.grpc.stub.StreamObserver;

/** The catalog of a fake fleet. */
final class FakeActionService extends ActionServiceImplBase {
  private final FakeFleet fleet;

  FakeActionService(FakeFleet fleet) {
    this.fleet = fleet;
  }

  @Override
  public void listActions(ListActionsRequest request, StreamObserver<ListActionsResponse> answers) {
    FakeExecutionService.answer(
        answers, ListActionsResponse.newBuilder().addAllOffers(fleet.offers()).build());
  }

  @Override
  public void prepareAction(
      PrepareActionRequest request, StreamObserver<PrepareActionResponse> answers) {
    FakeExecutionService.answer(answers, fleet.prepare(request.getAction()));
  }
}
