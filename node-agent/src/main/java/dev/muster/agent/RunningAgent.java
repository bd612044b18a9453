// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent;

import com.google.protobuf.ByteString;
import dev.muster.agent.builtin.Builtins;
import dev.muster.agent.catalog.Catalog;
import dev.muster.agent.catalog.CatalogEntry;
import dev.muster.agent.connection.ConnectionLoop;
import dev.muster.agent.connection.NodeFacts;
import dev.muster.agent.connection.NodeParts;
import dev.muster.agent.connection.ServerConnection;
import dev.muster.agent.durable.DiskFiles;
import dev.muster.agent.durable.StateDirectory;
import dev.muster.agent.execution.InvocationRunner;
import dev.muster.agent.execution.RunSettings;
import dev.muster.agent.execution.ServerClock;
import dev.muster.agent.execution.Slots;
import dev.muster.agent.execution.Survivors;
import dev.muster.agent.execution.Workers;
import dev.muster.agent.hook.HookDirectory;
import dev.muster.agent.hook.HookLauncher;
import dev.muster.agent.hook.HookLauncher.NodeNames;
import dev.muster.agent.hook.HookSettings;
import dev.muster.agent.hook.HookWatch;
import dev.muster.agent.identity.IdentityStore;
import dev.muster.agent.identity.Machine;
import dev.muster.agent.journal.Journal;
import dev.muster.agent.journal.JournalLimits;
import dev.muster.agent.loop.ThreadLoop;
import dev.muster.agent.loop.WallClock;
import dev.muster.agent.output.OutputFolder;
import dev.muster.agent.process.ProcessTree;
import dev.muster.proto.type.v1.ActionKind;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An agent that runs: puts the parts together, and takes them apart in the right order. */
final class RunningAgent {
  private static final Logger log = LoggerFactory.getLogger(RunningAgent.class);
  private static final Duration SURVIVORS_GRACE = Duration.ofSeconds(2);
  private static final Duration SURVIVORS_PATIENCE = Duration.ofSeconds(10);
  private static final Duration DRAIN_PATIENCE = Duration.ofSeconds(2);
  private static final Duration CLOSE_MARGIN = Duration.ofSeconds(10);

  private final AgentBuilder settings;
  private final StateDirectory state;
  private final ThreadLoop loop = new ThreadLoop("muster-agent", WallClock.ofProcess());
  private final RunThreads threads;
  private final UploadThread uploads = new UploadThread();
  // Written on the loop, read by runs.
  private volatile NodeNames names = new NodeNames("", "");
  // Written by the watch of the hooks, read on the loop.
  private volatile Catalog catalog;
  private final ProcessTree tree = new ProcessTree();
  private final IdentityStore identity;
  private final InvocationRunner runner;
  private final ConnectionLoop connectionLoop;
  private final HookWatch hooks;
  private final List<CatalogEntry> ownActions;
  private final NodeParts parts;

  static RunningAgent start(AgentBuilder settings, ServerConnection connection) throws IOException {
    Path directory = settings.stateDirectory.orElseThrow();
    StateDirectory state = StateDirectory.take(directory);
    try {
      RunningAgent agent = new RunningAgent(settings, connection, state);
      agent.begin();
      return agent;
    } catch (IOException | RuntimeException e) {
      state.close();
      throw e;
    }
  }

  private RunningAgent(AgentBuilder settings, ServerConnection connection, StateDirectory state)
      throws IOException {
    this.settings = settings;
    this.state = state;
    identity = new IdentityStore(state.path());
    if (identity.key().isEmpty() && settings.joinToken.isEmpty()) {
      throw new IllegalStateException(
          "The node has no key in " + state.path() + " and no join token to get one with.");
    }
    SecureRandom random = new SecureRandom();
    Journal journal =
        Journal.open(
            new DiskFiles(state.path().resolve("journal")),
            JournalLimits.DEFAULT,
            random,
            loop.wallTime());
    hooks = hookWatch();
    ownActions = ownActions();
    catalog = currentCatalog();
    threads = new RunThreads(settings.slots);
    Workers workers = new Workers(settings.executor.orElse(threads), threads);
    ServerClock clock = new ServerClock(loop);
    Slots slots = new Slots(settings.slots);
    connectionLoop =
        new ConnectionLoop(
            connection, new NamingListener(), () -> ThreadLocalRandom.current().nextDouble());
    runner =
        new InvocationRunner(
            loop,
            journal,
            clock,
            () -> catalog,
            workers,
            slots,
            new RunSettings(settings.slots, settings.stopGrace, RunSettings.REPORT_DELAY),
            connectionLoop,
            random,
            OutputFolder.open(state.path().resolve("journal/outputs"), OutputFolder.DEFAULT_LIMIT));
    parts =
        new NodeParts(
            loop, journal, runner, clock, () -> catalog, identity, facts(random), uploads);
  }

