// SPDX-License-Identifier: Apache-2.0

/** What the node can do: declarations and the bodies behind them. Start with {@link dev.muster.agent.catalog.Catalog}. */
@NullMarked
package dev.muster.agent.catalog;

import org.jspecify.annotations.NullMarked;
