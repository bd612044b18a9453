// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.journal;

import com.google.protobuf.ByteString;
import dev.muster.agent.process.ProcessMark;
import dev.muster.proto.agent.v1.CallbackStep;
import dev.muster.proto.type.v1.InvocationState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One invocation as the journal holds it. Immutable.
 *
 * @param id which invocation
 * @param ordinal order of arrival on this node
 * @param epoch session that its EXECUTE came with; 0 for a CANCEL that came first
 * @param expireTime end of its execution, in server time
 * @param phase how far it has come
 * @param attempt which run this is, from 1; above 1 only for idempotent actions
 * @param idempotent whether it may run again after the agent died in it
 * @param marker what its processes carry; empty before it starts
 * @param process the process that it became, where known
 * @param execute the serialised Execute, kept until it is over; empty for a cancel that came first
 * @param steps what the node has to report, in order
 */
public record JournalEntry(
    InvocationId id,
    long ordinal,
    long epoch,
    Instant expireTime,
    Phase phase,
    int attempt,
    boolean idempotent,
    String marker,
    Optional<ProcessMark> process,
    ByteString execute,
    List<CallbackStep> steps) {

  /** Copies the steps. */
  public JournalEntry {
    steps = List.copyOf(steps);
  }

  /** Returns what stands for an invocation whose file is damaged: a run without an end. */
  static JournalEntry ofDamagedFile(InvocationId id, long ordinal, long epoch, Instant expireTime) {
    return new JournalEntry(
        id,
        ordinal,
        epoch,
        expireTime,
        Phase.UNKNOWN,
        1,
        false,
        "",
        Optional.empty(),
        ByteString.EMPTY,
        List.of(
            CallbackStep.newBuilder()
                .setState(InvocationState.INVOCATION_STATE_ACKNOWLEDGED)
                .build(),
            CallbackStep.newBuilder()
                .setState(InvocationState.INVOCATION_STATE_STARTED)
                .setReason(Journal.DIED_IN_RUN)
                .setMessage("The agent's journal file of this run is damaged.")
                .build()));
  }

  /** Returns it with one more step. */
  public JournalEntry with(CallbackStep step) {
    List<CallbackStep> more = new ArrayList<>(steps);
    more.add(step);
    return copy(phase, attempt, marker, process, execute, more);
  }

  /** Returns it about to begin. */
  public JournalEntry starting(String marker) {
    return copy(Phase.STARTING, attempt, marker, Optional.empty(), execute, steps);
  }

  /** Returns it as a process. */
  public JournalEntry started(ProcessMark process) {
    return copy(Phase.STARTED, attempt, marker, Optional.of(process), execute, steps);
  }

  /** Returns it with its final report; the command itself is no longer needed. */
  public JournalEntry settled(CallbackStep last) {
    return with(last).over(Phase.SETTLED);
  }

  /** Returns it waiting to run once more. */
  public JournalEntry again() {
    return copy(Phase.ACCEPTED, attempt + 1, "", Optional.empty(), execute, steps);
  }

  /** Returns it as a run of which nobody knows the end. */
  public JournalEntry unknown(List<CallbackStep> steps) {
    return copy(phase, attempt, marker, process, execute, steps).over(Phase.UNKNOWN);
  }

  private JournalEntry over(Phase phase) {
    return copy(phase, attempt, marker, process, ByteString.EMPTY, steps);
  }

  private JournalEntry copy(
      Phase phase,
      int attempt,
      String marker,
      Optional<ProcessMark> process,
      ByteString execute,
      List<CallbackStep> steps) {
    return new JournalEntry(
        id,
        ordinal,
        epoch,
        expireTime,
        phase,
        attempt,
        idempotent,
        marker,
        process,
        execute,
        steps);
  }
}
