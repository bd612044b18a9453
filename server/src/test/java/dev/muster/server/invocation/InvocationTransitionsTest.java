// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.invocation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The machine, written again by hand and in another form: a row per event, a column per state, in a
 * cell where the event leads. {@code .} is refused, {@code +} is kept as evidence. Every pair is
 * compared.
 */
final class InvocationTransitionsTest {
  private static final String MATRIX =
      """
      event                       PEN PRG PRD DIS ACK STA SUC FAI TIM CAN REJ EXP LOS
      PREPARE_HANDED_OVER         PRG  .   .   .   .   .   .   .   .   .   .   .   .
      EXECUTE_HANDED_OVER         DIS  .  DIS  .   .   .   .   .   .   .   .   .   .
      PREPARE_ABANDONED            .  PEN  .   .   .   .   .   .   .   .   .   .   .
      RESERVATION_LAPSED           .   .  PEN  .   .   .   .   .   .   .   .   .   .
      GATE_REFUSED                REJ REJ REJ  .   .   .   .   .   .   .   .   .   .
      NODE_REVOKED                REJ REJ REJ LOS LOS LOS  .   .   .   .   .   .   .
      CANCELLED_BEFORE_HAND_OVER  CAN CAN CAN  .   .   .   .   .   .   .   .   .   .
      START_DEADLINE_PASSED       EXP EXP EXP  .   .   .   .   .   .   .   .   .   .
      NEVER_RECEIVED               .   .   .  PEN  .   .   .   .   .   .   .   .   .
      NEVER_RECEIVED_CANCELLED     .   .   .  CAN  .   .   .   .   .   .   .   .  CAN
      NEVER_RECEIVED_EXPIRED       .   .   .  EXP  .   .   .   .   .   .   .   .  EXP
      REPORT_DEADLINE_PASSED       .   .   .  LOS LOS LOS  .   .   .   .   .   .   .
      JOURNAL_LOST                 .   .   .  LOS LOS LOS  .   .   .   .   .   .   .
      OUTCOME_UNKNOWN              .   .   .  LOS LOS LOS  .   .   .   .   .   .   .
      REPORTED_PREPARED            .  PRD  .   .   .   .   .   .   .   .   .   .   .
      REPORTED_ACKNOWLEDGED        .   .   .  ACK  .   .   .   .   .   .   .   .   +
      REPORTED_STARTED             .   .   .   .  STA  .   .   .   .   .   .   .   +
      REPORTED_STARTED_AGAIN       .   .   .   .   .   +   .   .   .   .   .   .   +
      REPORTED_SUCCEEDED           .   .   .   .   .  SUC  .   .   .   .   .   .  SUC
      REPORTED_FAILED              .   .   .   .   .  FAI  .   .   .   .   .   .  FAI
      REPORTED_TIMED_OUT           .   .   .   .   .  TIM  .   .   .   .   .   .  TIM
      REPORTED_CANCELLED           .   .   .   .  CAN CAN  .   .   .   .   .   .  CAN
      REPORTED_REJECTED            .  REJ REJ REJ REJ  .   .   .   .   .   .   .  REJ
      """;

  private static final Map<String, InvocationState> SHORT =
      Map.ofEntries(
          Map.entry("PEN", InvocationState.PENDING),
          Map.entry("PRG", InvocationState.PREPARING),
          Map.entry("PRD", InvocationState.PREPARED),
          Map.entry("DIS", InvocationState.DISPATCHED),
          Map.entry("ACK", InvocationState.ACKNOWLEDGED),
          Map.entry("STA", InvocationState.STARTED),
          Map.entry("SUC", InvocationState.SUCCEEDED),
          Map.entry("FAI", InvocationState.FAILED),
          Map.entry("TIM", InvocationState.TIMED_OUT),
          Map.entry("CAN", InvocationState.CANCELLED),
          Map.entry("REJ", InvocationState.REJECTED),
          Map.entry("EXP", InvocationState.EXPIRED),
          Map.entry("LOS", InvocationState.LOST));

  private record Pair(InvocationState state, InvocationEvent event) {}

  private static final Map<Pair, String> CELLS = cells();

  @Test
  void matrix_namesEveryPair() {
    assertThat(SHORT.values()).containsExactlyInAnyOrder(InvocationState.values());
    assertThat(CELLS).hasSize(InvocationState.values().length * InvocationEvent.values().length);
  }

  static Stream<Pair> pairs() {
    return Stream.of(InvocationState.values())
        .flatMap(state -> Stream.of(InvocationEvent.values()).map(event -> new Pair(state, event)));
  }

  @Test
  void everyPair_isDecidedAsTheMatrixSays() {
    assertThat(pairs()).allSatisfy(InvocationTransitionsTest::assertDecidedAsTheMatrixSays);
  }

  private static void assertDecidedAsTheMatrixSays(Pair pair) {
    String cell = cell(pair);

    Decision decision = InvocationTransitions.decide(pair.state, Steps.NONE, pair.event);

    assertThat(decision).isEqualTo(expected(pair, cell));
    assertThat(InvocationTransitions.target(pair.state, pair.event))
        .isEqualTo(
            switch (cell) {
              case "." -> Optional.empty();
              case "+" -> Optional.of(pair.state);
              default -> Optional.ofNullable(SHORT.get(cell));
            });
  }

  private static Decision expected(Pair pair, String cell) {
    return switch (cell) {
      case "." -> new Decision.Refused(pair.state, sources(pair.event));
      case "+" -> new Decision.Noted(pair.state);
      default -> new Decision.Applied(pair.state, state(cell));
    };
  }

  @Test
  void stepInTheHistory_isARepeatInEveryState() {
    assertThat(pairs()).allSatisfy(InvocationTransitionsTest::assertRepeated);
  }

