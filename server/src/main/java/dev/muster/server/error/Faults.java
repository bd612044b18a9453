// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.error;

/** Refusals of requests that are wrong in one field. */
public final class Faults {
  private Faults() {}

  /** Returns a refusal for a field that is missing or not of its form. */
  public static BusException field(String field, String description) {
    return of(ErrorReason.FIELD_INVALID, field, description);
  }

  /** Returns a refusal for a field that is outside its bounds. */
  public static BusException limit(String field, String description) {
    return of(ErrorReason.LIMIT_OUT_OF_RANGE, field, description);
  }

  /** Returns a refusal, for this reason, of a request that is wrong in this field. */
  public static BusException of(ErrorReason reason, String field, String description) {
    return BusException.of(reason)
        .message(field + ": " + description)
        .with("field", field)
        .violation(field, description)
        .build();
  }

  /** Returns a refusal for what this server does not provide. */
  public static BusException notProvisioned(String surface) {
    return BusException.of(ErrorReason.SURFACE_NOT_PROVISIONED)
        .message("This server does not provide " + surface + ".")
        .with("surface", surface)
        .build();
  }
}
