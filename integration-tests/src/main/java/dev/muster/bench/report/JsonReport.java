// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.report;

import dev.muster.bench.BenchFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** A report as JSON: {@code {"machine":{…},"results":[{"scenario":…,…}]}}. */
public final class JsonReport {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private JsonReport() {}

  static String text(Report report) {
    Map<String, Object> whole = new LinkedHashMap<>();
    whole.put("machine", report.machine());
    whole.put("results", report.results().stream().map(Result::figures).toList());
    return JSON.writeValueAsString(whole) + "\n";
  }

  /** Writes a report to a file. */
  public static void write(Report report, Path file) {
    try {
      Files.writeString(file, text(report));
    } catch (IOException e) {
      throw new BenchFailedException(file + " cannot be written", e);
    }
  }
}
