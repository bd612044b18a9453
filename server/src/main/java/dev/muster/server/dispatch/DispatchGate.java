// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.dispatch;

import static java.util.Objects.requireNonNull;

import dev.muster.server.access.Role;
import dev.muster.server.catalog.Action;
import dev.muster.server.catalog.CatalogDirectory;
import dev.muster.server.catalog.InputSchema;
import dev.muster.server.catalog.InputSchemas;
import dev.muster.server.catalog.SchemaException;
import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.error.FieldViolation;
import dev.muster.server.execution.IneligibleNode;
import dev.muster.server.node.Node;
import dev.muster.server.node.NodeState;
import dev.muster.wire.Limits;
import dev.muster.wire.StrictJson;
import dev.muster.wire.StrictJsonException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The gates of a dispatch, in order: declared, enabled, allowed on a disabled node, role, prepare
 * token, confirmation, input. Nodes with one catalog share their answer, so that a cohort of ten
 * thousand equal nodes costs one check. Thread-safe.
 */
public final class DispatchGate {
  private static final int NODES_TOLD = 20;

  private final CatalogDirectory catalogs;
  private final InputSchemas schemas;
  private final PrepareTokens prepareTokens;

  /** Makes the gates. */
  public DispatchGate(
      CatalogDirectory catalogs, InputSchemas schemas, PrepareTokens prepareTokens) {
    this.catalogs = catalogs;
    this.schemas = schemas;
    this.prepareTokens = prepareTokens;
  }

  /**
   * What passed.
   *
   * @param runTimeout how long a run may take where the dispatch does not say: the longest of the
   *     declarations
   * @param redactedInput the input with secret fields masked
   * @param ineligible nodes that were set aside
   */
  @SuppressWarnings("ArrayRecordComponent") // Opaque bytes, passed through; never compared.
  record Passed(Duration runTimeout, byte[] redactedInput, List<IneligibleNode> ineligible) {}

  /**
   * Checks every gate. Nodes that fail one are refused with the whole dispatch, or set aside, as
   * the command says.
   *
   * @throws BusException the refusal of the first gate that does not let the dispatch pass
   */
  Passed check(DispatchCommand command, List<Node> nodes, byte[] input) {
    Sieve sieve = new Sieve(command.ineligible(), nodes.size());
    declare(sieve, command, nodes);
    holdBack(
        sieve,
        command,
        declaration -> !declaration.getValue().enabled(),
        ErrorReason.ACTION_DISABLED,
        "is switched off on");
    holdBack(
        sieve,
        command,
        declaration ->
            declaration.getKey().state() == NodeState.DISABLED
                && !declaration.getValue().allowWhenDisabled(),
        ErrorReason.NODE_DISABLED,
        "does not run on disabled nodes, which are");
    sieve.holdBack(
        sieve.failing(declaration -> !command.role().includes(declaration.getValue().minRole())),
        unfit -> roleRequired(command, declared(sieve, unfit)));
    sieve.actions().forEach(DispatchGate::requireNoCondition);
    if (!command.prepareToken().isEmpty()) {
      prepareTokens.requireFresh(command.prepareToken(), command.action(), sieve.declarations());
    }
    requireConfirmation(command, sieve.declarations().size(), sieve.actions());
    checkInput(sieve, input);
    return new Passed(
        longest(sieve.actions()), redacted(sieve.actions(), input), sieve.ineligible());
  }

  private void declare(Sieve sieve, DispatchCommand command, List<Node> nodes) {
    List<Node> revoked = new ArrayList<>();
    List<Node> without = new ArrayList<>();
    for (Node node : nodes) {
      Optional<Action> action = catalogs.of(node).find(command.action());
      if (node.state() == NodeState.REVOKED) {
        revoked.add(node);
      } else if (action.isPresent()) {
        sieve.declare(node, action.get());
      } else {
        without.add(node);
      }
    }
    holdBack(
        sieve,
        command,
        revoked,
        ErrorReason.NODE_REVOKED,
        "cannot run on revoked nodes, which are");
    holdBack(sieve, command, without, ErrorReason.ACTION_NOT_DECLARED, "is not declared by");
  }

  private static void holdBack(
      Sieve sieve,
      DispatchCommand command,
      Predicate<Map.Entry<Node, Action>> isUnfit,
      ErrorReason reason,
      String verdict) {
    holdBack(sieve, command, sieve.failing(isUnfit), reason, verdict);
  }

