// SPDX-License-Identifier: Apache-2.0

/**
 * The few rules that both ends of the wire share: credentials, canonical bytes, errors, strict JSON and limits. Start with {@link
 * dev.muster.wire.NodeSecretKey} and {@link dev.muster.wire.WireErrors}.
 */
@NullMarked
package dev.muster.wire;

import org.jspecify.annotations.NullMarked;
