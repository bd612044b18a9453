// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.catalog;

import com.networknt.schema.Error;
import dev.muster.server.error.FieldViolation;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells the errors of a validation as an operator reads them: by JSON pointer, never with a value
 * of the input.
 */
final class Violations {
  /** Most violations that are told. */
  static final int MAX = 20;

  private static final String UNKNOWN_KEY = "is no key that the action takes";

  private Violations() {}

  static List<FieldViolation> of(List<Error> errors) {
    // A branch that fails describes nothing, and then its keys look unknown: told only if nothing
    // else is wrong.
    boolean onlyUnevaluated = errors.stream().allMatch(Violations::isUnevaluated);
    Set<FieldViolation> violations = new LinkedHashSet<>();
    for (Error error : errors) {
      if (violations.size() < MAX && (onlyUnevaluated || !isUnevaluated(error))) {
        violations.add(of(error));
      }
    }
    return List.copyOf(violations);
  }

  private static FieldViolation of(Error error) {
    String pointer = error.getInstanceLocation().toString();
    String property = error.getProperty();
    return switch (keyword(error)) {
      case "additionalProperties", "unevaluatedProperties" ->
          new FieldViolation(below(pointer, property), UNKNOWN_KEY);
      case "required" -> new FieldViolation(below(pointer, property), "is required");
      default -> new FieldViolation(pointer, error.getMessage());
    };
  }

  private static boolean isUnevaluated(Error error) {
    return keyword(error).equals("unevaluatedProperties");
  }

  private static String keyword(Error error) {
    String keyword = error.getKeyword();
    return keyword == null ? "" : keyword;
  }

  private static String below(String pointer, @Nullable String property) {
    return property == null ? pointer : pointer + "/" + Applicator.escape(property);
  }
}
