// SPDX-License-Identifier: Apache-2.0
package dev.muster.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * docs/error-catalogue.md is written from the proto's comments: {@code -Dmuster.docs.write=true}
 * writes it anew.
 */
final class ErrorCatalogueDocTest {
  private static final Path DOC =
      Path.of("../docs/error-catalogue.md").toAbsolutePath().normalize();

  @Test
  void document_isWhatTheProtoSays() throws Exception {
    String expected = render();
    if (Boolean.getBoolean("muster.docs.write")) {
      Files.createDirectories(DOC.getParent());
      Files.writeString(DOC, expected);
    }

    assertThat(DOC).as("rewrite it with -Dmuster.docs.write=true").hasContent(expected);
  }

  private static String render() throws IOException {
    Map<String, StringBuilder> sections = new LinkedHashMap<>();
    for (ErrorCatalogue.Entry entry : ErrorCatalogue.read()) {
      sections
          .computeIfAbsent(entry.code().name(), code -> new StringBuilder())
          .append("| `")
          .append(WireErrors.nameOf(entry.reason()))
          .append("` | ")
          .append(entry.sentence().replace("|", "\\|"))
          .append(" |\n");
    }
    StringBuilder document =
        new StringBuilder(
            """
            # Error catalogue

            Every error is a `google.rpc.Status` with exactly one `google.rpc.ErrorInfo`: its `domain` is `muster.dev`, its
            `reason` is one of the names below, and its `metadata` holds every variable of the sentence and the
            `correlation_id`, which the audit log has too. `BadRequest` names the fields at fault, `RetryInfo` says when to come
            again, `QuotaFailure` who holds what is full.

            This page is generated from the comments of `muster/type/v1/error_reason.proto`.
            """);
    sections.forEach(
        (code, rows) ->
            document
                .append("\n## ")
                .append(code)
                .append("\n\n| reason | what happened, what to do |\n|---|---|\n")
                .append(rows));
    return document.toString();
  }
}
