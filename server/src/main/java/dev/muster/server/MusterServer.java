// SPDX-License-Identifier: Apache-2.0
package dev.muster.server;

import com.github.f4b6a3.uuid.UuidCreator;
import dev.muster.server.access.AdminTokenFile;
import dev.muster.server.access.Authorizer;
import dev.muster.server.access.FirstOperator;
import dev.muster.server.access.OperatorAuthenticator;
import dev.muster.server.audit.RefusalAudit;
import dev.muster.server.barrier.Barriers;
import dev.muster.server.catalog.ActionQueries;
import dev.muster.server.catalog.CatalogCheck;
import dev.muster.server.catalog.CatalogDirectory;
import dev.muster.server.catalog.InputSchemas;
import dev.muster.server.config.ServerConfig;
import dev.muster.server.credential.KeyedHash;
import dev.muster.server.delivery.Cancellation;
import dev.muster.server.delivery.Courier;
import dev.muster.server.delivery.Deadlines;
import dev.muster.server.delivery.HandOvers;
import dev.muster.server.delivery.InvocationRevocation;
import dev.muster.server.delivery.Materialiser;
import dev.muster.server.delivery.Orders;
import dev.muster.server.delivery.PacedSends;
import dev.muster.server.dispatch.CancelService;
import dev.muster.server.dispatch.DispatchGate;
import dev.muster.server.dispatch.DispatchService;
import dev.muster.server.dispatch.PauseService;
import dev.muster.server.dispatch.PrepareService;
import dev.muster.server.dispatch.PrepareTokens;
import dev.muster.server.dispatch.RetryService;
import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.execution.ExecutionQueries;
import dev.muster.server.grpc.AgentSurface;
import dev.muster.server.grpc.GrpcEnrollment;
import dev.muster.server.grpc.GrpcServers;
import dev.muster.server.grpc.NodeAuthenticationInterceptor;
import dev.muster.server.grpc.OperatorAuthenticationInterceptor;
import dev.muster.server.grpc.OperatorSurface;
import dev.muster.server.grpc.agent.GrpcAgentService;
import dev.muster.server.grpc.operator.AgentEndpoint;
import dev.muster.server.grpc.operator.GrpcAccessService;
import dev.muster.server.grpc.operator.GrpcActionService;
import dev.muster.server.grpc.operator.GrpcExecutionService;
import dev.muster.server.grpc.operator.GrpcNodeService;
import dev.muster.server.grpc.operator.Pages;
import dev.muster.server.grpc.operator.UnprovisionedServices;
import dev.muster.server.invocation.ServerMoves;
import dev.muster.server.jdbc.JdbcLedgerStore;
import dev.muster.server.jdbc.SqliteSettings;
import dev.muster.server.ledger.Commit;
import dev.muster.server.ledger.Ledger;
import dev.muster.server.ledger.LedgerStore;
import dev.muster.server.metrics.MetricsEndpoint;
import dev.muster.server.metrics.ServerMetrics;
import dev.muster.server.node.Enrollment;
import dev.muster.server.node.JoinTokens;
import dev.muster.server.node.NodeDirectory;
import dev.muster.server.node.NodeId;
import dev.muster.server.node.NodeKeyring;
import dev.muster.server.node.NodeService;
import dev.muster.server.output.OutputFiles;
import dev.muster.server.output.OutputRetention;
import dev.muster.server.output.OutputUploads;
import dev.muster.server.page.PageTokens;
import dev.muster.server.report.ReportService;
import dev.muster.server.rollout.Rollouts;
import dev.muster.server.session.AcknowledgementPace;
import dev.muster.server.session.CatalogIntake;
import dev.muster.server.session.Heartbeats;
import dev.muster.server.session.NodeSession;
import dev.muster.server.session.SessionRegistry;
import dev.muster.server.session.SessionServices;
import dev.muster.server.session.SessionStart;
import dev.muster.server.tail.OutputReadings;
import dev.muster.server.watch.ExecutionWatches;
import io.grpc.BindableService;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One server process: wires everything, starts, drains and stops it. Start and stop are called once
 * each, by one thread.
 */
