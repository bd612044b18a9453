// SPDX-License-Identifier: Apache-2.0

/** Idempotence of mutating calls: what a {@code request_id} was used for. Start at {@link dev.muster.server.request.RequestStore}. */
@NullMarked
package dev.muster.server.request;

import org.jspecify.annotations.NullMarked;
