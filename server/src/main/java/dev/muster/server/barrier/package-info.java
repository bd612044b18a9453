// SPDX-License-Identifier: Apache-2.0

/**
 * Executions whose nodes get ready first: when the quorum stands, what is ready goes out; when it cannot, nothing runs anywhere. Start
 * reading at {@link dev.muster.server.barrier.Barriers}; the rule is {@link dev.muster.server.execution.BarrierRule}.
 */
@NullMarked
package dev.muster.server.barrier;

import org.jspecify.annotations.NullMarked;
