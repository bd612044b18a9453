// SPDX-License-Identifier: Apache-2.0

/** The processes that a measurement needs: servers, swarms, raw peers, on the processors that are theirs. Start with {@link dev.muster.bench.bed.Bed}. */
@NullMarked
package dev.muster.bench.bed;

import org.jspecify.annotations.NullMarked;