  private static void holdBack(
      Sieve sieve, DispatchCommand command, List<Node> unfit, ErrorReason reason, String verdict) {
    sieve.holdBack(unfit, nodes -> refusal(command.action(), nodes, reason, verdict));
  }

  private static BusException refusal(
      String action, List<Node> unfit, ErrorReason reason, String verdict) {
    String names =
        String.join(
            ", ", unfit.stream().limit(NODES_TOLD).map(node -> node.name().toString()).toList());
    return BusException.of(reason)
        .message(
            "Action "
                + action
                + " "
                + verdict
                + " "
                + unfit.size()
                + " of the cohort: "
                + names
                + (unfit.size() > NODES_TOLD ? " …" : "")
                + ".")
        .with("action", action)
        .with("nodes", names)
        .with("node_count", unfit.size())
        .build();
  }

  /** Returns what the first of these nodes declares. */
  private static Action declared(Sieve sieve, List<Node> nodes) {
    return requireNonNull(sieve.declarations().get(nodes.get(0)));
  }

  private static BusException roleRequired(DispatchCommand command, Action action) {
    Role needed = action.minRole();
    return BusException.of(ErrorReason.ROLE_REQUIRED)
        .message(
            "Action "
                + action.name()
                + " needs the role "
                + needed
                + "; the caller is "
                + command.role()
                + ".")
        .with("role", needed)
        .with("action", action.name())
        .build();
  }

  /** A condition that nobody judges must not pass for one that holds. */
  private static void requireNoCondition(Action action) {
    if (!action.condition().isEmpty()) {
      throw BusException.of(ErrorReason.SURFACE_NOT_PROVISIONED)
          .message(
              "Action " + action.name() + " has a condition, which this server does not judge.")
          .with("surface", "action.condition")
          .build();
    }
  }

  private static void requireConfirmation(DispatchCommand command, int nodes, Set<Action> actions) {
    for (Action action : actions) {
      if (action.needsConfirmation() && !command.confirmed()) {
        throw BusException.of(ErrorReason.CONFIRMATION_REQUIRED)
            .message(
                "Action "
                    + action.name()
                    + " (danger "
                    + action.danger()
                    + ") on "
                    + nodes
                    + (nodes == 1 ? " node" : " nodes")
                    + " needs confirmed: true.")
            .with("action", action.name())
            .with("danger", action.danger())
            .with("cohort_size", nodes)
            .build();
      }
    }
  }

  private void checkInput(Sieve sieve, byte[] input) {
    try {
      StrictJson.checkObject(input, Limits.INPUT_BYTES);
    } catch (StrictJsonException e) {
      throw invalid(
          List.of(new FieldViolation("/", e.getMessage() == null ? "not JSON" : e.getMessage())));
    }
    Map<Action, List<FieldViolation>> faults = new HashMap<>();
    for (Action action : sieve.actions()) {
      List<FieldViolation> violations = schema(action).validate(input);
      if (!violations.isEmpty()) {
        faults.put(action, violations);
      }
    }
    if (!faults.isEmpty()) {
      sieve.holdBack(
          sieve.failing(declaration -> faults.containsKey(declaration.getValue())),
          unfit -> invalid(requireNonNull(faults.get(declared(sieve, unfit)))));
    }
  }

  private byte[] redacted(Set<Action> actions, byte[] input) {
    byte[] redacted = input;
    for (Action action : actions) {
      redacted = schema(action).redact(redacted).getBytes(StandardCharsets.UTF_8);
    }
    return redacted;
  }

  private InputSchema schema(Action action) {
    try {
      return schemas.get(action.inputSchemaBytes());
    } catch (SchemaException e) {
      throw new IllegalStateException(
          "a schema that was accepted does not compile: " + action.name(), e);
    }
  }

  private static BusException invalid(List<FieldViolation> violations) {
    return BusException.of(ErrorReason.INPUT_INVALID)
        .message(
            "The input is refused: "
                + violations.get(0).field()
                + " "
                + violations.get(0).description())
        .with("violations", violations.size())
        .violations(violations)
        .build();
  }

  private static Duration longest(Set<Action> actions) {
    return actions.stream()
        .map(Action::runTimeout)
        .reduce(Duration.ZERO, (a, b) -> a.compareTo(b) >= 0 ? a : b);
  }
}
