// SPDX-License-Identifier: Apache-2.0
package dev.muster.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Duration;
import dev.muster.proto.type.v1.Action;
import dev.muster.proto.type.v1.ActionKind;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class CatalogDigestTest {
  private static final Action ECHO =
      Action.newBuilder()
          .setName("echo")
          .setKind(ActionKind.ACTION_KIND_BUILTIN)
          .setEnabled(true)
          .build();
  private static final Action REBOOT = ECHO.toBuilder().setName("reboot").build();

  @Test
  void of_isPinned() {
    // Both ends compute it, perhaps in different releases: another value is a change of the
    // protocol.
    assertThat(hex(List.of()))
        .isEqualTo("267ec836990954ff19cb2ed47b4a27ec2bfa56df44f8d810e75469fe13e88359");
    assertThat(hex(List.of(ECHO)))
        .isEqualTo("88954b01ce2062b98bc05e7a1801b642ac94bffb8a17ee1ae9f430841ff4fb5e");
  }

  @Test
  void of_doesNotDependOnOrder() {
    Action twin = ECHO.toBuilder().setSummary("again").build();

    assertThat(hex(List.of(ECHO, REBOOT, twin))).isEqualTo(hex(List.of(twin, REBOOT, ECHO)));
  }

  @Test
  void of_dependsOnEveryField() {
    Set<String> digests =
        Action.getDescriptor().getFields().stream()
            .map(field -> hex(List.of(ECHO.toBuilder().setField(field, other(field)).build())))
            .collect(Collectors.toSet());

    assertThat(digests)
        .hasSameSizeAs(Action.getDescriptor().getFields())
        .doesNotContain(hex(List.of(ECHO)));
  }

  @Test
  void of_keepsNeighbouringTextsApart() {
    Action one = ECHO.toBuilder().setSummary("ab").setVersion("c").build();
    Action other = ECHO.toBuilder().setSummary("a").setVersion("bc").build();

    assertThat(hex(List.of(one))).isNotEqualTo(hex(List.of(other)));
  }

  @Test
  void of_tellsUnsetFromZeroTimeout() {
    Action zero = ECHO.toBuilder().setRunTimeout(Duration.getDefaultInstance()).build();

    assertThat(hex(List.of(zero))).isNotEqualTo(hex(List.of(ECHO)));
  }

  private static Object other(FieldDescriptor field) {
    return switch (field.getJavaType()) {
      case STRING -> "other";
      case BYTE_STRING -> ByteString.copyFromUtf8("other");
      case BOOLEAN -> !(boolean) ECHO.getField(field);
      case LONG -> 7L;
      case ENUM -> field.getEnumType().findValueByNumber(3);
      case MESSAGE -> Duration.newBuilder().setSeconds(5).build();
      case INT, FLOAT, DOUBLE -> throw new AssertionError("encode " + field + " in CatalogDigest");
    };
  }

  private static String hex(List<Action> actions) {
    return HexFormat.of().formatHex(CatalogDigest.of(actions));
  }
}
