// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm.control;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** What this process takes of the machine. */
public final class ProcessFigures {
  private static final String RESIDENT = "VmRSS:";

  private ProcessFigures() {}

  /** Returns the processor time that it has used, in milliseconds. */
  public static long cpuMillis() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
        ? TimeUnit.NANOSECONDS.toMillis(system.getProcessCpuTime())
        : 0;
  }

  /** Returns the memory that it holds, in kilobytes. */
  public static long residentKilobytes() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith(RESIDENT)) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    return 0;
  }

  /** Returns the bytes of its heap that are in use, garbage included. */
  public static long heapUsed() {
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /** Returns an answer with all of them. */
  public static JsonLine addTo(JsonLine answer) throws IOException {
    return answer
        .with("cpu_ms", cpuMillis())
        .with("rss_kb", residentKilobytes())
        .with("heap_used", heapUsed());
  }
}
