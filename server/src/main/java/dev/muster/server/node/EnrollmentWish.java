// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.node;

import dev.muster.server.error.BusException;
import dev.muster.server.error.Faults;
import dev.muster.wire.JoinToken;
import dev.muster.wire.Limits;
import java.util.Map;

/**
 * What a machine says when it wants to become a node.
 *
 * @param token that it joins with
 * @param requestId chosen at random by the agent; makes a lost answer repeatable
 * @param nodeName name that it would like; empty: no wish
 * @param labels picked from those that the token leaves open
 * @param machineId what groups the nodes of one machine; may be empty
 * @param machineFingerprint what tells a cloned disk; may be empty
 * @param agentVersion version of the agent
 * @param facts what it says of itself
 */
public record EnrollmentWish(
    JoinToken token,
    String requestId,
    String nodeName,
    Map<String, String> labels,
    String machineId,
    String machineFingerprint,
    String agentVersion,
    Map<String, String> facts) {
  /**
   * Copies the maps and checks the bounds.
   *
   * @throws BusException FIELD_INVALID or LIMIT_OUT_OF_RANGE
   */
  public EnrollmentWish {
    if (requestId.isEmpty()) {
      throw Faults.field("request_id", "required: 1 to 128 characters, chosen at random.");
    }
    requireAtMost("request_id", requestId, Limits.REQUEST_ID_CHARS);
    requireAtMost("machine_id", machineId, Limits.MACHINE_ID_CHARS);
    requireAtMost("machine_fingerprint", machineFingerprint, Limits.MACHINE_ID_CHARS);
    requireAtMost("agent_version", agentVersion, Limits.VERSION_CHARS);
    if (!nodeName.isEmpty() && NodeName.tryParse(nodeName).isEmpty()) {
      throw Faults.field(
          "node_name", "a DNS label of 1 to 63 characters (a-z, 0-9, '-') and not a UUID.");
    }
    labels = Map.copyOf(labels);
    facts = Map.copyOf(facts);
    if (facts.size() > Limits.FACTS) {
      throw Faults.limit("facts", "at most " + Limits.FACTS + " entries.");
    }
    facts.forEach(
        (key, value) -> {
          requireAtMost("facts", key, Limits.FACT_KEY_CHARS);
          requireAtMost("facts", value, Limits.FACT_VALUE_CHARS);
        });
  }

  private static void requireAtMost(String field, String text, int chars) {
    if (text.length() > chars) {
      throw Faults.limit(field, "at most " + chars + " characters.");
    }
    if (text.indexOf('\0') >= 0) {
      throw Faults.field(field, "has a NUL character.");
    }
  }
}
