// SPDX-License-Identifier: Apache-2.0

/**
 * Executions that go out in portions, and pauses: the next wave opens when there is room, and too many failures pause the rest. Start
 * reading at {@link dev.muster.server.rollout.Rollouts}; the rule is {@link dev.muster.server.execution.RolloutRule}.
 */
@NullMarked
package dev.muster.server.rollout;

import org.jspecify.annotations.NullMarked;
