// SPDX-License-Identifier: Apache-2.0

/** A server without a fleet: it answers operators from memory. Start with {@link dev.muster.cli.fake.FakeServer}. */
@NullMarked
package dev.muster.cli.fake;

import org.jspecify.annotations.NullMarked;
