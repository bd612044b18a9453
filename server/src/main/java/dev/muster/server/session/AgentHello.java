// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import dev.muster.server.invocation.InvocationId;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.invocation.ReportedStep;
import dev.muster.wire.Sha256;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How an agent opens a session.
 *
 * @param journalId 16 bytes, born with the agent's journal directory
 * @param lastEpoch newest epoch that the agent has on disk; 0: none
 * @param instanceId 16 bytes, new for each start of the agent
 * @param agentVersion version of the agent
 * @param machineId what groups nodes of one machine
 * @param facts what the node says of itself
 * @param slots how many runs go on at once
 * @param catalogDigest digest of its catalog
 * @param journal all of its journal, or the first page
 * @param journalContinues whether pages follow
 * @param agentTime its wall clock; null: not told
 * @param reservations of what it is ready for, as far as they have not lapsed there
 */
@SuppressWarnings("ArrayRecordComponent") // Opaque ids of the agent.
public record AgentHello(
    byte[] journalId,
    long lastEpoch,
    byte[] instanceId,
    String agentVersion,
    String machineId,
    Map<String, String> facts,
    int slots,
    Sha256 catalogDigest,
    List<JournalItem> journal,
    boolean journalContinues,
    @Nullable Instant agentTime,
    Set<InvocationId> reservations) {
  /** Copies the collections. */
  public AgentHello {
    facts = Map.copyOf(facts);
    journal = List.copyOf(journal);
    reservations = Set.copyOf(reservations);
  }

  /**
   * One invocation in the agent's journal.
   *
   * @param id which
   * @param epoch that its EXECUTE came with; 0: only a CANCEL came
   * @param steps all that the agent has taken
   * @param running whether its process still runs
   * @param outcomeUnknown whether the agent died in the run and cannot know how it ended
   */
  public record JournalItem(
      InvocationId id,
      long epoch,
      List<ReportedStep> steps,
      boolean running,
      boolean outcomeUnknown) {
    /** Copies the steps. */
    public JournalItem {
      steps = List.copyOf(steps);
    }

    /** Returns whether the agent has a final report. */
    boolean isFinished() {
      return !steps.isEmpty() && steps.get(steps.size() - 1).state().isSettled();
    }

    /** Returns whether it waits to run for the first time. */
    boolean isUnstarted() {
      return !hasBegun() && !isFinished();
    }

    /** Returns whether it runs or ran, as far as this journal knows. */
    boolean hasBegun() {
      return running || outcomeUnknown || hasStarted();
    }

    /** Returns whether it is known to have begun to run. */
    boolean hasStarted() {
      return steps.stream().anyMatch(step -> step.state() == InvocationState.STARTED);
    }
  }
}
