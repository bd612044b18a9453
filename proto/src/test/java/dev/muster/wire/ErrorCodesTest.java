// SPDX-License-Identifier: Apache-2.0
package dev.muster.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.proto.type.v1.ErrorReason;
import io.grpc.Status.Code;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class ErrorCodesTest {
  @Test
  void codeOf_everyReason_isTheCodeThatItsCommentNames() throws Exception {
    assertThat(ErrorCatalogue.read())
        .hasSize(ErrorReason.values().length - 2) // without UNSPECIFIED and UNRECOGNIZED
        .allSatisfy(
            entry ->
                assertThat(ErrorCodes.codeOf(entry.reason()))
                    .as(entry.reason().name())
                    .isEqualTo(entry.code()));
  }

  @Test
  void codeOf_neverSaysOk() {
    assertThat(Arrays.stream(ErrorReason.values()).map(ErrorCodes::codeOf))
        .doesNotContain(Code.OK, Code.CANCELLED);
  }
}
