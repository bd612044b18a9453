// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm;

import dev.muster.swarm.control.JsonLine;
import dev.muster.swarm.control.LineConversation;
import dev.muster.swarm.control.ProcessFigures;
import dev.muster.swarm.node.Answers;
import dev.muster.swarm.node.Counters;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * The commands of {@code --control}. Every answer has {@code ok}; a good one, beside it:
 *
 * <pre>
 * enroll N        enrolled, ms
 * connect N       nodes, ms
 * await N         nodes, ms, last_welcome_epoch_ms
 * disconnect      nodes, ms
 * set KEY VALUE
 * stats           nodes, connected, executes, repeats, callbacks, acked, prepares, refusals, disconnects,
 *                 connect_attempts, cpu_ms, rss_kb, heap_used
 * quit
 * </pre>
 */
final class SwarmControl {
  private final SwarmProgram program;

  private SwarmControl(SwarmProgram program) {
    this.program = program;
  }

  static LineConversation of(SwarmProgram program) {
    SwarmControl control = new SwarmControl(program);
    return new LineConversation()
        .on("enroll N", words -> control.enroll(count(words)))
        .on("connect N", words -> control.connect(count(words)))
        .on("await N", words -> control.await(count(words)))
        .on("disconnect", words -> control.connect(0))
        .on("set KEY VALUE", control::set)
        .on("stats", words -> control.stats());
  }

  private JsonLine enroll(int count) throws IOException, ExecutionException, InterruptedException {
    long start = System.nanoTime();
    int enrolled = program.enroll(count);
    return JsonLine.ok().with("enrolled", enrolled).with("ms", millisSince(start));
  }

  private JsonLine connect(int count) throws IOException, ExecutionException, InterruptedException {
    long start = System.nanoTime();
    Swarm.Readiness readiness = program.connect(count);
    return JsonLine.ok().with("nodes", readiness.nodes()).with("ms", millisSince(start));
  }

  private JsonLine await(int count) throws ExecutionException, InterruptedException {
    long start = System.nanoTime();
    Swarm.Readiness readiness = program.swarm().await(count).get();
    return JsonLine.ok()
        .with("nodes", readiness.nodes())
        .with("ms", millisSince(start))
        .with("last_welcome_epoch_ms", readiness.lastReadyMillis());
  }

  private JsonLine set(List<String> words) throws ExecutionException, InterruptedException {
    Answers.Key key =
        Arrays.stream(Answers.Key.values())
            .filter(known -> known.text().equals(words.get(0)))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        words.get(0)
                            + " cannot be set; what can is "
                            + Arrays.stream(Answers.Key.values()).map(Answers.Key::text).toList()));
    int value = LineConversation.number(words.get(1), 0, Integer.MAX_VALUE);
    program.swarm().set(key, value).get();
    return JsonLine.ok();
  }

  private JsonLine stats() throws IOException, ExecutionException, InterruptedException {
    Swarm.Figures figures = program.swarm().figures().get();
    Counters.Seen counted = figures.counted();
    return ProcessFigures.addTo(
        JsonLine.ok()
            .with("nodes", figures.nodes())
            .with("connected", figures.ready())
            .with("executes", counted.executes())
            .with("repeats", counted.repeats())
            .with("callbacks", counted.callbacks())
            .with("acked", counted.acknowledged())
            .with("prepares", counted.prepares())
            .with("refusals", counted.refusals())
            .with("disconnects", counted.disconnects())
            .with("connect_attempts", counted.attempts()));
  }

  private static int count(List<String> words) {
    return LineConversation.number(words.get(0), 0, SwarmOptions.MOST_NODES);
  }

  private static long millisSince(long startNanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
  }
}
