// SPDX-License-Identifier: Apache-2.0

/** Tests that the checker finds what it is there for. */
@NullMarked
package dev.muster.chaos.check;

import org.jspecify.annotations.NullMarked;
