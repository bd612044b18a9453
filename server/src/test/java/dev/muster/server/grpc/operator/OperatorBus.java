// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.operator;

import dev.muster.server.access.Authorizer;
import dev.muster.server.access.Operator;
import dev.muster.server.access.OperatorAuthenticator;
import dev.muster.server.access.OperatorStore.TokenRecord;
import dev.muster.server.access.Role;
import dev.muster.server.audit.RefusalAudit;
import dev.muster.server.barrier.Barriers;
import dev.muster.server.catalog.Action;
import dev.muster.server.catalog.ActionKind;
import dev.muster.server.catalog.ActionQueries;
import dev.muster.server.catalog.Catalog;
import dev.muster.server.catalog.Danger;
import dev.muster.server.catalog.InputSchemas;
import dev.muster.server.delivery.Cancellation;
import dev.muster.server.delivery.Courier;
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
import dev.muster.server.execution.ExecutionQueries;
import dev.muster.server.grpc.OperatorAuthenticationInterceptor;
import dev.muster.server.grpc.OperatorSurface;
import dev.muster.server.invocation.ServerMoves;
import dev.muster.server.jdbc.TestStore;
import dev.muster.server.ledger.Commit;
import dev.muster.server.node.JoinTokens;
import dev.muster.server.node.Node;
import dev.muster.server.node.NodeService;
import dev.muster.server.node.TestBus;
import dev.muster.server.output.OutputFiles;
import dev.muster.server.page.PageTokens;
import dev.muster.server.rollout.Rollouts;
import dev.muster.server.session.SessionRegistry;
import dev.muster.server.tail.OutputReadings;
import dev.muster.server.watch.ExecutionWatches;
import dev.muster.wire.OperatorToken;
import dev.muster.wire.Secret;
import dev.muster.wire.Sha256;
import io.grpc.BindableService;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The operator port with all its services over a real store, in this process: a fresh one for each
 * test. Has no agents.
 */
@SuppressWarnings("NullAway.Init") // Set before each test.
public final class OperatorBus implements BeforeEachCallback, AfterEachCallback {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  public final TestBus bus = new TestBus();
  private ExecutorService watchThread;
  private ScheduledExecutorService timer;
  private OperatorSurface surface;
  private Server server;
  private ManagedChannel channel;
  private NodeService nodes;
  private Rollouts rollouts;

  @Override
  public void beforeEach(ExtensionContext context) throws IOException {
    timer = Executors.newSingleThreadScheduledExecutor();
    watchThread = Executors.newSingleThreadExecutor();
    SessionRegistry sessions = new SessionRegistry();
    bus.listen(sessions);
    // The store is there once the bus has begun; watches hear of commits from then on.
    ExecutionWatches[] watches = new ExecutionWatches[1];
    bus.listen(commit -> watches[0].onCommit(commit));
    bus.listen(this::tellRollouts);
    bus.beforeEach(context);
    watches[0] = new ExecutionWatches(bus.store, watchThread, bus.clock, timer);
    surface = surface(sessions, watches[0]);
    String name = InProcessServerBuilder.generateName();
    InProcessServerBuilder builder = InProcessServerBuilder.forName(name);
    surface.configure(builder);
    server = builder.build().start();
    channel = InProcessChannelBuilder.forName(name).build();
  }

  private void tellRollouts(Commit commit) {
    rollouts.onCommit(commit);
  }

