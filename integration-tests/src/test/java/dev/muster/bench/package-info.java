// SPDX-License-Identifier: Apache-2.0

/** Tests of the bench: its arithmetic, what it reads and what it writes; never how fast anything is. */
@NullMarked
package dev.muster.bench;

import org.jspecify.annotations.NullMarked;
