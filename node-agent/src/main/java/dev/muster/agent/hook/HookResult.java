// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.hook;

import dev.muster.agent.Result;
import dev.muster.wire.Limits;
import dev.muster.wire.StrictJson;
import dev.muster.wire.StrictJsonException;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a hook that succeeded returns: what it wrote to {@code $MUSTER_RESULT_FILE}, which must then
 * be JSON; else all of its standard output, if that is one JSON value; else nothing. At most 16
 * KiB.
 */
final class HookResult {
  private HookResult() {}

  static Result of(Path resultFile, Optional<byte[]> stdout) {
    try {
      if (Files.isRegularFile(resultFile, LinkOption.NOFOLLOW_LINKS)
          && Files.size(resultFile) > 0) {
        return fromFile(resultFile);
      }
    } catch (IOException e) {
      return invalid(String.valueOf(e.getMessage()));
    }
    return stdout.flatMap(HookResult::json).map(Result::successJson).orElse(Result.success());
  }

  private static Result fromFile(Path file) throws IOException {
    byte[] text;
    // Not through a channel: a run that is told to stop now has ended by itself all the same.
    try (FileInputStream in = new FileInputStream(file.toFile())) {
      text = in.readNBytes(Limits.RESULT_JSON_BYTES + 1);
    }
    if (text.length > Limits.RESULT_JSON_BYTES) {
      return invalid("it has more than " + Limits.RESULT_JSON_BYTES + " bytes");
    }
    return json(text).map(Result::successJson).orElseGet(() -> invalid("it is not one JSON value"));
  }

  private static Optional<String> json(byte[] text) {
    try {
      StrictJson.checkValue(text, Limits.RESULT_JSON_BYTES);
      return Optional.of(new String(text, StandardCharsets.UTF_8));
    } catch (StrictJsonException e) {
      return Optional.empty();
    }
  }

  private static Result invalid(String why) {
    return Result.failure(
        "HOOK_RESULT_INVALID",
        "The hook ended with 0, but its result file is refused: " + why + ".");
  }
}
