// SPDX-License-Identifier: Apache-2.0

/**
 * The agents' side of the wire: messages in, messages out, no rules. Start reading at {@link
 * dev.muster.server.grpc.agent.GrpcAgentService}; a callback goes on to {@link dev.muster.server.session.NodeSession}.
 */
@NullMarked
package dev.muster.server.grpc.agent;

import org.jspecify.annotations.NullMarked;
