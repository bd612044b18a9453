// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm.node;

import com.google.protobuf.ByteString;
import dev.muster.proto.type.v1.Output;
import dev.muster.proto.type.v1.Result;
import dev.muster.proto.type.v1.ResultError;
import dev.muster.wire.Limits;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * How the nodes of a swarm answer: after which time, how often with a failure, with how much
 * output. Results are made once and shared. Confined to the event loop.
 */
public final class Answers {
  private static final int MOST_MILLIS = 24 * 60 * 60 * 1_000;

  private final RandomGenerator random;
  private int millis;
  private int jitterMillis;
  private int failPercent;
  private Result success = result(0);

  /** A value that can be set. */
  public enum Key {
    /** How long a run takes. */
    ANSWER_MS(MOST_MILLIS),
    /** How much longer it takes at most, by chance. */
    ANSWER_JITTER_MS(MOST_MILLIS),
    /** How many of 100 runs fail. */
    FAIL_PERCENT(100),
    /** How much a run writes. */
    OUTPUT_BYTES(Limits.INLINE_OUTPUT_BYTES);

    private final int most;

    Key(int most) {
      this.most = most;
    }

    /**
     * Returns the value if it is in bounds.
     *
     * @throws IllegalArgumentException if it is not
     */
    public int checked(int value) {
      if (value < 0 || value > most) {
        throw new IllegalArgumentException(text() + " is from 0 to " + most);
      }
      return value;
    }

    /** Returns its name as users write it. */
    public String text() {
      return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
  }

  /** Makes answers that are quick, good and short. */
  public Answers(RandomGenerator random) {
    this.random = random;
  }

  /**
   * Sets a value; it counts for what starts from now on.
   *
   * @throws IllegalArgumentException if it is out of bounds
   */
  public void set(Key key, int value) {
    int checked = key.checked(value);
    switch (key) {
      case ANSWER_MS -> millis = checked;
      case ANSWER_JITTER_MS -> jitterMillis = checked;
      case FAIL_PERCENT -> failPercent = checked;
      case OUTPUT_BYTES -> success = result(checked);
    }
  }

  /** Returns how long the next run takes. */
  long nextDelayNanos() {
    int jitter = jitterMillis == 0 ? 0 : random.nextInt(jitterMillis + 1);
    return TimeUnit.MILLISECONDS.toNanos((long) millis + jitter);
  }

  /** Returns how the next run ends; one with an error failed. */
  Result next() {
    return failPercent > 0 && random.nextInt(100) < failPercent
        ? success.toBuilder()
            .setError(
                ResultError.newBuilder()
                    .setCode("SWARM_FAILS")
                    .setMessage("This run was chosen to fail."))
            .build()
        : success;
  }

  /** Returns what a run has to show that was ended before its time. */
  Result cutShort(String code, String message) {
    return Result.newBuilder()
        .setError(ResultError.newBuilder().setCode(code).setMessage(message))
        .build();
  }

  private static Result result(int outputBytes) {
    Result.Builder result =
        Result.newBuilder().setDataJson(ByteString.copyFromUtf8("{\"swarm\":true}"));
    if (outputBytes > 0) {
      byte[] output = new byte[outputBytes];
      Arrays.fill(output, (byte) 'x');
      result.setStdout(
          Output.newBuilder()
              .setData(ByteString.copyFrom(output))
              .setTotalBytes(outputBytes)
              .setSha256(ByteString.copyFrom(sha256(output))));
    }
    return result.build();
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
