// SPDX-License-Identifier: Apache-2.0

/** Whole programs against each other. */
@NullMarked
package dev.muster.it;

import org.jspecify.annotations.NullMarked;
