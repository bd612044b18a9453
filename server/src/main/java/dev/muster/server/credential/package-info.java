// SPDX-License-Identifier: Apache-2.0

/**
 * How the server keeps secrets: only as keyed hashes, and its own in files that no one else may read. Start with {@link
 * dev.muster.server.credential.KeyedHash}.
 */
@NullMarked
package dev.muster.server.credential;

import org.jspecify.annotations.NullMarked;
