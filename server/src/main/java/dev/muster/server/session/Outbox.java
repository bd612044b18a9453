// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import dev.muster.server.invocation.InvocationId;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What waits for a stream that cannot take it: control before dispatch. Bounded: control by {@link
 * #MAX_CONTROL}, dispatch by the session's credit. An EXECUTE or PREPARE that still waits can be
 * taken back. Not thread-safe; costs nothing while empty.
 *
 * @param <M> a message
 */
public final class Outbox<M> {
  /** Control messages that may wait; a reader that lets more gather reads nothing. */
  public static final int MAX_CONTROL = 1_024;

  private @Nullable ArrayDeque<M> control;
  private @Nullable Map<InvocationId, M> dispatch;

  /** Adds a control message; returns whether there was room. */
  public boolean offerControl(M message) {
    if (control == null) {
      control = new ArrayDeque<>(4);
    }
    return control.size() < MAX_CONTROL && control.add(message);
  }

  /** Adds an EXECUTE, or a PREPARE of an invocation. */
  public void addDispatch(InvocationId id, M message) {
    if (dispatch == null) {
      dispatch = new LinkedHashMap<>(4);
    }
    dispatch.put(id, message);
  }

  /** Takes an EXECUTE or a PREPARE back; returns whether it still waited. */
  public boolean withdraw(InvocationId id) {
    return dispatch != null && dispatch.remove(id) != null;
  }

  /** Returns whether nothing waits. */
  public boolean isEmpty() {
    return (control == null || control.isEmpty()) && (dispatch == null || dispatch.isEmpty());
  }

  /** Returns the next message, and removes it; null where nothing waits. */
  public @Nullable M poll() {
    if (control != null && !control.isEmpty()) {
      return control.poll();
    }
    if (dispatch == null || dispatch.isEmpty()) {
      return null;
    }
    var first = dispatch.entrySet().iterator();
    M message = first.next().getValue();
    first.remove();
    return message;
  }

  /** Drops all. */
  public void clear() {
    control = null;
    dispatch = null;
  }
}
