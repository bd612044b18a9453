// SPDX-License-Identifier: Apache-2.0

/** Pages of lists: where one ends is in a signed token. Start with {@link dev.muster.server.page.PageTokens}. */
@NullMarked
package dev.muster.server.page;

import org.jspecify.annotations.NullMarked;
