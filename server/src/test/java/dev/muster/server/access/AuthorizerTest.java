// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import org.junit.jupiter.api.Test;

class AuthorizerTest {
  private final Authorizer authorizer = new Authorizer();

  @Test
  void roleSuffices_exactlyForItselfAndThoseBelow() {
    for (Role has : Role.values()) {
      for (Role needs : Role.values()) {
        Operator operator = new Operator("id", "alice", has);
        if (has.compareTo(needs) >= 0) {
          authorizer.require(operator, needs, "Method");
        } else {
          assertThatThrownBy(() -> authorizer.require(operator, needs, "Method"))
              .isInstanceOfSatisfying(
                  BusException.class,
                  refusal -> {
                    assertThat(refusal.reason()).isEqualTo(ErrorReason.ROLE_REQUIRED);
                    assertThat(refusal.metadata()).containsKeys("role", "role_required", "method");
                  });
        }
      }
    }
  }

  @Test
  void onlyTheDefaultProject_isThere() {
    assertThat(authorizer.project("")).isEqualTo("default");
    assertThat(authorizer.project("default")).isEqualTo("default");
    assertThatThrownBy(() -> authorizer.project("other"))
        .isInstanceOfSatisfying(
            BusException.class,
            refusal -> assertThat(refusal.reason()).isEqualTo(ErrorReason.PROJECT_NOT_FOUND));
  }
}