  private OperatorSurface surface(SessionRegistry sessions, ExecutionWatches watches) {
    ServerMoves moves = new ServerMoves(TestStore.REPLICA);
    Orders orders = new Orders();
    HandOvers handOvers = new HandOvers(moves, new PacedSends(Runnable::run));
    Courier courier = new Courier(bus.ledger, moves, handOvers, orders, timer);
    Barriers barriers =
        new Barriers(bus.ledger, bus.store, moves, handOvers, orders, sessions, courier, bus.clock);
    Materialiser materialiser =
        new Materialiser(
            bus.ledger,
            courier,
            moves,
            handOvers,
            orders,
            sessions,
            bus.nodes,
            timer,
            TestBus.IDS,
            TestStore.REPLICA);
    rollouts =
        new Rollouts(bus.ledger, bus.store, materialiser, handOvers.pace(), sessions, bus.clock);
    PrepareTokens prepareTokens = new PrepareTokens(bus.keyedHash.derive("prepare"), bus.clock);
    Authorizer authorizer = new Authorizer();
    Pages pages = new Pages(new PageTokens(bus.keyedHash.derive("page")));
    nodes =
        new NodeService(
            bus.ledger,
            bus.store,
            bus.nodes,
            bus.keyring,
            bus.keyedHash,
            sessions,
            new InvocationRevocation(moves),
            node -> {},
            TestBus.IDS,
            bus.random);
    DispatchService dispatches =
        new DispatchService(
            bus.ledger,
            bus.store,
            bus.nodes,
            sessions,
            new DispatchGate(bus.catalogs, new InputSchemas(), prepareTokens),
            materialiser,
            barriers,
            rollouts,
            bus.clock,
            TestBus.IDS,
            1_000);
    List<BindableService> services =
        List.of(
            new GrpcExecutionService(
                dispatches,
                new RetryService(dispatches, bus.store, bus.nodes, sessions, bus.clock),
                new CancelService(
                    bus.ledger,
                    bus.store,
                    new Cancellation(bus.ledger, moves, orders, sessions, timer)),
                new PauseService(bus.ledger, bus.store, sessions, courier),
                new ExecutionQueries(bus.store),
                watches,
                new OutputReadings(
                    bus.store,
                    new OutputFiles(bus.store.directory().resolve("output")),
                    sessions,
                    Runnable::run),
                bus.nodes,
                authorizer,
                pages),
            new GrpcActionService(
                new ActionQueries(bus.nodes, bus.catalogs, sessions),
                new PrepareService(
                    bus.nodes, bus.catalogs, sessions, prepareTokens, bus.ledger, bus.clock),
                authorizer,
                pages),
            new GrpcNodeService(
                nodes,
                new JoinTokens(
                    bus.ledger,
                    bus.store,
                    bus.keyedHash,
                    Optional.empty(),
                    TestBus.IDS,
                    bus.random),
                bus.catalogs,
                authorizer,
                pages,
                () -> new AgentEndpoint("muster.example.org", 7443)),
            new GrpcAccessService());
    return new OperatorSurface(
        Stream.concat(services.stream(), UnprovisionedServices.all().stream()).toList(),
        new OperatorAuthenticationInterceptor(
            new OperatorAuthenticator(bus.store, bus.keyedHash, bus.clock)),
        new RefusalAudit(bus.ledger),
        authorizer,
        TestBus.IDS);
  }

  @Override
  public void afterEach(ExtensionContext context) throws InterruptedException {
    channel.shutdownNow();
    server.shutdownNow();
    if (!channel.awaitTermination(10, TimeUnit.SECONDS)
        || !server.awaitTermination(10, TimeUnit.SECONDS)) {
      throw new IllegalStateException("a call is still open");
    }
    surface.close();
    watchThread.shutdownNow();
    timer.shutdownNow();
    bus.afterEach(context);
  }

  /** Returns a channel without a credential. */
  public Channel anonymous() {
    return channel;
  }

  /** Returns a channel of a new operator with this role. */
  public Channel as(Role role) {
    return with(token(role, null));
  }

  /** Returns a channel with this credential. */
  public Channel with(String credential) {
    return withHeader(AUTHORIZATION, "Bearer " + credential);
  }

  /** Returns a channel that sends this header, and no credential. */
  public Channel withHeader(Metadata.Key<String> key, String value) {
    return withHeader(channel, key, value);
  }

  /** Returns the channel with a header more. */
  public static Channel withHeader(Channel channel, Metadata.Key<String> key, String value) {
    Metadata headers = new Metadata();
    headers.put(key, value);
    return ClientInterceptors.intercept(
        channel, MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  /** Makes an operator and returns their token. */
  public String token(Role role, @Nullable Instant expireTime) {
    OperatorToken token = new OperatorToken(TestBus.IDS.get(), Secret.random(bus.random));
    String id = TestBus.IDS.get().toString();
    var unused =
        bus.ledger.call(
            tx -> {
              tx.store().operators().insert(new Operator(id, "op-" + id, role), tx.now());
              tx.store()
                  .operators()
                  .insertToken(
                      new TokenRecord(
                          token.id(), id, "laptop", bus.keyedHash.hash(token), expireTime));
              return true;
            });
    return token.format();
  }

  /** Makes a node. */
  public Node node(String name, Map<String, String> labels) {
    return nodes
        .create(TestBus.ALICE, TestBus.once("CreateNode"), TestBus.PROJECT, name, labels)
        .node()
        .node();
  }

  /** Makes a node that can do these. */
  public Node node(String name, Map<String, String> labels, Action... actions) {
    Node node = node(name, labels);
    String content = List.of(actions).toString();
    bus.announce(
        node, Catalog.of(Sha256.hash(content.getBytes(StandardCharsets.UTF_8)), List.of(actions)));
    return node;
  }

  /**
   * Returns an action that takes an object with an optional number {@code n} and an optional secret
   * {@code password}.
   */
  public static Action action(String name, Danger danger) {
    return action(
        name,
        danger,
        """
        {"type":"object","additionalProperties":false,"properties":{
         "n":{"type":"number"},"password":{"type":"string","writeOnly":true}}}""");
  }

  /** Returns an action that takes this input. */
  public static Action action(String name, Danger danger, String inputSchema) {
    return new Action(
        name,
        ActionKind.HOOK,
        danger,
        "Does " + name + ".",
        "1",
        inputSchema,
        Duration.ofMinutes(1),
        false,
        false,
        true,
        "",
        false,
        Optional.empty(),
        Role.OPERATOR,
        "",
        1 << 20,
        false);
  }
}
