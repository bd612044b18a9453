// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.execution;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How far a rollout has come. Immutable.
 *
 * @param eligible nodes that are to run: the cohort but for those that failed a gate
 * @param opened for how many of them an invocation has been made
 * @param waveEnd how many will have been opened when the present wave is whole
 * @param wave number of the present wave; 0: none yet
 * @param forgiven failures that a resume has forgiven
 * @param canaryWaived whether an operator resumed it after its canaries had failed
 * @param nextWaveTime when the next wave opens; null: the present one is not over
 */
public record RolloutState(
    int eligible,
    int opened,
    int waveEnd,
    int wave,
    int forgiven,
    boolean canaryWaived,
    @Nullable Instant nextWaveTime) {
  /** Checks the order of the numbers. */
  public RolloutState {
    if (opened < 0 || opened > waveEnd || waveEnd > eligible || wave < 0 || forgiven < 0) {
      throw new IllegalArgumentException(
          "opened " + opened + " of a wave to " + waveEnd + " of " + eligible);
    }
  }

  /** Returns a rollout of which nothing has been opened. */
  public static RolloutState unopened(int eligible) {
    return new RolloutState(eligible, 0, 0, 0, 0, false, null);
  }

  /** Returns one that went out to everyone at once; only its failures are counted. */
  public static RolloutState allOpen(int eligible) {
    return new RolloutState(eligible, eligible, eligible, 1, 0, false, null);
  }

  /** Returns how many nodes still wait for their wave. */
  public int unopened() {
    return eligible - opened;
  }

  RolloutState opened(int more) {
    return new RolloutState(
        eligible, opened + more, waveEnd, wave, forgiven, canaryWaived, nextWaveTime);
  }

  RolloutState nextWave(int size) {
    return new RolloutState(
        eligible, opened, opened + size, wave + 1, forgiven, canaryWaived, null);
  }

  RolloutState waveOver(Instant next) {
    return new RolloutState(eligible, opened, waveEnd, wave, forgiven, canaryWaived, next);
  }

  RolloutState forgiving(int failures) {
    return new RolloutState(eligible, opened, waveEnd, wave, failures, canaryWaived, nextWaveTime);
  }

  RolloutState withCanaryWaived() {
    return new RolloutState(eligible, opened, waveEnd, wave, forgiven, true, nextWaveTime);
  }
}
