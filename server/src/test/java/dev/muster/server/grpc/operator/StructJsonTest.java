// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ListValue;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.wire.StrictJson;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class StructJsonTest {
  @Test
  void everyKindOfValue_isWritten() throws Exception {
    Struct struct =
        Struct.newBuilder()
            .putFields("null", Value.newBuilder().setNullValue(NullValue.NULL_VALUE).build())
            .putFields("bool", Value.newBuilder().setBoolValue(true).build())
            .putFields("text", Value.newBuilder().setStringValue("\"\\\n\u0001ü🙂").build())
            .putFields("whole", number(-3))
            .putFields("part", number(0.25))
            .putFields("small", number(1e-7))
            .putFields(
                "list",
                Value.newBuilder()
                    .setListValue(ListValue.newBuilder().addValues(number(1)).addValues(number(2)))
                    .build())
            .putFields(
                "object", Value.newBuilder().setStructValue(Struct.getDefaultInstance()).build())
            .build();

    byte[] json = StructJson.of(struct);

    StrictJson.checkValue(json, 1_000);
    assertThat(new String(json, StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"null\":null,\"bool\":true,\"text\":\"\\\"\\\\\\n\\u0001ü🙂\",\"whole\":-3,"
                + "\"part\":0.25,\"small\":1.0E-7,\"list\":[1,2],\"object\":{}}");
  }

  @Test
  void largestExactNumber_isWritten_theNextIsRefused() {
    assertThat(text(0x1p53 - 1)).isEqualTo("{\"a/b\":[9007199254740991]}");
    assertThat(text(-(0x1p53 - 1))).isEqualTo("{\"a/b\":[-9007199254740991]}");
    for (double inexact :
        new double[] {0x1p53, -0x1p53, 1e300, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> text(inexact))
          .isInstanceOfSatisfying(
              BusException.class,
              refusal -> {
                assertThat(refusal.reason()).isEqualTo(ErrorReason.INPUT_INVALID);
                assertThat(refusal.violations()).extracting("field").containsExactly("/a~1b/0");
              });
    }
  }

  @Test
  void valueThatIsNone_isRefused() {
    Struct struct = Struct.newBuilder().putFields("x", Value.getDefaultInstance()).build();

    assertThatThrownBy(() -> StructJson.of(struct)).isInstanceOf(BusException.class);
  }

  private static String text(double number) {
    return new String(
        StructJson.of(
            Struct.newBuilder()
                .putFields(
                    "a/b",
                    Value.newBuilder()
                        .setListValue(ListValue.newBuilder().addValues(number(number)))
                        .build())
                .build()),
        StandardCharsets.UTF_8);
  }

  private static Value number(double number) {
    return Value.newBuilder().setNumberValue(number).build();
  }
}
