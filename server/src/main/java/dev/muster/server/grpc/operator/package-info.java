// SPDX-License-Identifier: Apache-2.0

/**
 * The operators' side of the wire: requests checked and turned into calls of use cases, answers turned into messages, no rules. Start
 * reading at {@link dev.muster.server.grpc.operator.GrpcExecutionService}.
 */
@NullMarked
package dev.muster.server.grpc.operator;

import org.jspecify.annotations.NullMarked;
