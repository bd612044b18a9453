// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.identity;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * What tells this machine from others, hashed, and what it says of itself.
 *
 * @param id groups the nodes of one machine; empty if the machine has no id
 * @param fingerprint differs on a cloned disk in other hardware; may be empty
 * @param facts what the node says of itself
 */
public record Machine(String id, String fingerprint, Map<String, String> facts) {
  private static final int FACT_CHARS = 256;

  /** Copies the facts. */
  public Machine {
    facts = Map.copyOf(facts);
  }

  /** Returns this machine. */
  public static Machine here(String agentVersion) {
    String machineId = read(Path.of("/etc/machine-id"));
    String product = read(Path.of("/sys/class/dmi/id/product_uuid"));
    Map<String, String> facts = new TreeMap<>();
    put(facts, "agent.version", agentVersion);
    put(facts, "host.name", read(Path.of("/proc/sys/kernel/hostname")));
    put(facts, "os.name", System.getProperty("os.name", ""));
    put(facts, "os.version", System.getProperty("os.version", ""));
    put(facts, "os.arch", System.getProperty("os.arch", ""));
    put(facts, "java.version", System.getProperty("java.version", ""));
    return new Machine(hashed("id", machineId), hashed("fingerprint", machineId + product), facts);
  }

  private static void put(Map<String, String> facts, String key, String value) {
    if (!value.isEmpty()) {
      facts.put(key, value.substring(0, Math.min(value.length(), FACT_CHARS)));
    }
  }

  /** The ids themselves are nobody's business. */
  private static String hashed(String purpose, String text) {
    return text.isEmpty()
        ? ""
        : HexFormat.of()
            .formatHex(
                PinnedAuthorityTrustManager.sha256(
                    ("muster " + purpose + " " + text).getBytes(StandardCharsets.UTF_8)));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      return "";
    }
  }
}
