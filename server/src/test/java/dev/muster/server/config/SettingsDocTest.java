// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * docs/server-settings.md is written from {@link Setting}: {@code -Dmuster.docs.write=true} writes
 * it anew.
 */
final class SettingsDocTest {
  private static final Path DOC =
      Path.of("../docs/server-settings.md").toAbsolutePath().normalize();

  @Test
  void document_isWhatTheSettingsSay() throws Exception {
    String expected = render();
    if (Boolean.getBoolean("muster.docs.write")) {
      Files.createDirectories(DOC.getParent());
      Files.writeString(DOC, expected);
    }

    assertThat(DOC).as("rewrite it with -Dmuster.docs.write=true").hasContent(expected);
  }

  private static String render() {
    StringBuilder document =
        new StringBuilder(
            """
            # Settings of the server

            Each setting may be in the settings file (`muster-server.properties`, one `key = value` a line), in the environment, and
            on the command line: a flag goes before the environment, the environment before the file. All faults are reported
            together. Times are written `500ms`, `20s`, `2m`, `1h`, `90d`; sizes `1MiB`, `20GiB`.

            This page is generated from the settings themselves.

            | key | environment | flag | default | meaning |
            |---|---|---|---|---|
            """);
    for (Setting setting : Setting.values()) {
      document.append(
          "| `%s` | `%s` | `%s` | %s | %s |%n"
              .formatted(
                  setting.key(),
                  setting.variable(),
                  setting.flag(),
                  setting.defaultText().isEmpty() ? "" : "`" + setting.defaultText() + "`",
                  setting.description()));
    }
    return document.toString();
  }
}
