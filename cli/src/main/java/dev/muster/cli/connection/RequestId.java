// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.connection;

import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * The option that names a mutating request, so that a script can repeat it without doing it twice.
 * Made at random where it is not given.
 */
public final class RequestId {
  @Option(
      names = "--request-id",
      paramLabel = "ID",
      description =
          "Names this request: the same again within 24 hours is not done twice (default: made at random).")
  @Nullable String given;

  private @Nullable String made;

  /** Returns the id; the same one each time. */
  public String value() {
    if (given != null) {
      return given;
    }
    if (made == null) {
      made = UUID.randomUUID().toString();
    }
    return made;
  }

  /** Names a request whose body has changed since it was refused. */
  public void renew() {
    made = given == null ? null : given;
  }
}
