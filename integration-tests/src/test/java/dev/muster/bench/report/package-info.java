// SPDX-License-Identifier: Apache-2.0

/** Tests of the bench: what it reads, counts and writes; never how fast anything is. */
@NullMarked
package dev.muster.bench.report;

import org.jspecify.annotations.NullMarked;
