// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import dev.muster.server.FakeClock;
import dev.muster.server.barrier.Barriers;
import dev.muster.server.catalog.Catalog;
import dev.muster.server.catalog.CatalogCheck;
import dev.muster.server.catalog.CatalogDirectory;
import dev.muster.server.catalog.InputSchemas;
import dev.muster.server.delivery.Cancellation;
import dev.muster.server.delivery.Courier;
import dev.muster.server.delivery.HandOvers;
import dev.muster.server.delivery.InvocationRevocation;
import dev.muster.server.delivery.Materialiser;
import dev.muster.server.delivery.Orders;
import dev.muster.server.delivery.PacedSends;
import dev.muster.server.dispatch.PauseService;
import dev.muster.server.execution.Execution;
import dev.muster.server.execution.ExecutionEvent;
import dev.muster.server.execution.ExecutionId;
import dev.muster.server.execution.ExecutionProgress;
import dev.muster.server.execution.ExecutionState;
import dev.muster.server.execution.ExecutionStore.CohortSlice;
import dev.muster.server.execution.IneligiblePolicy;
import dev.muster.server.execution.InvocationCounts;
import dev.muster.server.execution.OfflinePolicy;
import dev.muster.server.execution.Order;
import dev.muster.server.execution.Plan;
import dev.muster.server.execution.Preparation;
import dev.muster.server.execution.PrepareMode;
import dev.muster.server.execution.PreparePolicy;
import dev.muster.server.execution.RequestedBy;
import dev.muster.server.execution.RolloutPolicy;
import dev.muster.server.execution.RolloutState;
import dev.muster.server.execution.Surface;
import dev.muster.server.invocation.HistoryEntry;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.invocation.ServerMoves;
import dev.muster.server.jdbc.TestStore;
import dev.muster.server.ledger.Commit;
import dev.muster.server.ledger.CommitListener;
import dev.muster.server.ledger.Ledger;
import dev.muster.server.ledger.LedgerStore;
import dev.muster.server.ledger.LedgerTransaction;
import dev.muster.server.ledger.StoreException;
import dev.muster.server.ledger.StoreTransaction;
import dev.muster.server.node.Labels;
import dev.muster.server.node.Node;
import dev.muster.server.node.NodeDirectory;
import dev.muster.server.node.NodeId;
import dev.muster.server.node.NodeName;
import dev.muster.server.node.NodeState;
import dev.muster.server.output.OutputFiles;
import dev.muster.server.report.ReportService;
import dev.muster.server.rollout.Rollouts;
import dev.muster.server.session.AgentHello.JournalItem;
import dev.muster.server.tail.OutputReadings;
import dev.muster.wire.Sha256;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A server without a wire: the real ledger on a real store, sessions, courier; time stands until
 * the test moves it.
 */
public final class SessionHarness implements AutoCloseable {
  /** Who asks. */
  public static final RequestedBy ALICE = new RequestedBy("op-1", "alice", Surface.CLI, "c-1");

  /** How often a sign of life is due. */
  public static final Duration HEARTBEAT = Duration.ofSeconds(20);

  private static final String REPLICA = TestStore.REPLICA;
  private static final AtomicLong allIds = new AtomicLong(1);

  /** The time. */
  public final FakeClock clock;

  /** What every session shares. */
  public final SessionServices services;

  /** The live sessions. */
  public final SessionRegistry registry = new SessionRegistry();

  final Ledger ledger;

  /** The nodes. */
  public final NodeDirectory directory;

  final ServerMoves moves = new ServerMoves(REPLICA);
  private final TestStore store;
  private final boolean simulated;
  private final AtomicLong ids;
  private final long salt;
  private final FaultyStore faulty = new FaultyStore();
  private final Orders orders = new Orders();
  private final Materialiser materialiser;

  /** Executions whose nodes get ready. */
  final Barriers barriers;

  /** Executions that go out in portions. */
  final Rollouts rollouts;

  /** Pauses and resumes. */
  final PauseService pauses;

