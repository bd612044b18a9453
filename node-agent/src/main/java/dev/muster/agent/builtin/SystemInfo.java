// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.builtin;

import dev.muster.agent.Action;
import dev.muster.agent.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** {@code system.info}: tells what the machine is and how it does. */
final class SystemInfo {
  private static final Path PROC = Path.of("/proc");

  private SystemInfo() {}

  static Action action(String agentVersion) {
    return Action.named("system.info")
        .summary("Tells what the machine is and how it does.")
        .idempotent()
        .allowWhenDisabled()
        .execute((input, context) -> Result.success(describe(agentVersion)));
  }

  private static Map<String, Object> describe(String agentVersion) {
    Map<String, Object> info = new LinkedHashMap<>();
    info.put("agent_version", agentVersion);
    info.put("java_version", System.getProperty("java.version", ""));
    info.put("os_name", System.getProperty("os.name", ""));
    info.put("os_version", System.getProperty("os.version", ""));
    info.put("os_arch", System.getProperty("os.arch", ""));
    info.put("processors", Runtime.getRuntime().availableProcessors());
    info.put("hostname", firstLine(PROC.resolve("sys/kernel/hostname")));
    info.put("load_average", firstLine(PROC.resolve("loadavg")));
    info.put("uptime", firstLine(PROC.resolve("uptime")));
    info.put("memory_kb", memory());
    return info;
  }

  private static Map<String, Long> memory() {
    Map<String, Long> memory = new LinkedHashMap<>();
    try {
      for (String line : Files.readAllLines(PROC.resolve("meminfo"))) {
        String[] fields = line.split("[: ]+", -1);
        if (fields.length >= 2
            && (fields[0].equals("MemTotal") || fields[0].equals("MemAvailable"))) {
          memory.put(fields[0], Long.parseLong(fields[1]));
        }
      }
    } catch (IOException | NumberFormatException e) {
      // Not Linux: there is nothing to tell.
      return Map.of();
    }
    return memory;
  }

  private static String firstLine(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      return "";
    }
  }
}
