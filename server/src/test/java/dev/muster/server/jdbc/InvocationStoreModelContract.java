// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.execution.ExecutionId;
import dev.muster.server.execution.ExecutionState;
import dev.muster.server.invocation.Driver;
import dev.muster.server.invocation.HistoryEntry;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationChange;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.invocation.InvocationStore;
import dev.muster.server.invocation.InvocationStore.NewInvocation;
import dev.muster.server.invocation.Result;
import dev.muster.server.invocation.Steps;
import dev.muster.server.node.NodeId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random batches against the store and a model of it: every query gives the same. Two of the seeds
 * are new in each run; the name of a failed test tells which.
 */
abstract class InvocationStoreModelContract extends StoreContract {
  private static final int BATCHES = 60;
  private static final int EXECUTIONS = 6;
  private static final int NODES = 5;

  static Stream<Long> seeds() {
    Random random = new Random();
    return Stream.of(1L, 2L, random.nextLong(), random.nextLong());
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void store_doesAsTheModel(long seed) {
    Random random = new Random(seed);
    InvocationModel model = new InvocationModel(id -> isRunning(number(id)));
    for (int i = 0; i < EXECUTIONS; i++) {
      ExecutionState state = isRunning(i) ? ExecutionState.RUNNING : ExecutionState.PAUSED;
      int number = i;
      store().write(tx -> tx.executions().insert(Samples.execution(number, state), List.of()));
    }

    for (int batch = 0; batch < BATCHES; batch++) {
      step(random, model);
      compare(random, model);
    }
  }

  private void step(Random random, InvocationModel model) {
    List<NewInvocation> added = added(random, model);
    List<InvocationChange> changes = changes(random, model);
    InvocationId cancelled = Samples.invocationId(random.nextInt(1 + model.all().size()));
    long revision = random.nextInt(20);

    model.insert(added);
    boolean[] expected = model.compareAndSet(changes);
    model.requestCancel(cancelled, revision);
    boolean[] written =
        store()
            .writing(
                tx -> {
                  tx.invocations().insert(added);
                  boolean[] hits = tx.invocations().compareAndSet(changes);
                  tx.invocations().requestCancel(cancelled, revision);
                  return hits;
                });

    assertThat(written).isEqualTo(expected);
  }

  private static List<NewInvocation> added(Random random, InvocationModel model) {
    int known = model.all().size();
    return IntStream.range(known, known + random.nextInt(6))
        .mapToObj(
            number -> {
              Invocation one =
                  Samples.pending(
                      number, random.nextInt(EXECUTIONS), random.nextInt(NODES), number);
              return Samples.added(
                  random.nextBoolean() ? one : one.handedOver(1, bytes(random), time(random)));
            })
        .toList();
  }

  /** Returns changes of rows as they are, of rows as they are not, and several of one row. */
  private static List<InvocationChange> changes(Random random, InvocationModel model) {
    List<Invocation> all = new ArrayList<>(model.all());
    List<InvocationChange> changes = new ArrayList<>();
    for (int i = random.nextInt(10); i > 0 && !all.isEmpty(); i--) {
      int at = random.nextInt(all.size());
      Invocation before = all.get(at);
      Invocation after = changed(random, before);
      changes.add(
          new InvocationChange(
              random.nextInt(5) == 0 ? changed(random, before) : before,
              after,
              evidence(random, before, after),
              random.nextInt(3) == 0 ? Result.EMPTY : null));
      all.set(at, after);
    }
    return changes;
  }

  private static Invocation changed(Random random, Invocation from) {
    InvocationState state = any(random, List.of(InvocationState.values()));
    return new Invocation(
        from.id(),
        from.executionId(),
        from.nodeId(),
        from.ordinal(),
        state,
        new Steps(random.nextInt(1 << 20)),
        random.nextInt(20),
        1 + random.nextInt(3),
        bytes(random),
        random.nextBoolean(),
        random.nextBoolean(),
        from.cancelRequested(),
        text(random),
        text(random),
        from.createTime(),
        time(random),
        time(random),
        random.nextBoolean() ? time(random) : null,
        state.isSettled() ? time(random) : null);
  }

  private static List<HistoryEntry> evidence(Random random, Invocation before, Invocation after) {
    return IntStream.range(0, 1 + random.nextInt(3))
        .mapToObj(
            i ->
                new HistoryEntry(
                    before.state(),
                    after.state(),
                    time(random),
                    any(random, List.of(Driver.values())),
                    text(random),
                    random.nextInt(3),
                    text(random),
                    random.nextBoolean() ? time(random) : null,
                    random.nextInt(3)))
        .toList();
  }

  private void compare(Random random, InvocationModel model) {
    NodeId node = Samples.nodeId(random.nextInt(NODES));
    ExecutionId execution = Samples.executionId(random.nextInt(EXECUTIONS));
    InvocationId id = Samples.invocationId(random.nextInt(1 + model.all().size()));
    Set<InvocationState> states =
        Stream.of(InvocationState.values())
            .filter(state -> random.nextInt(4) == 0)
            .collect(Collectors.toUnmodifiableSet());
    Optional<InvocationId> before = random.nextBoolean() ? Optional.empty() : Optional.of(id);
    int limit = 1 + random.nextInt(8);
    int number = random.nextInt(20);
    Instant now = time(random);

    same(model, store -> store.find(id));
    same(model, store -> store.waiting(node, limit));
    same(model, store -> store.outstanding(node));
    same(model, store -> store.lost(node, limit));
    same(model, store -> store.unsettled(node, limit));
    same(model, store -> store.ofExecution(execution, number, states, limit));
    same(model, store -> store.changedSince(execution, number, limit));
    same(model, store -> store.changedSince(execution, number, number, limit));
    same(model, store -> store.ofNode(node, before, states, limit));
    same(model, store -> store.startDue(now, 1_000));
    same(model, store -> store.reportDue(now, 1_000));
    same(model, store -> store.results(List.of(id)));
    same(model, store -> store.history(id));
  }

  private void same(InvocationModel model, Function<InvocationStore, ?> query) {
    Object found = store().read(tx -> query.apply(tx.invocations()));

    assertThat(found).usingRecursiveComparison().isEqualTo(query.apply(model));
  }

  private static boolean isRunning(int execution) {
    return execution % 3 != 0;
  }

  private static int number(ExecutionId id) {
    return (int) (id.value().getMostSignificantBits() >> 32);
  }

  private static Instant time(Random random) {
    return Samples.NOW.plusSeconds(random.nextInt(30));
  }

  private static byte[] bytes(Random random) {
    byte[] bytes = new byte[random.nextInt(4)];
    random.nextBytes(bytes);
    return bytes;
  }

  private static String text(Random random) {
    return any(random, List.of("", "NODE_GONE", "a|b", "\\", "line\nline", "ü\0'", "|\\n"));
  }

  private static <T> T any(Random random, List<T> values) {
    return values.get(random.nextInt(values.size()));
  }
}
