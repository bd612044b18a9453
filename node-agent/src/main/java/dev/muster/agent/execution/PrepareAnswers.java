// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import com.google.protobuf.ByteString;
import dev.muster.agent.catalog.CatalogEntry;
import dev.muster.proto.agent.v1.Prepare;
import dev.muster.proto.agent.v1.PrepareResult;
import dev.muster.proto.type.v1.ResultError;
import dev.muster.wire.Limits;
import dev.muster.wire.StrictJson;
import dev.muster.wire.StrictJsonException;
import java.util.Optional;

/** Makes the answers to PREPARE. Pure. */
final class PrepareAnswers {
  private PrepareAnswers() {}

  static String checked(String json) {
    try {
      StrictJson.checkValue(ByteString.copyFromUtf8(json).toByteArray(), Limits.INPUT_BYTES);
      return json;
    } catch (StrictJsonException e) {
      throw new IllegalArgumentException("The prepared input is refused: " + e.getMessage(), e);
    }
  }

  static PrepareResult result(
      Prepare prepare, CatalogEntry action, String initialPayload, Optional<String> currentState) {
    return PrepareResult.newBuilder()
        .setRequestId(prepare.getRequestId())
        .setInputSchemaJson(action.declaration().getInputSchemaJson())
        .setInitialPayloadJson(ByteString.copyFromUtf8(initialPayload))
        .setCurrentStateJson(
            ByteString.copyFromUtf8(currentState.map(PrepareAnswers::checked).orElse("")))
        .build();
  }

  static PrepareResult refused(Prepare prepare, String code, String message) {
    return PrepareResult.newBuilder()
        .setRequestId(prepare.getRequestId())
        .setError(ResultError.newBuilder().setCode(code).setMessage(Texts.sentence(message)))
        .build();
  }
}
