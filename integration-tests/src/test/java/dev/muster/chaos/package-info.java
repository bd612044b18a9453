// SPDX-License-Identifier: Apache-2.0

/** Tests of the breaker, and a short run of it. */
@NullMarked
package dev.muster.chaos;

import org.jspecify.annotations.NullMarked;
