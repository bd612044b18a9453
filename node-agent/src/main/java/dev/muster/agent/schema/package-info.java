// SPDX-License-Identifier: Apache-2.0

/** Schemas of inputs: validation, and the input that their defaults make. Start with {@link dev.muster.agent.schema.InputSchema}. */
@NullMarked
package dev.muster.agent.schema;

import org.jspecify.annotations.NullMarked;
