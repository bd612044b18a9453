// SPDX-License-Identifier: Apache-2.0

/** What those who follow something have in common: {@link dev.muster.server.follow.Following}. */
@NullMarked
package dev.muster.server.follow;

import org.jspecify.annotations.NullMarked;
