// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.execution;

/**
 * Through which surface something was asked. Nothing in a use case depends on it; the audit tells
 * it.
 */
public enum Surface {
  /** A gRPC client. */
  GRPC,
  /** The command line. */
  CLI,
  /** HTTP with JSON. */
  HTTP,
  /** The web console. */
  CONSOLE,
  /** A flow. */
  FLOW,
  /** An AI tool. */
  AI
}
