// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.invocation.InvocationState;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The machine, written again by hand and in another form: what each state lets happen. Every pair
 * is compared.
 */
final class ExecutionTransitionsTest {
  private static final String LEGAL =
      """
      SCHEDULED         | APPROVAL_REQUIRED>AWAITING_APPROVAL BARRIER_BEGUN>PREPARING RELEASED>RUNNING CANCEL_ASKED>CANCELLED DENIED>DENIED
      AWAITING_APPROVAL | BARRIER_BEGUN>PREPARING RELEASED>RUNNING DENIED>DENIED CANCEL_ASKED>CANCELLED
      PREPARING         | BARRIER_OPENED>RUNNING BARRIER_FAILED>ABORTED CANCEL_ASKED>CANCELLING
      RUNNING           | PAUSED>PAUSED CANCEL_ASKED>CANCELLING ALL_SUCCEEDED>SUCCEEDED ALL_SETTLED>FAILED
      PAUSED            | RESUMED>RUNNING CANCEL_ASKED>CANCELLING ALL_SUCCEEDED>SUCCEEDED ALL_SETTLED>FAILED
      CANCELLING        | ALL_SETTLED>CANCELLED ALL_SUCCEEDED>CANCELLED
      SUCCEEDED         |
      FAILED            | ALL_SUCCEEDED>SUCCEEDED
      CANCELLED         |
      DENIED            |
      ABORTED           |
      """;

  private static final Map<ExecutionState, Map<ExecutionEvent, ExecutionState>> EXPECTED =
      LEGAL
          .lines()
          .map(line -> line.split("\\|", -1))
          .collect(
              Collectors.toMap(
                  parts -> ExecutionState.valueOf(parts[0].trim()), parts -> moves(parts[1])));

  private record Pair(ExecutionState state, ExecutionEvent event) {}

  static Stream<Pair> pairs() {
    return Stream.of(ExecutionState.values())
        .flatMap(state -> Stream.of(ExecutionEvent.values()).map(event -> new Pair(state, event)));
  }

  @Test
  void everyPair_leadsWhereTheHandWrittenTableSays() {
    assertThat(pairs()).allSatisfy(ExecutionTransitionsTest::assertLeadsWhereTheTableSays);
  }

  private static void assertLeadsWhereTheTableSays(Pair pair) {
    assertThat(ExecutionTransitions.target(pair.state, pair.event))
        .isEqualTo(
            Optional.ofNullable(EXPECTED.getOrDefault(pair.state, Map.of()).get(pair.event)));
    assertThat(ExecutionTransitions.legalFrom(pair.event).contains(pair.state))
        .isEqualTo(EXPECTED.getOrDefault(pair.state, Map.of()).containsKey(pair.event));
  }

  @Test
  void handWrittenTable_namesEveryState() {
    assertThat(EXPECTED).containsOnlyKeys(ExecutionState.values());
  }

  @Test
  void settlement_isEmptyAsLongAsOneIsAwaited() {
    assertThat(
            ExecutionTransitions.settlement(
                counts(InvocationState.SUCCEEDED, InvocationState.STARTED)))
        .isEmpty();
    assertThat(
            ExecutionTransitions.settlement(
                counts(InvocationState.SUCCEEDED, InvocationState.SUCCEEDED)))
        .contains(ExecutionEvent.ALL_SUCCEEDED);
  }

  @ParameterizedTest
  @EnumSource(InvocationState.class)
  void settlement_withOneOther_saysWhetherItIsAwaited(InvocationState other) {
    Optional<ExecutionEvent> expected =
        other == InvocationState.SUCCEEDED
            ? Optional.of(ExecutionEvent.ALL_SUCCEEDED)
            : other.isSettled() ? Optional.of(ExecutionEvent.ALL_SETTLED) : Optional.empty();

    assertThat(ExecutionTransitions.settlement(counts(InvocationState.SUCCEEDED, other)))
        .isEqualTo(expected);
  }

  private static InvocationCounts counts(InvocationState... states) {
    InvocationCounts counts = InvocationCounts.allPending(states.length);
    for (InvocationState state : states) {
      counts = counts.moved(InvocationState.PENDING, state);
    }
    return counts;
  }

  private static Map<ExecutionEvent, ExecutionState> moves(String text) {
    Map<ExecutionEvent, ExecutionState> moves = new HashMap<>();
    for (String move : words(text)) {
      List<String> sides = Arrays.asList(move.split(">", -1));
      moves.put(ExecutionEvent.valueOf(sides.get(0)), ExecutionState.valueOf(sides.get(1)));
    }
    return moves;
  }

  private static List<String> words(String text) {
    return text.isBlank() ? List.of() : List.of(text.trim().split(" +", -1));
  }
}
