// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos.check;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.ExecutionState;
import dev.muster.proto.operator.v1.GetInvocationResponse;
import dev.muster.proto.operator.v1.Invocation;
import dev.muster.proto.operator.v1.InvocationCounts;
import dev.muster.proto.operator.v1.InvocationTransition;
import dev.muster.proto.type.v1.InvocationState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Evidence under construction: one execution, whose invocations are told as histories. Seconds
 * count from {@link #T0}.
 */
final class Scene {
  static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");

  private final List<Asked> asked = new ArrayList<>();
  private final List<Trace> traces = new ArrayList<>();
  private final List<Mishap> mishaps = new ArrayList<>();
  private final List<Presence> presences = new ArrayList<>();
  private final List<Written> written = new ArrayList<>();
  private final List<Kept> kept = new ArrayList<>();
  private final List<Operated> operated = new ArrayList<>();
  private final List<Retried> retried = new ArrayList<>();
  private final List<Recorded> others = new ArrayList<>();
  private final List<GetInvocationResponse> invocations = new ArrayList<>();
  private final Execution.Builder execution =
      Execution.newBuilder()
          .setId("e1")
          .setAction("slow")
          .setState(ExecutionState.EXECUTION_STATE_FAILED)
          .setRunTimeout(Duration.newBuilder().setSeconds(10));
  private boolean countsAdapt = true;
  private boolean told = true;

  Scene execution(Consumer<Execution.Builder> change) {
    change.accept(execution);
    return this;
  }

  /** Leaves counts and cohort as the test sets them. */
  Scene withoutCounts() {
    countsAdapt = false;
    return this;
  }

  Scene asked(Asked request) {
    told = false;
    asked.add(request);
    return this;
  }

  /**
   * Adds an invocation.
   *
   * @param history "SECOND STATE driver [reason]" each; a STATE in brackets is evidence
   */
  Scene invocation(String id, String node, String... history) {
    return invocation(id, node, invocation -> {}, history);
  }

  /** The same, with more of its record. */
  Scene invocation(String id, String node, Consumer<Invocation.Builder> more, String... history) {
    GetInvocationResponse.Builder response = GetInvocationResponse.newBuilder();
    InvocationState state = InvocationState.INVOCATION_STATE_UNSPECIFIED;
    for (String line : history) {
      String[] words = line.split(" ", -1);
      boolean evidence = words[1].startsWith("(");
      InvocationState to = state(words[1].replaceAll("[()]", ""));
      InvocationTransition.Builder transition =
          InvocationTransition.newBuilder()
              .setFromState(evidence ? to : state)
              .setToState(to)
              .setTime(at(Double.parseDouble(words[0])))
              .setDriver(words[2]);
      if (words[2].equals("node")) {
        transition.setAgentTime(at(Double.parseDouble(words[0])));
      }
      if (words.length > 3 && words[3].startsWith("attempt")) {
        transition.setAttempt(Integer.parseInt(words[3].substring("attempt".length())));
      } else if (words.length > 3 && words[3].startsWith("epoch")) {
        transition.setEpoch(Long.parseLong(words[3].substring("epoch".length())));
      } else if (words.length > 3) {
        transition.setReason(words[3]);
      }
      response.addHistory(transition);
      state = to;
    }
    Invocation.Builder invocation =
        Invocation.newBuilder()
            .setId(id)
            .setExecutionId("e1")
            .setNodeName(node)
            .setState(state)
            .setSettleTime(response.getHistory(response.getHistoryCount() - 1).getTime());
    more.accept(invocation);
    invocations.add(response.setInvocation(invocation).build());
    return this;
  }

  Scene ran(String node, String invocation) {
    return trace(node, Trace.Kind.START, invocation, 1).trace(node, Trace.Kind.END, invocation, 1);
  }

  Scene trace(String node, Trace.Kind kind, String invocation, int attempt) {
    traces.add(new Trace(node, kind, invocation, attempt, 100 + attempt, traces.size()));
    return this;
  }

  Scene mishap(Mishap.Kind kind, String node, int from, int to) {
    mishaps.add(new Mishap(kind, node, T0.plusSeconds(from), T0.plusSeconds(to)));
    return this;
  }

  Scene present(String node, int from, int to) {
    return present(node, 1, from, to);
  }

  Scene present(String node, long epoch, int from, int to) {
    presences.add(new Presence(node, epoch, T0.plusSeconds(from), T0.plusSeconds(to)));
    return this;
  }

  /** Another execution, told by a scene of its own. */
  Scene beside(Scene other) {
    others.add(other.recorded());
    return this;
  }

  Scene wrote(String invocation, long bytes, String sha256) {
    written.add(new Written(invocation, bytes, sha256));
    return this;
  }

  Scene kept(Kept one) {
    kept.add(one);
    return this;
  }

  Scene operated(Operated.Verb verb, int from, int to, Consumer<Execution.Builder> answer) {
    Execution.Builder told = execution.clone();
    answer.accept(told);
    operated.add(new Operated(verb, T0.plusSeconds(from), T0.plusSeconds(to), told.build()));
    return this;
  }

  Scene retried(String retry, String source, InvocationState... states) {
    retried.add(new Retried(retry, source, Set.of(states)));
    return this;
  }

  /** Returns what the checker finds. */
  List<Violation> check() {
    return Checker.check(evidence());
  }

  /** Returns what one rule finds. */
  List<Violation> check(Rule rule) {
    return rule.check(evidence());
  }

  private Recorded recorded() {
    if (countsAdapt) {
      execution.setCohortSize(invocations.size());
      execution.setCounts(counts());
    }
    return new Recorded(execution.build(), invocations);
  }

  private Evidence evidence() {
    if (told) {
      asked.add(new Asked("r1", Set.of("e1"), ""));
    }
    return new Evidence(
        asked,
        Stream.concat(Stream.of(recorded()), others.stream()).toList(),
        traces,
        mishaps,
        presences,
        new Outputs(written, kept),
        new Deeds(operated, retried),
        Set.of("again"),
        T0.plusSeconds(100),
        T0.plusSeconds(400));
  }

  static Timestamp at(double second) {
    return Timestamp.newBuilder()
        .setSeconds(T0.getEpochSecond() + (long) second)
        .setNanos((int) Math.round((second - (long) second) * 1e9))
        .build();
  }

  private InvocationCounts counts() {
    InvocationCounts.Builder counts = InvocationCounts.newBuilder();
    for (GetInvocationResponse response : invocations) {
      String field =
          response
              .getInvocation()
              .getState()
              .name()
              .substring("INVOCATION_STATE_".length())
              .toLowerCase(Locale.ROOT);
      var descriptor = InvocationCounts.getDescriptor().findFieldByName(field);
      counts.setField(descriptor, (Integer) counts.getField(descriptor) + 1);
    }
    return counts.build();
  }

  private static InvocationState state(String word) {
    return InvocationState.valueOf("INVOCATION_STATE_" + word);
  }
}
