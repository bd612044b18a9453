// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.process;

import java.util.Optional;

/**
 * What the processes of a run are found by.
 *
 * @param environment an entry {@code NAME=value} that only they have in their environment
 * @param root the process that was started; empty if it is not known
 */
public record RunTrace(String environment, Optional<ProcessMark> root) {}
