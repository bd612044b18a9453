// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import dev.muster.server.node.Labels;
import dev.muster.server.node.Node;
import dev.muster.server.node.NodeId;
import dev.muster.server.node.NodeName;
import dev.muster.server.node.NodeState;
import dev.muster.wire.Sha256;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Guards against the session that stays though its stream has ended: its end comes while its start
 * is queued, or while a newer one takes over. A node would count as connected until it comes again,
 * and be handed what nobody reads; or a live session would be forgotten for the end of an older
 * one.
 *
 * <p>Starts, and looks before a hand-over, are the ledger's thread's; ends come by any thread.
 */
public class SessionRegistryLincheckTest {
  private static final String LEDGER = "the ledger's thread";
  private static final Node NODE =
      new Node(
          new NodeId(new UUID(0, 1)),
          "default",
          new NodeName("node"),
          Labels.of(Map.of()),
          NodeState.ACTIVE,
          Sha256.of(new byte[Sha256.BYTES]),
          Instant.EPOCH,
          "");

  private final SessionRegistry registry = new SessionRegistry();
  private final NodeSession older = session();
  private final NodeSession newer = session();

  /** A session that never says Hello: of what sessions share, it touches registry and clock. */
  @SuppressWarnings("NullAway") // The checker walks through all that can be reached.
  private NodeSession session() {
    return new NodeSession(
        NODE,
        "127.0.0.1:1",
        new RecordingOutbound(),
        new SessionServices(
            "replica-1",
            null,
            null,
            registry,
            null,
            null,
            null,
            null,
            InstantSource.fixed(Instant.EPOCH),
            null,
            Duration.ofSeconds(20),
            3,
            SessionServices.Tails.NONE));
  }

  @Operation(nonParallelGroup = LEDGER)
  public String beginOlder() {
    return begin(older);
  }

  @Operation(nonParallelGroup = LEDGER)
  public String beginNewer() {
    return begin(newer);
  }

  private String begin(NodeSession session) {
    return registry.begin(session).map(this::name).orElse("");
  }

  @Operation(nonParallelGroup = LEDGER)
  public String find() {
    return registry.find(NODE.id()).map(this::name).orElse("");
  }

  @Operation
  public void endOlder() {
    older.streamEnded();
  }

  @Operation
  public void endNewer() {
    newer.streamEnded();
  }

  private String name(NodeSession session) {
    return session == older ? "older" : "newer";
  }

  @Test
  void registry_isLinearizable() {
    new ModelCheckingOptions()
        .iterations(10)
        .invocationsPerIteration(100)
        .threads(2)
        .actorsPerThread(3)
        .sequentialSpecification(Specification.class)
        .check(SessionRegistryLincheckTest.class);
  }

  /** What a registry does where nothing happens at once. */
  public static class Specification {
    private @Nullable String registered;
    private boolean olderEnded;
    private boolean newerEnded;

    public String beginOlder() {
      return begin("older", olderEnded);
    }

    public String beginNewer() {
      return begin("newer", newerEnded);
    }

    private String begin(String session, boolean ended) {
      String before = registered == null || registered.equals(session) ? "" : registered;
      registered = ended ? null : session;
      return before;
    }

    public String find() {
      return registered == null ? "" : registered;
    }

    public void endOlder() {
      olderEnded = true;
      end("older");
    }

    public void endNewer() {
      newerEnded = true;
      end("newer");
    }

    private void end(String session) {
      if (session.equals(registered)) {
        registered = null;
      }
    }
  }
}
