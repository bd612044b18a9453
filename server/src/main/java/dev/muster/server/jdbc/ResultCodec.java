// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.muster.server.invocation.Result;
import dev.muster.server.invocation.Result.Output;
import dev.muster.server.invocation.Result.ResultError;
import java.util.OptionalInt;

/** Results as the store keeps them: {@code muster.type.v1.Result}. */
final class ResultCodec {
  private ResultCodec() {}

  static byte[] encode(Result result) {
    dev.muster.proto.type.v1.Result.Builder message =
        dev.muster.proto.type.v1.Result.newBuilder()
            .setDataJson(ByteString.copyFrom(result.dataJson()))
            .setStdout(encode(result.stdout()))
            .setStderr(encode(result.stderr()));
    ResultError error = result.error();
    if (error != null) {
      message.setError(
          dev.muster.proto.type.v1.ResultError.newBuilder()
              .setCode(error.code())
              .setMessage(error.message())
              .setDetailsJson(ByteString.copyFrom(error.detailsJson())));
    }
    result.exitCode().ifPresent(message::setExitCode);
    return message.build().toByteArray();
  }

  static Result decode(byte[] bytes) {
    try {
      dev.muster.proto.type.v1.Result message = dev.muster.proto.type.v1.Result.parseFrom(bytes);
      return new Result(
          message.getDataJson().toByteArray(),
          message.hasError()
              ? new ResultError(
                  message.getError().getCode(),
                  message.getError().getMessage(),
                  message.getError().getDetailsJson().toByteArray())
              : null,
          message.hasExitCode() ? OptionalInt.of(message.getExitCode()) : OptionalInt.empty(),
          decode(message.getStdout()),
          decode(message.getStderr()));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a result is damaged in the store", e);
    }
  }

  private static dev.muster.proto.type.v1.Output encode(Output output) {
    return dev.muster.proto.type.v1.Output.newBuilder()
        .setData(ByteString.copyFrom(output.data()))
        .setTotalBytes(output.totalBytes())
        .setTruncated(output.truncated())
        .setHeadBytes(output.headBytes())
        .setSha256(ByteString.copyFrom(output.sha256()))
        .setUploaded(output.uploaded())
        .build();
  }

  private static Output decode(dev.muster.proto.type.v1.Output message) {
    return new Output(
        message.getData().toByteArray(),
        message.getTotalBytes(),
        message.getTruncated(),
        message.getHeadBytes(),
        message.getSha256().toByteArray(),
        message.getUploaded());
  }
}
