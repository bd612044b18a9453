// SPDX-License-Identifier: Apache-2.0

/**
 * What a daemon embeds to be a node of the fleet: declare an {@link dev.muster.agent.Action}, build an {@link
 * dev.muster.agent.Agent}, start it.
 */
@NullMarked
package dev.muster.agent;

import org.jspecify.annotations.NullMarked;
