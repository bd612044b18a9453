// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.operator;

import dev.muster.proto.type.v1.ActionKind;
import dev.muster.proto.type.v1.Danger;
import dev.muster.proto.type.v1.InvocationState;
import dev.muster.proto.type.v1.Surface;
import dev.muster.server.access.Role;
import dev.muster.server.error.Faults;
import dev.muster.server.execution.ExecutionState;
import dev.muster.server.execution.IneligiblePolicy;
import dev.muster.server.execution.OfflinePolicy;
import dev.muster.server.execution.PrepareMode;
import dev.muster.server.node.NodeState;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The enums of the domain as those of the wire and back: their names are alike but for a prefix.
 */
final class ProtoEnums {
  private static final Names<dev.muster.server.invocation.InvocationState, InvocationState>
      INVOCATION_STATES =
          new Names<>(
              dev.muster.server.invocation.InvocationState.class,
              InvocationState.class,
              "INVOCATION_STATE_");
  private static final Names<ExecutionState, dev.muster.proto.operator.v1.ExecutionState>
      EXECUTION_STATES =
          new Names<>(
              ExecutionState.class,
              dev.muster.proto.operator.v1.ExecutionState.class,
              "EXECUTION_STATE_");
  private static final Names<NodeState, dev.muster.proto.operator.v1.NodeState> NODE_STATES =
      new Names<>(NodeState.class, dev.muster.proto.operator.v1.NodeState.class, "NODE_STATE_");
  private static final Names<Role, dev.muster.proto.operator.v1.Role> ROLES =
      new Names<>(Role.class, dev.muster.proto.operator.v1.Role.class, "ROLE_");
  private static final Names<dev.muster.server.execution.Surface, Surface> SURFACES =
      new Names<>(dev.muster.server.execution.Surface.class, Surface.class, "SURFACE_");
  private static final Names<dev.muster.server.catalog.ActionKind, ActionKind> ACTION_KINDS =
      new Names<>(dev.muster.server.catalog.ActionKind.class, ActionKind.class, "ACTION_KIND_");
  private static final Names<dev.muster.server.catalog.Danger, Danger> DANGERS =
      new Names<>(dev.muster.server.catalog.Danger.class, Danger.class, "DANGER_");
  private static final Names<OfflinePolicy, dev.muster.proto.operator.v1.OfflinePolicy>
      OFFLINE_POLICIES =
          new Names<>(
              OfflinePolicy.class,
              dev.muster.proto.operator.v1.OfflinePolicy.class,
              "OFFLINE_POLICY_");

  private static final Names<IneligiblePolicy, dev.muster.proto.operator.v1.IneligiblePolicy>
      INELIGIBLE_POLICIES =
          new Names<>(
              IneligiblePolicy.class,
              dev.muster.proto.operator.v1.IneligiblePolicy.class,
              "INELIGIBLE_POLICY_");

  private static final Names<PrepareMode, dev.muster.proto.operator.v1.PrepareMode> PREPARE_MODES =
      new Names<>(
          PrepareMode.class, dev.muster.proto.operator.v1.PrepareMode.class, "PREPARE_MODE_");

  private ProtoEnums() {}

  static InvocationState of(dev.muster.server.invocation.InvocationState state) {
    return INVOCATION_STATES.toWire(state);
  }

  static dev.muster.proto.operator.v1.ExecutionState of(ExecutionState state) {
    return EXECUTION_STATES.toWire(state);
  }

  static dev.muster.proto.operator.v1.NodeState of(NodeState state) {
    return NODE_STATES.toWire(state);
  }

  static dev.muster.proto.operator.v1.Role of(Role role) {
    return ROLES.toWire(role);
  }

  static Surface of(dev.muster.server.execution.Surface surface) {
    return SURFACES.toWire(surface);
  }

  static ActionKind of(dev.muster.server.catalog.ActionKind kind) {
    return ACTION_KINDS.toWire(kind);
  }

  static Danger of(dev.muster.server.catalog.Danger danger) {
    return DANGERS.toWire(danger);
  }

  static dev.muster.proto.operator.v1.OfflinePolicy of(OfflinePolicy policy) {
    return OFFLINE_POLICIES.toWire(policy);
  }

  static dev.muster.proto.operator.v1.IneligiblePolicy of(IneligiblePolicy policy) {
    return INELIGIBLE_POLICIES.toWire(policy);
  }

  static dev.muster.proto.operator.v1.PrepareMode of(PrepareMode mode) {
    return PREPARE_MODES.toWire(mode);
  }

  /** Returns the states of a filter; FIELD_INVALID where one is none. */
  static Set<dev.muster.server.invocation.InvocationState> invocationStates(
      String field, List<InvocationState> states) {
    return INVOCATION_STATES.toDomain(field, states);
  }

  /** Returns the states of a filter; FIELD_INVALID where one is none. */
  static Set<ExecutionState> executionStates(
      String field, List<dev.muster.proto.operator.v1.ExecutionState> states) {
    return EXECUTION_STATES.toDomain(field, states);
  }

  /** Returns the states of a filter; FIELD_INVALID where one is none. */
  static Set<NodeState> nodeStates(
      String field, List<dev.muster.proto.operator.v1.NodeState> states) {
    return NODE_STATES.toDomain(field, states);
  }

  /** Two enums whose names are alike but for a prefix. */
  private static final class Names<D extends Enum<D>, W extends Enum<W>> {
    private final Class<D> domain;
    private final Map<D, W> toWire;
    private final Map<W, D> toDomain;

    Names(Class<D> domain, Class<W> wire, String prefix) {
      this.domain = domain;
      this.toWire = new EnumMap<>(domain);
      this.toDomain = new EnumMap<>(wire);
      for (D value : domain.getEnumConstants()) {
        W counterpart = Enum.valueOf(wire, prefix + value.name());
        toWire.put(value, counterpart);
        toDomain.put(counterpart, value);
      }
    }

    W toWire(D value) {
      W counterpart = toWire.get(value);
      if (counterpart == null) {
        throw new IllegalStateException("no counterpart of " + value);
      }
      return counterpart;
    }

    Set<D> toDomain(String field, List<W> values) {
      Set<D> set = EnumSet.noneOf(domain);
      for (W value : values) {
        D counterpart = toDomain.get(value);
        if (counterpart == null) {
          throw Faults.field(field, value + " is no state.");
        }
        set.add(counterpart);
      }
      return set;
    }
  }
}