  /** Those who read output, on the thread that brings it. */
  public final OutputReadings readings;

  /** Sends of large cohorts, which go at once unless they are {@link #holdSends held}. */
  final PacedSends pacedSends = new PacedSends(this::whenWritten);

  private final Queue<Runnable> unwritten = new ConcurrentLinkedQueue<>();
  private volatile boolean sendsHeld; // written by the test
  private final Cancellation cancellation;
  private final AtomicInteger requests = new AtomicInteger();

  /** Returns the files of the output store, beside the database. */
  public OutputFiles outputFiles() {
    return new OutputFiles(store.directory().resolve("output"));
  }

  /** Makes a server over a store, which stays open when this is closed. */
  public SessionHarness(TestStore store) {
    this(store, AcknowledgementPace.immediate());
  }

  /** Makes a server whose acknowledgements go by this pace. */
  SessionHarness(TestStore store, AcknowledgementPace pace) {
    this(store, pace, false, allIds, 0, new FakeClock());
  }

  /**
   * Makes a server without threads, for one thread alone: what follows from a step has happened
   * when it has {@link #settle settled}, and always the same.
   */
  static SessionHarness simulated(TestStore store) {
    return simulated(store, allIds.getAndIncrement());
  }

  /**
   * Makes a server without threads, whose ids are the same for the same salt: what goes by their
   * order, or their hashes, goes the same way again.
   */
  static SessionHarness simulated(TestStore store, long salt) {
    return new SessionHarness(
        store, AcknowledgementPace.immediate(), true, new AtomicLong(1), salt, new FakeClock());
  }

  private SessionHarness(
      TestStore store,
      AcknowledgementPace pace,
      boolean simulated,
      AtomicLong ids,
      long salt,
      FakeClock clock) {
    this.store = store;
    this.clock = clock;
    this.simulated = simulated;
    this.ids = ids;
    this.salt = salt;
    readings = new OutputReadings(store, outputFiles(), registry, Runnable::run);
    List<CommitListener> listeners =
        List.of(registry, readings, this::tellBarriers, this::tellRollouts);
    ledger =
        simulated
            ? Ledger.simulated(faulty, clock, listeners)
            : new Ledger(faulty, clock, listeners);
    directory = NodeDirectory.load(store);
    HandOvers handOvers = new HandOvers(moves, pacedSends);
    Courier courier = new Courier(ledger, moves, handOvers, orders, clock.timer());
    CatalogDirectory catalogs = CatalogDirectory.load(store);
    services =
        new SessionServices(
            REPLICA,
            ledger,
            new SessionStart(REPLICA, moves, registry, catalogs, directory),
            registry,
            new ReportService(ledger, REPLICA),
            new CatalogIntake(
                Runnable::run, new CatalogCheck(new InputSchemas()), ledger, catalogs, directory),
            session -> {
              requests.incrementAndGet();
              courier.request(session);
            },
            pace,
            clock,
            clock.timer(),
            HEARTBEAT,
            3,
            readings);
    materialiser =
        new Materialiser(
            ledger,
            courier,
            moves,
            handOvers,
            orders,
            registry,
            directory,
            clock.timer(),
            this::uuid,
            REPLICA);
    barriers = new Barriers(ledger, faulty, moves, handOvers, orders, registry, courier, clock);
    rollouts = new Rollouts(ledger, faulty, materialiser, handOvers.pace(), registry, clock);
    pauses = new PauseService(ledger, faulty, registry, courier);
    cancellation = new Cancellation(ledger, moves, orders, registry, clock.timer());
    if (!simulated) {
      ledger.start();
    }
  }

  private void tellBarriers(Commit commit) {
    barriers.onCommit(commit);
  }

  private void tellRollouts(Commit commit) {
    rollouts.onCommit(commit);
  }

  private UUID uuid() {
    return new UUID(0x0190_0000_0000_7000L | ids.getAndIncrement() << 16, Long.MIN_VALUE ^ salt);
  }

