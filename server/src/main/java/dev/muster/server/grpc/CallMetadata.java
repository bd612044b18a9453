// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc;

import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.execution.Surface;
import io.grpc.Metadata;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** What a call says beside its message. */
final class CallMetadata {
  static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  static final Metadata.Key<String> CORRELATION_ID =
      Metadata.Key.of("muster-correlation-id", Metadata.ASCII_STRING_MARSHALLER);
  static final Metadata.Key<String> SURFACE =
      Metadata.Key.of("muster-surface", Metadata.ASCII_STRING_MARSHALLER);

  private static final String SCHEME = "Bearer ";
  private static final Pattern CORRELATION_ID_FORM = Pattern.compile("[A-Za-z0-9._:-]{1,64}");

  private CallMetadata() {}

  /** Returns the caller's correlation id, if it is fit to be quoted; else a fresh one. */
  static String correlationId(Metadata headers, Supplier<UUID> ids) {
    return Optional.ofNullable(headers.get(CORRELATION_ID))
        .filter(id -> CORRELATION_ID_FORM.matcher(id).matches())
        .orElseGet(() -> ids.get().toString());
  }

  /**
   * Returns the surface that the caller says it is. Only the command line may say so: it changes
   * nothing but the audit.
   */
  static Surface surface(Metadata headers) {
    return "CLI".equalsIgnoreCase(headers.get(SURFACE)) ? Surface.CLI : Surface.GRPC;
  }

  /**
   * Returns the bearer credential.
   *
   * @throws BusException CREDENTIAL_MISSING or CREDENTIAL_MALFORMED
   */
  static String bearer(Metadata headers, String form) {
    String authorization = headers.get(AUTHORIZATION);
    if (authorization == null) {
      throw BusException.of(ErrorReason.CREDENTIAL_MISSING)
          .message(
              "The call carries no credential; send the metadata authorization: Bearer "
                  + form
                  + ".")
          .with("expected", form)
          .build();
    }
    if (!authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      throw malformed("The authorization metadata does not begin with Bearer.", form);
    }
    return authorization.substring(SCHEME.length()).strip();
  }

  /** Returns the refusal of a credential that is not of its form. */
  static BusException malformed(String sentence, String form) {
    return BusException.of(ErrorReason.CREDENTIAL_MALFORMED)
        .message(sentence + " Expected: " + form + "; check for a cut copy.")
        .with("expected", form)
        .build();
  }
}
