// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.dispatch;

import dev.muster.server.audit.AuditDetails;
import dev.muster.server.audit.AuditRecord;
import dev.muster.server.catalog.Action;
import dev.muster.server.catalog.CatalogDirectory;
import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.execution.RequestedBy;
import dev.muster.server.ledger.Ledger;
import dev.muster.server.node.Node;
import dev.muster.server.node.NodeDirectory;
import dev.muster.server.node.NodeState;
import dev.muster.server.session.NodeSession;
import dev.muster.server.session.PreparedAnswer;
import dev.muster.server.session.SessionRegistry;
import dev.muster.wire.Limits;
import dev.muster.wire.StrictJson;
import dev.muster.wire.StrictJsonException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Asks a connected node to describe an action: a live round trip without side effects. What the
 * action is comes from the catalog, whatever the node answers. Thread-safe; blocks until the answer
 * is there.
 */
public final class PrepareService {
  /** How long a node may take, at most. */
  public static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final NodeDirectory directory;
  private final CatalogDirectory catalogs;
  private final SessionRegistry sessions;
  private final PrepareTokens tokens;
  private final Ledger ledger;
  private final InstantSource clock;

  /** Makes the service. */
  public PrepareService(
      NodeDirectory directory,
      CatalogDirectory catalogs,
      SessionRegistry sessions,
      PrepareTokens tokens,
      Ledger ledger,
      InstantSource clock) {
    this.directory = directory;
    this.catalogs = catalogs;
    this.sessions = sessions;
    this.tokens = tokens;
    this.ledger = ledger;
    this.clock = clock;
  }

  /**
   * A description of an action.
   *
   * @param action as the catalog has it
   * @param inputSchemaJson schema of the input
   * @param initialPayloadJson input to start from
   * @param currentStateJson what the thing looks like now; empty: nothing to tell
   * @param token to be quoted in a dispatch
   */
  public record Prepared(
      Action action,
      String inputSchemaJson,
      String initialPayloadJson,
      String currentStateJson,
      PrepareTokens.Issued token) {}

  /**
   * Asks a node.
   *
   * @param timeout how long to wait, at most {@link #TIMEOUT}
   * @throws BusException NODE_NOT_FOUND, NODE_REVOKED, ACTION_NOT_FOUND, NODE_OFFLINE,
   *     PREPARE_TIMEOUT, PREPARE_FAILED
   */
  public Prepared prepare(
      String projectId, String nodeIdOrName, String actionName, RequestedBy by, Duration timeout) {
    Node node = directory.resolve(projectId, nodeIdOrName);
    if (node.state() == NodeState.REVOKED) {
      throw refusal(ErrorReason.NODE_REVOKED, node, actionName, "was revoked");
    }
    Action action =
        catalogs
            .of(node)
            .find(actionName)
            .orElseThrow(
                () ->
                    refusal(
                        ErrorReason.ACTION_NOT_FOUND,
                        node,
                        actionName,
                        "does not declare " + actionName));
    NodeSession session =
        sessions
            .find(node.id())
            .orElseThrow(
                () -> refusal(ErrorReason.NODE_OFFLINE, node, actionName, "has no live session"));
    audit(node, actionName, by);
    Duration wait = timeout.compareTo(TIMEOUT) < 0 ? timeout : TIMEOUT;
    PreparedAnswer answer =
        await(session.prepare(actionName, by, clock.instant().plus(wait)), wait, node, actionName);
    if (answer.error() != null) {
      throw BusException.of(ErrorReason.PREPARE_FAILED)
          .message(
              "Node "
                  + node.name()
                  + " cannot prepare "
                  + actionName
                  + ": "
                  + answer.error().message())
          .with("node", node.name())
          .with("action", actionName)
          .with("code", answer.error().code())
          .build();
    }
    return new Prepared(
        action,
        json(answer.inputSchemaJson(), Limits.SCHEMA_BYTES, node, actionName),
        json(answer.initialPayloadJson(), Limits.INPUT_BYTES, node, actionName),
        json(answer.currentStateJson(), Limits.INPUT_BYTES, node, actionName),
        tokens.issue(node, action));
  }

  private void audit(Node node, String action, RequestedBy by) {
    ledger.call(
        tx -> {
          tx.audit(
              new AuditRecord(
                  tx.now(),
                  "action.prepare",
                  by,
                  node.projectId(),
                  null,
                  null,
                  node.id(),
                  action,
                  null,
                  new AuditDetails().json()));
          return true;
        });
  }

  private static PreparedAnswer await(
      CompletableFuture<PreparedAnswer> answer, Duration wait, Node node, String action) {
    try {
      return answer.get(wait.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      answer.cancel(false);
      throw refusal(
          ErrorReason.PREPARE_TIMEOUT,
          node,
          action,
          "did not answer within " + wait.toMillis() + " ms");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      answer.cancel(false);
      throw refusal(ErrorReason.PREPARE_TIMEOUT, node, action, "was not waited for");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof BusException refusal) {
        throw refusal;
      }
      throw new IllegalStateException("a prepare failed", e.getCause());
    }
  }

  private static String json(byte[] text, int maxBytes, Node node, String action) {
    if (text.length == 0) {
      return "";
    }
    try {
      StrictJson.checkValue(text, maxBytes);
    } catch (StrictJsonException e) {
      throw refusal(
          ErrorReason.PREPARE_FAILED,
          node,
          action,
          "answered what is no JSON text within bounds: " + e.getMessage());
    }
    return new String(text, StandardCharsets.UTF_8);
  }

  private static BusException refusal(ErrorReason reason, Node node, String action, String what) {
    return BusException.of(reason)
        .message("Node " + node.name() + " " + what + ".")
        .with("node", node.name())
        .with("node_id", node.id())
        .with("action", action)
        .build();
  }
}