  /** Returns a new node. */
  public Node node() {
    long number = ids.getAndIncrement();
    Node node =
        new Node(
            new NodeId(new UUID(1 + salt, number)),
            "default",
            new NodeName("node-" + Long.toUnsignedString(salt, 36) + "-" + number),
            Labels.of(Map.of()),
            NodeState.ACTIVE,
            Catalog.EMPTY.digest(),
            clock.instant(),
            "");
    ledger.call(
        tx -> {
          tx.store().nodes().insert(node, Map.of(), "");
          return true;
        });
    directory.put(node);
    return node;
  }

  /** Dispatches to nodes; returns the execution. */
  public ExecutionId dispatch(Duration startWithin, Node... nodes) {
    return dispatch(startWithin, PreparePolicy.NONE, nodes);
  }

  /** Dispatches to nodes, which get ready first; returns the execution. */
  public ExecutionId dispatch(Duration startWithin, PreparePolicy prepare, Node... nodes) {
    return dispatch(startWithin, prepare, RolloutPolicy.NONE, nodes);
  }

  /** Dispatches to nodes in portions; returns the execution. */
  public ExecutionId dispatch(Duration startWithin, RolloutPolicy rollout, Node... nodes) {
    return dispatch(startWithin, PreparePolicy.NONE, rollout, nodes);
  }

  private ExecutionId dispatch(
      Duration startWithin, PreparePolicy prepare, RolloutPolicy rollout, Node... nodes) {
    ExecutionId id = newExecutionId();
    dispatch(id, startWithin, prepare, rollout, nodes);
    settle();
    return id;
  }

  /** Returns an id for {@link #dispatch(ExecutionId, Duration, Node...)}. */
  ExecutionId newExecutionId() {
    return new ExecutionId(uuid());
  }

  /** Dispatches to nodes; returns once that is acknowledged. May be called by many threads. */
  void dispatch(ExecutionId id, Duration startWithin, Node... nodes) {
    dispatch(id, startWithin, PreparePolicy.NONE, RolloutPolicy.NONE, nodes);
  }

  private void dispatch(
      ExecutionId id,
      Duration startWithin,
      PreparePolicy prepare,
      RolloutPolicy rollout,
      Node... nodes) {
    Execution execution =
        new Execution(
            new Order(
                id,
                "default",
                "echo",
                "{}".getBytes(StandardCharsets.UTF_8),
                Duration.ofMinutes(10),
                clock.instant().plus(Duration.ofDays(7)),
                ALICE,
                new Preparation(prepare, clock.instant().plus(prepare.within()))),
            new ExecutionProgress(
                prepare.mode() == PrepareMode.BARRIER
                    ? ExecutionState.PREPARING
                    : ExecutionState.RUNNING,
                1,
                InvocationCounts.allPending(nodes.length)),
            nodes.length,
            new Execution.Target("", ""),
            "",
            clock.instant(),
            startWithin,
            OfflinePolicy.QUEUE,
            List.of(),
            0,
            new byte[0],
            null,
            null,
            "",
            "",
            new Plan(rollout, IneligiblePolicy.FAIL, null));
    CohortSlice slice = new CohortSlice(id, 0, 0, List.of(nodes).stream().map(Node::id).toList());
    CreditLease lease = new CreditLease();
    ledger.call(
        tx -> {
          lease.begin();
          tx.create(execution, rollout.isInWaves() ? List.of() : List.of(slice));
          barriers.follow(execution);
          if (rollout.isAsked()) {
            begin(tx, execution, slice.nodes());
          }
          if (!rollout.isInWaves()) {
            materialiser.materialise(tx, slice, execution, lease);
          }
          return true;
        });
  }

  private void begin(LedgerTransaction tx, Execution execution, List<NodeId> nodes) {
    boolean inWaves = execution.plan().rollout().isInWaves();
    List<NodeId> waiting = inWaves ? nodes : List.of();
    tx.store()
        .rollouts()
        .insert(
            execution.id(),
            inWaves ? RolloutState.unopened(nodes.size()) : RolloutState.allOpen(nodes.size()),
            waiting);
    tx.afterCommit(() -> rollouts.follow(execution, waiting));
  }

