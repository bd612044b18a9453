// SPDX-License-Identifier: Apache-2.0
package dev.muster.wire;

import dev.muster.proto.type.v1.ErrorReason;
import io.grpc.Status.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the comments of {@code error_reason.proto}: what each reason means, and the code that its
 * last word names.
 */
final class ErrorCatalogue {
  private static final Path PROTO =
      Path.of("src/main/proto/muster/type/v1/error_reason.proto").toAbsolutePath();
  private static final Pattern CONSTANT = Pattern.compile("\\s*(ERROR_REASON_\\w+) = \\d+;");
  private static final Pattern CODE_AT_END = Pattern.compile("(.*[.;]) ([A-Z_]+)\\.");

  private ErrorCatalogue() {}

  record Entry(ErrorReason reason, String sentence, Code code) {}

  /** Returns every reason but UNSPECIFIED, in the order of the file. */
  static List<Entry> read() throws IOException {
    List<Entry> entries = new ArrayList<>();
    StringBuilder comment = new StringBuilder();
    for (String line : Files.readAllLines(PROTO)) {
      Matcher constant = CONSTANT.matcher(line);
      if (line.strip().startsWith("//")) {
        comment.append(line.strip().substring(2));
      } else if (constant.matches()) {
        ErrorReason reason = ErrorReason.valueOf(constant.group(1));
        if (reason != ErrorReason.ERROR_REASON_UNSPECIFIED) {
          entries.add(entry(reason, comment.toString().strip()));
        }
        comment.setLength(0);
      } else {
        comment.setLength(0);
      }
    }
    return entries;
  }

  private static Entry entry(ErrorReason reason, String comment) {
    Matcher matcher = CODE_AT_END.matcher(comment);
    if (!matcher.matches()) {
      throw new AssertionError("the comment of " + reason + " does not end with a code");
    }
    return new Entry(reason, matcher.group(1), Code.valueOf(matcher.group(2)));
  }
}
