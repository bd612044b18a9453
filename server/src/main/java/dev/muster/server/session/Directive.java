// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import dev.muster.server.invocation.InvocationId;

/** What an agent does with one item of its journal. */
public record Directive(InvocationId id, Verb verb) {
  /** What to do. */
  public enum Verb {
    /** Go on. */
    RESUME,
    /** Send what is unreported: the server could not take it from the journal. */
    REPORT,
    /** Stop it, or never start it. */
    CANCEL,
    /** Settled and durable here: forget it, never run it again. */
    FORGET
  }
}
