// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.operator;

import static dev.muster.server.grpc.operator.Refusals.assertFieldRefused;
import static dev.muster.server.grpc.operator.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.proto.operator.v1.ActionOffer;
import dev.muster.proto.operator.v1.ActionServiceGrpc;
import dev.muster.proto.operator.v1.ActionServiceGrpc.ActionServiceBlockingStub;
import dev.muster.proto.operator.v1.ListActionsRequest;
import dev.muster.proto.operator.v1.ListActionsResponse;
import dev.muster.proto.operator.v1.PrepareActionRequest;
import dev.muster.proto.type.v1.Action;
import dev.muster.proto.type.v1.ActionKind;
import dev.muster.server.access.Role;
import dev.muster.server.catalog.Danger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@SuppressWarnings("NullAway.Init") // Set before each test.
class GrpcActionServiceTest {
  @RegisterExtension final OperatorBus operators = new OperatorBus();

  private ActionServiceBlockingStub operator;

  @BeforeEach
  void connect() {
    operator = ActionServiceGrpc.newBlockingStub(operators.as(Role.OPERATOR));
  }

  @Test
  void offers_countNodesPerDeclaration_theMostOfferedFirst() {
    node("a", "x", Danger.HIGH);
    node("b", "x", Danger.LOW);
    node("c", "x", Danger.LOW);
    node("d", "b", Danger.LOW);

    List<ActionOffer> offers =
        operator.listActions(ListActionsRequest.getDefaultInstance()).getOffersList();

    assertThat(offers)
        .extracting(
            offer ->
                offer.getAction().getName()
                    + " "
                    + offer.getAction().getDanger()
                    + " "
                    + offer.getNodeCount()
                    + "/"
                    + offer.getOnlineCount())
        .containsExactly("b DANGER_LOW 1/0", "x DANGER_LOW 2/0", "x DANGER_HIGH 1/0");
    Action action = offers.get(0).getAction();
    assertThat(action.getKind()).isEqualTo(ActionKind.ACTION_KIND_HOOK);
    assertThat(action.getInputSchemaJson().toStringUtf8())
        .isEqualTo(offers.get(0).getInputSchemaJson())
        .contains("password");
    assertThat(action.getMinRole()).isEqualTo("operator");
  }

  @Test
  void offers_areNarrowedBySelectorAndName() {
    node("a", "x", Danger.LOW);
    node("b", "y", Danger.LOW);

    assertThat(names(ListActionsRequest.newBuilder().setSelector("name=b").build()))
        .containsExactly("y");
    assertThat(names(ListActionsRequest.newBuilder().setAction("x").build())).containsExactly("x");
    assertThat(names(ListActionsRequest.newBuilder().setAction("none").build())).isEmpty();
  }

  @Test
  void offers_arePaged() {
    for (int i = 0; i < 9; i++) {
      node("n" + i, "action" + i, Danger.LOW);
    }

    assertThat(names(ListActionsRequest.newBuilder().setPageSize(2).build()))
        .hasSize(9)
        .isSorted()
        .doesNotHaveDuplicates();
  }

  @Test
  void prepare_ofWhatIsNotThere_isRefused() {
    node("a", "x", Danger.LOW);

    assertRefused("NODE_OFFLINE", () -> prepare("a", "x"));
    assertRefused("ACTION_NOT_FOUND", () -> prepare("a", "y"));
    assertRefused("NODE_NOT_FOUND", () -> prepare("b", "x"));
    assertFieldRefused("FIELD_INVALID", "node_id", () -> prepare("", "x"));
    assertFieldRefused("FIELD_INVALID", "action", () -> prepare("a", ""));
  }

  private void prepare(String node, String action) {
    var unused =
        operator.prepareAction(
            PrepareActionRequest.newBuilder().setNodeId(node).setAction(action).build());
  }

  private void node(String name, String action, Danger danger) {
    var unused = operators.node(name, Map.of("name", name), OperatorBus.action(action, danger));
  }

  private List<String> names(ListActionsRequest request) {
    List<String> names = new ArrayList<>();
    ListActionsRequest next = request;
    String token;
    do {
      ListActionsResponse page = operator.listActions(next);
      page.getOffersList().forEach(offer -> names.add(offer.getAction().getName()));
      token = page.getNextPageToken();
      next = next.toBuilder().setPageToken(token).build();
    } while (!token.isEmpty());
    return names;
  }
}
