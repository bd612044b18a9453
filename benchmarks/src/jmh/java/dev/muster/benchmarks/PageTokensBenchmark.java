// SPDX-License-Identifier: Apache-2.0
package dev.muster.benchmarks;

import dev.muster.server.page.OpenedPageToken;
import dev.muster.server.page.PageTokens;
import dev.muster.wire.Sha256;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Page tokens, of which a list makes one per page. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PageTokensBenchmark {
  private static final int SIGNED_BYTES = 1 + 16 + 16;

  private final PageTokens tokens = new PageTokens(RawHmac.bytes(32));
  private final RawHmac hmac = new RawHmac(SIGNED_BYTES);
  private String caller = Samples.id().toString();
  private Sha256 filter = Sha256.hash(RawHmac.bytes(100));
  private byte[] position = RawHmac.bytes(16);
  private String token = tokens.issue(caller, filter, position);
  private String foreign = tokens.issue(caller, Sha256.hash(position), position);
  private String damaged = new StringBuilder(token).reverse().toString();

  /** Makes one. */
  @Benchmark
  public String issue() {
    return tokens.issue(caller, filter, position);
  }

  /** Verifies one. */
  @Benchmark
  public OpenedPageToken open() {
    return tokens.open(caller, filter, token);
  }

  /** Refuses one of another filter. */
  @Benchmark
  public OpenedPageToken openForeign() {
    return tokens.open(caller, filter, foreign);
  }

  /** Refuses what is none. */
  @Benchmark
  public OpenedPageToken openDamaged() {
    return tokens.open(caller, filter, damaged);
  }

  /** The signature alone. */
  @Benchmark
  public byte[] rawHmac() {
    return hmac.hash();
  }
}
