// SPDX-License-Identifier: Apache-2.0
package dev.muster.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.it.fleet.Programs;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The demo as a user starts it: the launcher, and whatever that starts. */
@Timeout(180)
final class DemoIT {
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(30);

  @TempDir private Path temporary;
  private final List<Process> started = new ArrayList<>();

  @AfterEach
  void stop() {
    for (Process process : started) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  @Test
  void demo_tellsItsStory_andLeavesNothingBehind() throws Exception {
    Process demo = start();
    List<ProcessHandle> fleet = new ArrayList<>();

    List<String> lines = new ArrayList<>();
    try (BufferedReader out = demo.inputReader(StandardCharsets.UTF_8)) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        lines.add(line);
        if (line.contains("What is there")) {
          fleet.addAll(demo.descendants().toList());
        }
      }
    }

    String story = String.join("\n", lines);
    assertThat(demo.waitFor()).as(story).isZero();
    assertThat(story)
        .contains("SUCCEEDED 3/3: 3 SUCCEEDED")
        .contains("1 SUCCEEDED, 1 FAILED", "unknown directive 'lisen'")
        .contains("CONFIRMATION_REQUIRED")
        .contains("FAILED_PRECONDITION", "outcome: REFUSED", "state: SUCCEEDED");
    assertThat(fleet).hasSizeGreaterThanOrEqualTo(4);
    assertThat(fleet).noneMatch(ProcessHandle::isAlive);
    assertNothingIsLeft();
  }

  @Test
  void ctrlC_stopsTheFleet_andLeavesNothingBehind() throws Exception {
    Process demo = start();
    try (BufferedReader out = demo.inputReader(StandardCharsets.UTF_8)) {
      String line = out.readLine();
      while (line != null && !line.contains("What is there")) {
        line = out.readLine();
      }
      assertThat(line).isNotNull();
      List<ProcessHandle> fleet = demo.descendants().toList();
      assertThat(fleet).hasSizeGreaterThanOrEqualTo(4);

      new ProcessBuilder("kill", "-INT", Long.toString(demo.pid())).start().waitFor();

      assertThat(demo.waitFor(STOP_PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertThat(demo.exitValue()).isEqualTo(130);
      assertThat(fleet).noneMatch(ProcessHandle::isAlive);
    }
    assertNothingIsLeft();
  }

  private Process start() throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(Programs.home().resolve("muster").toString(), "demo")
            .redirectErrorStream(true);
    builder.environment().put("MUSTER_NO_BUILD", "1");
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("MUSTER_JAVA_OPTS", "-Djava.io.tmpdir=" + temporary);
    Process process = builder.start();
    started.add(process);
    return process;
  }

  private void assertNothingIsLeft() throws IOException {
    try (var files = Files.list(temporary)) {
      assertThat(files.filter(file -> file.getFileName().toString().startsWith("muster-demo-")))
          .isEmpty();
    }
  }
}
