// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.error;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.wire.ErrorCodes;
import dev.muster.wire.WireErrors;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class ErrorReasonTest {
  private static final List<String> NOT_SENT = List.of("UNSPECIFIED", "UNRECOGNIZED");

  @Test
  void reasons_areThoseOfTheProto_withTheSameCodes() {
    Map<String, String> proto =
        Arrays.stream(dev.muster.proto.type.v1.ErrorReason.values())
            .filter(reason -> !NOT_SENT.contains(WireErrors.nameOf(reason)))
            .collect(
                Collectors.toMap(WireErrors::nameOf, reason -> ErrorCodes.codeOf(reason).name()));

    Map<String, String> domain =
        Arrays.stream(ErrorReason.values())
            .collect(Collectors.toMap(ErrorReason::name, reason -> reason.category().name()));

    assertThat(domain).isEqualTo(proto);
  }
}