  /** Cancels an execution. */
  public void cancel(ExecutionId execution) {
    ledger.call(
        tx -> {
          tx.move(execution, ExecutionEvent.CANCEL_ASKED, "");
          return cancellation.cancelNext(tx, execution, "no more", ALICE, -1);
        });
    settle();
  }

  /** Revokes a node, as its service does. */
  public void revoke(Node node) {
    ledger.call(
        tx -> {
          Node revoked = node.withState(NodeState.REVOKED);
          tx.store().nodes().update(revoked);
          new InvocationRevocation(moves).settle(tx, revoked, ALICE);
          tx.afterCommit(() -> directory.put(revoked));
          return true;
        });
    settle();
  }

  /** Returns a session whose stream is open. */
  NodeSession connect(Node node, SessionOutbound out) {
    return new NodeSession(node, "127.0.0.1:1", out, services);
  }

  /** Returns a session that is open for hand-overs. */
  NodeSession open(Node node, SessionOutbound out, int slots) {
    return open(node, out, slots, 0);
  }

  /** Returns a session that is open for hand-overs, of an agent with nothing in its journal. */
  NodeSession open(Node node, SessionOutbound out, int slots, long lastEpoch) {
    NodeSession session = connect(node, out);
    session.hello(hello(lastEpoch, slots));
    settle();
    session.epochConfirmed(session.epoch());
    settle();
    return session;
  }

  static AgentHello hello(long lastEpoch, int slots, JournalItem... journal) {
    return hello(new byte[16], lastEpoch, slots, false, journal);
  }

  static AgentHello hello(
      byte[] journalId, long lastEpoch, int slots, boolean continues, JournalItem... journal) {
    return hello(journalId, lastEpoch, slots, continues, Set.of(), journal);
  }

  static AgentHello hello(
      byte[] journalId,
      long lastEpoch,
      int slots,
      boolean continues,
      Set<InvocationId> reservations,
      JournalItem... journal) {
    return new AgentHello(
        journalId,
        lastEpoch,
        new byte[16],
        "1",
        "",
        Map.of(),
        slots,
        Sha256.of(new byte[Sha256.BYTES]),
        List.of(journal),
        continues,
        null,
        reservations);
  }

  /** Waits until all that follows from what was done has been done. */
  public void settle() {
    if (simulated) {
      ledger.proceed();
      return;
    }
    long before;
    do {
      before = faulty.touches.get();
      // What follows from a commit is queued before its second follower is delivered.
      ledger.submit(tx -> true).exceptionally(failure -> true).join();
      ledger.submit(tx -> true).exceptionally(failure -> true).join();
    } while (faulty.touches.get() != before + 2);
  }

  private void whenWritten(Runnable action) {
    if (sendsHeld) {
      unwritten.add(action);
    } else {
      action.run();
    }
  }

  /** Lets what large cohorts are sent wait, as event loops do that have much to write. */
  void holdSends() {
    sendsHeld = true;
  }

  /** Lets it go. */
  void letSendsGo() {
    sendsHeld = false;
    for (Runnable next = unwritten.poll(); next != null; next = unwritten.poll()) {
      next.run();
    }
    settle();
  }

  /** Lets the store fail until told otherwise. */
  public void failStore(boolean fails) {
    faulty.fails = fails;
  }

  /**
   * Lets the process die behind its next commit: that one is durable, nobody hears of it, and
   * nothing more is written or sent.
   */
  void dieAfterCommit() {
    faulty.diesAfterCommit = true;
  }

  /** Returns the invocations of an execution. */
  public List<Invocation> invocations(ExecutionId id) {
    return store.read(tx -> tx.invocations().ofExecution(id, -1, Set.of(), 10_000));
  }

