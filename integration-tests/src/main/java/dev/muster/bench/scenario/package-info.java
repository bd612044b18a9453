// SPDX-License-Identifier: Apache-2.0

/** What is measured: one class per scenario. Start with {@link dev.muster.bench.scenario.FanoutScenario}. */
@NullMarked
package dev.muster.bench.scenario;

import org.jspecify.annotations.NullMarked;