  private void begin() throws IOException {
    CompletableFuture<Void> recovered = new CompletableFuture<>();
    loop.execute(
        () -> {
          try {
            runner.recover(survivors());
            recovered.complete(null);
          } catch (IOException | RuntimeException e) {
            recovered.completeExceptionally(e);
          }
        });
    try {
      recovered.get();
    } catch (ExecutionException e) {
      shutDownThreads();
      throw new IOException("The journal cannot be taken up.", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      shutDownThreads();
      throw new IOException("Interrupted while the journal was taken up.", e);
    }
    hooks.start(this::catalogChanged);
    loop.execute(() -> connectionLoop.start(parts));
  }

  void close() {
    CountDownLatch closed = new CountDownLatch(1);
    loop.execute(
        () ->
            runner.close(
                settings.shutdownGrace,
                () -> connectionLoop.close(DRAIN_PATIENCE, closed::countDown)));
    Duration longest = settings.shutdownGrace.plus(settings.stopGrace).plus(CLOSE_MARGIN);
    try {
      if (!closed.await(longest.toNanos(), TimeUnit.NANOSECONDS)) {
        log.warn("Not all runs could be stopped.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    shutDownThreads();
    try {
      state.close();
    } catch (IOException e) {
      log.warn("The state directory cannot be given back: {}", e.getMessage());
    }
  }

  private void shutDownThreads() {
    hooks.close();
    loop.close();
    threads.close();
    uploads.close();
  }

  private void catalogChanged() {
    Catalog now = currentCatalog();
    if (!now.digest().equals(catalog.digest())) {
      log.info("The catalog has changed; it has {} actions now.", now.size());
    }
    catalog = now;
    loop.execute(connectionLoop::announceCatalog);
  }

  private Catalog currentCatalog() {
    List<CatalogEntry> all = new ArrayList<>(ownActions);
    all.addAll(hooks.current());
    return Catalog.of(all);
  }

  private List<CatalogEntry> ownActions() {
    List<CatalogEntry> entries = new ArrayList<>();
    for (Action action : settings.actions) {
      entries.add(CatalogEntry.of(action, ActionKind.ACTION_KIND_HANDLER));
    }
    if (settings.builtins) {
      entries.addAll(Builtins.all(WallClock.ofProcess(), AgentVersion.CURRENT));
    }
    return entries;
  }

  private HookWatch hookWatch() throws IOException {
    Path runs = state.path().resolve("runs");
    new DiskFiles(runs).createDirectory("");
    HookSettings hookSettings =
        new HookSettings(runs, settings.hookSearchPath, System.getProperty("user.home", "/"));
    HookLauncher launcher = new HookLauncher(hookSettings, tree, () -> names);
    return settings
        .hooksDirectory
        .map(directory -> HookWatch.of(new HookDirectory(directory, launcher), settings.hookRescan))
        .orElseGet(HookWatch::none);
  }

  private Survivors survivors() {
    return traces -> {
      try {
        boolean ended = tree.end(traces, SURVIVORS_GRACE, SURVIVORS_PATIENCE, () -> {});
        HookLauncher.removeLeftovers(state.path().resolve("runs"));
        return ended;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    };
  }

  private NodeFacts facts(SecureRandom random) {
    byte[] instance = new byte[16];
    random.nextBytes(instance);
    Machine machine = Machine.here(AgentVersion.CURRENT);
    Map<String, String> facts = new HashMap<>(machine.facts());
    facts.putAll(settings.facts);
    return new NodeFacts(
        settings.name,
        settings.labels,
        settings.joinToken,
        settings.plaintext,
        settings.caCertificatePem,
        new Machine(machine.id(), machine.fingerprint(), facts),
        AgentVersion.CURRENT,
        ByteString.copyFrom(instance),
        settings.slots);
  }

  /** Learns the node's names before the embedder hears of the session. */
  private final class NamingListener implements AgentListener {
    @Override
    public void onConnected(String nodeName, String server, long epoch) {
      try {
        names =
            new NodeNames(identity.key().map(key -> key.nodeId().toString()).orElse(""), nodeName);
      } catch (IOException e) {
        names = new NodeNames("", nodeName);
      }
      settings.listener.onConnected(nodeName, server, epoch);
    }

    @Override
    public void onDisconnected(String reason) {
      settings.listener.onDisconnected(reason);
    }

    @Override
    public void onStopped(StopCause cause, String reason) {
      settings.listener.onStopped(cause, reason);
    }
  }
}