public final class MusterServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(MusterServer.class);
  private static final Supplier<UUID> IDS = UuidCreator::getTimeOrderedEpochPlus1;
  private static final Duration SESSIONS_LOOKED_AT_EVERY = Duration.ofMillis(50);

  private final ServerConfig config;
  private final LedgerStore store;
  private final Ledger ledger;
  private final SessionRegistry sessions;
  private final ServerThreads threads = new ServerThreads();
  private final GrpcServers servers;
  private final GrpcEnrollment grpcEnrollment;
  private final Materialiser materialiser;
  private final Barriers barriers;
  private final Rollouts rollouts;
  private final CancelService cancels;
  private final Deadlines deadlines;
  private final Heartbeats heartbeats;
  private final AcknowledgementPace pace = AcknowledgementPace.delayed();
  private final ExecutionWatches watches;
  private final OutputRetention outputRetention;
  private final ServerMetrics metrics;
  private final Transport transport;
  private final AdminTokenFile adminToken;
  private final FirstOperator firstOperator;
  private @Nullable MetricsEndpoint metricsEndpoint;
  private volatile boolean draining; // written by drain()

  /**
   * Opens the data directory and wires a server; nothing listens before {@link #start}.
   *
   * @throws IOException if the data directory cannot be used
   */
  public MusterServer(ServerConfig config, InstantSource clock) throws IOException {
    this.config = config;
    SecureRandom random = new SecureRandom();
    DataDirectory data = DataDirectory.open(config.dataDirectory());
    String replica = data.replicaId(IDS);
    KeyedHash keyedHash = KeyedHash.load(data.path(), random);
    transport = Transport.of(config, data.path(), clock, random);
    store = JdbcLedgerStore.open(SqliteSettings.in(data.path()), replica);

    NodeDirectory nodes = NodeDirectory.load(store);
    CatalogDirectory catalogs = CatalogDirectory.load(store);
    NodeKeyring keyring = NodeKeyring.load(store, keyedHash, nodes);
    InputSchemas schemas = new InputSchemas();
    ServerMoves moves = new ServerMoves(replica);
    Orders orders = new Orders();
    metrics = new ServerMetrics();
    sessions = new SessionRegistry();
    watches = new ExecutionWatches(store, threads.watches(), clock, threads.timer());
    OutputFiles outputFiles = new OutputFiles(data.path().resolve("output"));
    OutputReadings readings = new OutputReadings(store, outputFiles, sessions, threads.readings());
    ledger =
        new Ledger(
            store,
            clock,
            List.of(sessions, watches, metrics, readings, this::tellBarriers, this::tellRollouts));
    metrics.gauge("muster.sessions", "Nodes with a live session.", sessions::size);
    metrics.gauge("muster.ledger.queue", "Decisions that wait for their commit.", ledger::queued);

    outputRetention =
        new OutputRetention(
            ledger, outputFiles, threads.outputs(), config.outputKept(), config.outputStoreBytes());
    OutputUploads uploads =
        new OutputUploads(ledger, store, outputFiles, outputRetention, threads.outputs(), IDS);
    measure(uploads, readings);

    HandOvers handOvers = new HandOvers(moves, new PacedSends(this::whenAgentsWritten));
    Courier courier = new Courier(ledger, moves, handOvers, orders, threads.timer());
    materialiser =
        new Materialiser(
            ledger,
            courier,
            moves,
            handOvers,
            orders,
            sessions,
            nodes,
            threads.timer(),
            IDS,
            replica);
    barriers = new Barriers(ledger, store, moves, handOvers, orders, sessions, courier, clock);
    metrics.gauge("muster.preparing", "Executions whose nodes get ready.", barriers::size);
    rollouts = new Rollouts(ledger, store, materialiser, handOvers.pace(), sessions, clock);
    metrics.gauge("muster.rollouts", "Executions that go out in portions.", rollouts::size);
    deadlines = new Deadlines(ledger, moves, clock, config.lostSweepGrace());
    heartbeats = new Heartbeats(sessions, clock);
    cancels =
        new CancelService(
            ledger, store, new Cancellation(ledger, moves, orders, sessions, threads.timer()));
    adminToken = new AdminTokenFile(data.path());
    firstOperator = new FirstOperator(ledger, store, keyedHash, IDS, random);
    grpcEnrollment =
        new GrpcEnrollment(
            new Enrollment(ledger, store, nodes, keyring, keyedHash, IDS, random),
            transport.caCertificatePem());

    ReportService reports = new ReportService(ledger, replica);
    SessionServices sessionServices =
        new SessionServices(
            replica,
            ledger,
            new SessionStart(replica, moves, sessions, catalogs, nodes),
            sessions,
            reports,
            new CatalogIntake(
                threads.catalogs(), new CatalogCheck(schemas), ledger, catalogs, nodes),
            courier,
            pace,
            clock,
            threads.timer(),
            config.heartbeatInterval(),
            config.missedHeartbeats(),
            readings);
    AgentSurface agentSurface =
        new AgentSurface(
            new GrpcAgentService(
                sessionServices,
                reports,
                grpcEnrollment,
                uploads,
                threads.outputs(),
                () -> draining,
                config.newSessionsPerSecond(),
                System::nanoTime),
            new NodeAuthenticationInterceptor(keyring, ledger),
            IDS);

    PrepareTokens prepareTokens = new PrepareTokens(keyedHash.derive("prepare-token"), clock);
    DispatchService dispatches =
        new DispatchService(
            ledger,
            store,
            nodes,
            sessions,
            new DispatchGate(catalogs, schemas, prepareTokens),
            materialiser,
            barriers,
            rollouts,
            clock,
            IDS,
            config.liveExecutionsPerDomain());
    PrepareService prepares =
        new PrepareService(nodes, catalogs, sessions, prepareTokens, ledger, clock);
    NodeService nodeService =
        new NodeService(
            ledger,
            store,
            nodes,
            keyring,
            keyedHash,
            sessions,
            new InvocationRevocation(moves),
            this::closeRevoked,
            IDS,
            random);
    JoinTokens joinTokens =
        new JoinTokens(ledger, store, keyedHash, transport.caPublicKeySha256(), IDS, random);
    Authorizer authorizer = new Authorizer();
    Pages pages = new Pages(new PageTokens(keyedHash.derive("page-token")));
    OperatorSurface operatorSurface =
        new OperatorSurface(
            operatorServices(
                new GrpcExecutionService(
                    dispatches,
                    new RetryService(dispatches, store, nodes, sessions, clock),
                    cancels,
                    new PauseService(ledger, store, sessions, courier),
                    new ExecutionQueries(store),
                    watches,
                    readings,
                    nodes,
                    authorizer,
                    pages),
                new GrpcActionService(
                    new ActionQueries(nodes, catalogs, sessions), prepares, authorizer, pages),
                new GrpcNodeService(
                    nodeService, joinTokens, catalogs, authorizer, pages, this::agentEndpoint),
                new GrpcAccessService()),
            new OperatorAuthenticationInterceptor(
                new OperatorAuthenticator(store, keyedHash, clock)),
            new RefusalAudit(ledger),
            authorizer,
            IDS);
    servers =
        new GrpcServers(
            new GrpcServers.Endpoint(
                config.agentAddress().toSocketAddress(), transport.credentials()),
            agentSurface,
            new GrpcServers.Endpoint(
                config.operatorAddress().toSocketAddress(), transport.credentials()),
            operatorSurface);
  }

  private void measure(OutputUploads uploads, OutputReadings readings) {
    metrics.bytes("muster.output.stored", "Stored output.", outputRetention::bytes);
    metrics.count("muster.output.uploaded", "Uploads that were stored.", uploads::stored);
    metrics.count("muster.output.pruned", "Outputs that were pruned.", outputRetention::pruned);
    metrics.gauge("muster.output.uploads", "Uploads that go on.", uploads::open);
    metrics.gauge("muster.output.readings", "Callers that read output.", readings::open);
  }

  private static List<BindableService> operatorServices(BindableService... provided) {
    return Stream.concat(Stream.of(provided), UnprovisionedServices.all().stream()).toList();
  }

  /**
   * Commits what a first start needs, goes on with what an earlier process left, and listens.
   *
   * @throws IOException if an address cannot be bound or a file cannot be written
   */
  public void start() throws IOException {
    ledger.start();
    if (firstOperator.makeIfNone(adminToken)) {
      log.info("first start: the admin's token is in {}", adminToken.path());
    }
    outputRetention.takeStock(store);
    barriers.proceedAfterRestart();
    barriers.start(threads.timer());
    materialiser.proceed();
    rollouts.proceedAfterRestart();
    rollouts.start(threads.timer());
    cancels.proceedAfterRestart();
    deadlines.start(threads.timer());
    heartbeats.start(threads.timer());
    pace.start(threads.timer());
    watches.start();
    transport.keepFresh(threads.timer());
    new RequestRetention(ledger).start(threads.timer());
    outputRetention.start(threads.timer());
    if (config.metricsAddress().isPresent()) {
      metricsEndpoint =
          new MetricsEndpoint(config.metricsAddress().get().toSocketAddress(), metrics);
    }
    servers.start();
    log.info("ready agent={} operator={}", agentAddress(), operatorAddress());
  }

  /** Returns where agents connect. */
  public InetSocketAddress agentAddress() {
    return servers.agentAddress();
  }

  /** Returns where operators connect. */
  public InetSocketAddress operatorAddress() {
    return servers.operatorAddress();
  }

  /** Returns where metrics are served. */
  public Optional<InetSocketAddress> metricsAddress() {
    return Optional.ofNullable(metricsEndpoint).map(MetricsEndpoint::address);
  }

  /** Returns the file with the token of the first operator. */
  public Path adminTokenFile() {
    return adminToken.path();
  }

  /** The materialiser is there before the servers are. */
  private void whenAgentsWritten(Runnable action) {
    servers.whenAgentsWritten(action);
  }

  /** The ledger is there before them: they write through it. */
  private void tellBarriers(Commit commit) {
    barriers.onCommit(commit);
  }

  private void tellRollouts(Commit commit) {
    rollouts.onCommit(commit);
  }

  private AgentEndpoint agentEndpoint() {
    String host = config.advertiseNames().stream().findFirst().orElse("");
    return new AgentEndpoint(host, agentAddress().getPort());
  }

  private void closeRevoked(NodeId node) {
    sessions
        .find(node)
        .ifPresent(
            session ->
                session.close(
                    BusException.of(ErrorReason.NSK_REVOKED)
                        .message("Node " + session.nodeName() + " was revoked.")
                        .with("node_id", node)
                        .build()));
  }

  /**
   * Drains and stops: agents are sent away over a spread, what is decided is committed, and all
   * threads end.
   */
  @Override
  public void close() {
    log.info("stopping: {} sessions are sent away", sessions.size());
    draining = true;
    servers.drain();
    sendAway();
    servers.close();
    grpcEnrollment.close();
    threads.stopTimer();
    ledger.close();
    threads.close();
    if (metricsEndpoint != null) {
      metricsEndpoint.close();
    }
    store.close();
    log.info("stopped");
  }

  private void sendAway() {
    long spreadMillis = config.reconnectSpread().toMillis();
    for (NodeSession session : sessions.all()) {
      session.reconnect(Duration.ofMillis(ThreadLocalRandom.current().nextLong(spreadMillis + 1)));
    }
    long end = System.nanoTime() + config.drainTimeout().toNanos();
    try {
      while (sessions.size() > 0 && System.nanoTime() < end) {
        TimeUnit.MILLISECONDS.sleep(SESSIONS_LOOKED_AT_EVERY.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
