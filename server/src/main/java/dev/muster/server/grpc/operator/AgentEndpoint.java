// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.operator;

/**
 * Where agents reach the server, as join commands tell it.
 *
 * @param host the first advertised name; empty: none is configured
 * @param port the agents' port
 */
public record AgentEndpoint(String host, int port) {}
