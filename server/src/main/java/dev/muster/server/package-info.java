// SPDX-License-Identifier: Apache-2.0

/**
 * The server: one process of the bus. Start reading at {@link dev.muster.server.MusterServer}, which wires everything; then follow a callback
 * from {@link dev.muster.server.grpc.agent.GrpcAgentService} over {@link dev.muster.server.session.NodeSession} to {@link
 * dev.muster.server.ledger.Ledger}.
 */
@NullMarked
package dev.muster.server;

import org.jspecify.annotations.NullMarked;
