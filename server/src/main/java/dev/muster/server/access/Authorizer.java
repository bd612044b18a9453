// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.access;

import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import java.util.Locale;

/** Says what an operator may do, before anything is read or written for them. Thread-safe. */
public final class Authorizer {
  /** The project that is meant where none is named, and so far the only one. */
  public static final String DEFAULT_PROJECT = "default";

  /**
   * Lets those pass whose role includes the one that is needed.
   *
   * @param method what is to be done, for the sentence
   * @throws BusException ROLE_REQUIRED
   */
  public void require(Operator operator, Role needed, String method) {
    if (!operator.role().includes(needed)) {
      throw BusException.of(ErrorReason.ROLE_REQUIRED)
          .message(
              method
                  + " needs the role "
                  + word(needed)
                  + "; "
                  + operator.name()
                  + " is "
                  + word(operator.role())
                  + ".")
          .with("method", method)
          .with("role_required", word(needed))
          .with("role", word(operator.role()))
          .with("operator", operator.name())
          .build();
    }
  }

  /**
   * Returns the project that a request means. Called once the caller is authorized: who is not
   * learns of no project.
   *
   * @throws BusException PROJECT_NOT_FOUND
   */
  public String project(String projectId) {
    if (projectId.isEmpty() || projectId.equals(DEFAULT_PROJECT)) {
      return DEFAULT_PROJECT;
    }
    throw BusException.of(ErrorReason.PROJECT_NOT_FOUND)
        .message("There is no project " + projectId + ".")
        .with("project_id", projectId)
        .build();
  }

  private static String word(Role role) {
    return role.name().toLowerCase(Locale.ROOT);
  }
}