  /** Returns the only invocation of an execution. */
  public Invocation only(ExecutionId id) {
    List<Invocation> all = invocations(id);
    if (all.size() != 1) {
      throw new IllegalStateException(id + " has " + all.size());
    }
    return all.get(0);
  }

  /** Returns an invocation. */
  public Invocation find(InvocationId id) {
    return store.read(tx -> tx.invocations().find(id)).orElseThrow();
  }

  /** Returns the words of an invocation's history. */
  public List<HistoryEntry> history(InvocationId id) {
    return store.read(tx -> tx.invocations().history(id));
  }

  /** Returns where an execution stands. */
  public ExecutionProgress progress(ExecutionId id) {
    return store.read(tx -> tx.executions().progress(id)).orElseThrow();
  }

  /**
   * Returns how many invocations of an execution are in each state, counted one by one, with the
   * nodes that wait for their wave.
   */
  public InvocationCounts counted(ExecutionId id) {
    List<Invocation> all = invocations(id);
    int unopened =
        store.read(tx -> tx.rollouts().find(id)).map(found -> found.state().unopened()).orElse(0);
    InvocationCounts counts = InvocationCounts.allPending(all.size() + unopened);
    for (Invocation invocation : all) {
      counts = counts.moved(InvocationState.PENDING, invocation.state());
    }
    return counts;
  }

  /** Does something with the store behind the ledger's back. */
  public <R> R read(Function<StoreTransaction, R> body) {
    return store.read(body);
  }

  /** Returns the messages of a fault, for tests that must see it. */
  public List<String> states(ExecutionId id) {
    List<String> words = new ArrayList<>();
    invocations(id).forEach(invocation -> words.add(invocation.state().name()));
    return words;
  }

  /**
   * Is killed with all that is queued and all that it knows, and starts again over the same store.
   * Of a simulated one.
   */
  SessionHarness restarted() {
    faulty.dead = true;
    ledger.close();
    SessionHarness next =
        new SessionHarness(
            store,
            AcknowledgementPace.immediate(),
            true,
            ids,
            salt,
            new FakeClock(clock.instant()));
    next.barriers.proceedAfterRestart();
    next.rollouts.proceedAfterRestart();
    return next;
  }

  /** Ends as a process that is killed: its sessions end unheard. */
  public void kill() {
    close();
  }

  @Override
  public void close() {
    faulty.fails = false;
    ledger.close();
  }

  /** To the living it looks like a store that failed: they tell nobody, and keep what they have. */
  private static StoreException died() {
    return new StoreException("the process is dead", new IllegalStateException(), false);
  }

  /** Passes on to the real store, or fails. */
  private final class FaultyStore implements LedgerStore {
    final AtomicLong touches =
        new AtomicLong(); // One by each entry, and more by those that do something.
    volatile boolean fails; // written by the test
    volatile boolean diesAfterCommit; // written by the test
    private boolean dead; // the writer's

    @Override
    public void write(long batch, Consumer<StoreTransaction> body) {
      if (dead) {
        touches.incrementAndGet();
        throw died();
      }
      store.write(
          batch,
          tx -> {
            body.accept(simulated ? tx : counted(tx));
            if (fails) {
              throw new StoreException("full", new IllegalStateException(), false);
            }
          });
      if (diesAfterCommit) {
        dead = true;
        throw died();
      }
    }

    private StoreTransaction counted(StoreTransaction tx) {
      return (StoreTransaction)
          Proxy.newProxyInstance(
              StoreTransaction.class.getClassLoader(),
              new Class<?>[] {StoreTransaction.class},
              (proxy, method, arguments) -> {
                if (!method.getName().equals("release")) {
                  touches.incrementAndGet();
                }
                try {
                  return method.invoke(tx, arguments);
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                }
              });
    }

    @Override
    public long lastBatch() {
      return store.lastBatch();
    }

    @Override
    public <R> R read(Function<StoreTransaction, R> body) {
      return store.read(body);
    }

    @Override
    public void close() {
      throw new UnsupportedOperationException();
    }
  }
}
