// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.catalog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class InputSchemasTest {
  private final InputSchemas schemas = new InputSchemas();

  @Test
  void get_sameText_isCompiledOnce() throws Exception {
    InputSchema first = schemas.get("{}".getBytes(UTF_8));

    assertThat(schemas.get("{}".getBytes(UTF_8))).isSameAs(first);
    assertThat(schemas.get("{ }".getBytes(UTF_8))).isNotSameAs(first);
  }

  @Test
  void get_unusable_isRefusedEachTime() {
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> schemas.get("[]".getBytes(UTF_8)))
          .isInstanceOf(SchemaException.class);
    }
  }
}
