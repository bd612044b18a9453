// SPDX-License-Identifier: Apache-2.0

/** The verbs about nodes, and the tokens by which they join. Start with {@link dev.muster.cli.verb.node.NodeVerbs}. */
@NullMarked
package dev.muster.cli.verb.node;

import org.jspecify.annotations.NullMarked;
