// SPDX-License-Identifier: Apache-2.0

/** A small fleet in one terminal. */
@NullMarked
package dev.muster.demo;

import org.jspecify.annotations.NullMarked;
