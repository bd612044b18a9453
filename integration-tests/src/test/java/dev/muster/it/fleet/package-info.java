// SPDX-License-Identifier: Apache-2.0

/**
 * Real servers and agents as processes, and what tests need to drive them. Start reading at {@link
 * dev.muster.it.fleet.FleetHarness}.
 */
@NullMarked
package dev.muster.it.fleet;

import org.jspecify.annotations.NullMarked;
