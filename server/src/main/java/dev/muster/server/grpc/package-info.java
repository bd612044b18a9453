// SPDX-License-Identifier: Apache-2.0

/**
 * The two listeners, and what stands in front of every call: who calls, what they may do, and how a failure is told. Start reading at
 * {@link dev.muster.server.grpc.GrpcServers}, then {@link dev.muster.server.grpc.OperatorSurface}.
 */
@NullMarked
package dev.muster.server.grpc;

import org.jspecify.annotations.NullMarked;
