// SPDX-License-Identifier: Apache-2.0

/** Operators: who may ask for something. Start with {@link dev.muster.server.access.Operator}. */
@NullMarked
package dev.muster.server.access;

import org.jspecify.annotations.NullMarked;
