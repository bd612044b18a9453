// SPDX-License-Identifier: Apache-2.0

/** Who the node is: its key, the authority it trusts, and how it gets both. Start with {@link dev.muster.agent.identity.IdentityStore}. */
@NullMarked
package dev.muster.agent.identity;

import org.jspecify.annotations.NullMarked;