  private static void assertRepeated(Pair pair) {
    Optional<InvocationState> reported = pair.event.reported();
    Steps taken = reported.map(Steps.NONE::with).orElse(new Steps(-1 >>> 16));

    Decision decision = InvocationTransitions.decide(pair.state, taken, pair.event);

    if (reported.isPresent()) {
      assertThat(decision).isEqualTo(new Decision.Repeated(pair.state));
    } else {
      assertThat(decision).isEqualTo(expected(pair, cell(pair)));
    }
  }

  @Test
  void legalFrom_isWhereTheMatrixHasNoDot() {
    assertThat(InvocationEvent.values())
        .allSatisfy(
            event -> assertThat(InvocationTransitions.legalFrom(event)).isEqualTo(sources(event)));
  }

  @Test
  void settledStates_butLost_acceptNothing() {
    Set<InvocationState> left = EnumSet.noneOf(InvocationState.class);
    pairs()
        .filter(pair -> InvocationTransitions.target(pair.state, pair.event).isPresent())
        .forEach(pair -> left.add(pair.state));

    assertThat(left)
        .containsExactlyInAnyOrder(
            InvocationState.PENDING,
            InvocationState.PREPARING,
            InvocationState.PREPARED,
            InvocationState.DISPATCHED,
            InvocationState.ACKNOWLEDGED,
            InvocationState.STARTED,
            InvocationState.LOST);
  }

  @Test
  void everyStateIsReachable_andEveryEventHasItsUse() {
    Set<InvocationState> reached = EnumSet.of(InvocationState.PENDING);
    for (int i = 0; i < InvocationState.values().length; i++) {
      pairs()
          .filter(pair -> reached.contains(pair.state))
          .forEach(
              pair -> InvocationTransitions.target(pair.state, pair.event).ifPresent(reached::add));
    }

    assertThat(reached).containsExactlyInAnyOrder(InvocationState.values());
    assertThat(InvocationEvent.values())
        .allSatisfy(event -> assertThat(InvocationTransitions.legalFrom(event)).isNotEmpty());
  }

  @Test
  void ofReport_coversWhatANodeMayReport_andNothingElse() {
    assertThat(
            Stream.of(InvocationState.values())
                .filter(state -> InvocationEvent.ofReport(state).isPresent()))
        .containsExactlyInAnyOrder(
            InvocationState.PREPARED,
            InvocationState.ACKNOWLEDGED,
            InvocationState.STARTED,
            InvocationState.SUCCEEDED,
            InvocationState.FAILED,
            InvocationState.TIMED_OUT,
            InvocationState.CANCELLED,
            InvocationState.REJECTED);
    assertThat(InvocationState.values())
        .allSatisfy(
            state ->
                assertThat(InvocationEvent.ofReport(state).flatMap(InvocationEvent::reported))
                    .isEqualTo(
                        InvocationEvent.ofReport(state).isPresent()
                            ? Optional.of(state)
                            : Optional.empty()));
  }

  @Test
  void theMayItHaveRunColumn_isTheDesigns() {
    Map<InvocationState, InvocationState.Ran> ran = new LinkedHashMap<>();
    for (InvocationState state : InvocationState.values()) {
      ran.put(state, state.ran());
    }

    assertThat(ran)
        .isEqualTo(
            Map.ofEntries(
                Map.entry(InvocationState.PENDING, InvocationState.Ran.NO),
                Map.entry(InvocationState.PREPARING, InvocationState.Ran.NO),
                Map.entry(InvocationState.PREPARED, InvocationState.Ran.NO),
                Map.entry(InvocationState.DISPATCHED, InvocationState.Ran.MAYBE),
                Map.entry(InvocationState.ACKNOWLEDGED, InvocationState.Ran.MAYBE),
                Map.entry(InvocationState.STARTED, InvocationState.Ran.YES),
                Map.entry(InvocationState.SUCCEEDED, InvocationState.Ran.YES),
                Map.entry(InvocationState.FAILED, InvocationState.Ran.YES),
                Map.entry(InvocationState.TIMED_OUT, InvocationState.Ran.YES),
                Map.entry(InvocationState.CANCELLED, InvocationState.Ran.RECORDED),
                Map.entry(InvocationState.REJECTED, InvocationState.Ran.NO),
                Map.entry(InvocationState.EXPIRED, InvocationState.Ran.NO),
                Map.entry(InvocationState.LOST, InvocationState.Ran.UNKNOWN)));
  }

  private static String cell(Pair pair) {
    return CELLS.getOrDefault(pair, "missing");
  }

  private static InvocationState state(String cell) {
    InvocationState state = SHORT.get(cell);
    if (state == null) {
      throw new IllegalArgumentException(cell);
    }
    return state;
  }

  private static Set<InvocationState> sources(InvocationEvent event) {
    Set<InvocationState> sources = EnumSet.noneOf(InvocationState.class);
    CELLS.forEach(
        (pair, cell) -> {
          if (pair.event == event && !cell.equals(".")) {
            sources.add(pair.state);
          }
        });
    return sources;
  }

  private static Map<Pair, String> cells() {
    List<String> lines = MATRIX.lines().toList();
    List<String> columns = words(lines.get(0));
    Map<Pair, String> cells = new LinkedHashMap<>();
    for (String line : lines.subList(1, lines.size())) {
      List<String> row = words(line);
      for (int i = 1; i < row.size(); i++) {
        cells.put(new Pair(state(columns.get(i)), InvocationEvent.valueOf(row.get(0))), row.get(i));
      }
    }
    return cells;
  }

  private static List<String> words(String line) {
    return List.of(line.trim().split(" +", -1));
  }
}
