// SPDX-License-Identifier: Apache-2.0

/** Values to JSON text and back, so that no JSON library shows in public signatures. Start with {@link dev.muster.agent.json.Json}. */
@NullMarked
package dev.muster.agent.json;

import org.jspecify.annotations.NullMarked;
