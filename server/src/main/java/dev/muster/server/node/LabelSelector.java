// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.node;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Chooses nodes by their labels, as Kubernetes does: terms, separated by commas, which all must
 * hold.
 *
 * <ul>
 *   <li>{@code role=web}, {@code role==web}, {@code zone in (a,b)}: the key is there, with this or
 *       one of these values
 *   <li>{@code tier!=db}, {@code zone notin (a,b)}: the key is missing, or has another value
 *   <li>{@code canary}: the key is there; {@code !canary}: it is missing
 * </ul>
 *
 * At most 4,096 characters and 256 values in a set. Immutable, thread-safe.
 */
public final class LabelSelector {
  private static final LabelSelector EVERYTHING = new LabelSelector(List.of());

  private final List<LabelRequirement> requirements;

  private LabelSelector(List<LabelRequirement> requirements) {
    this.requirements = List.copyOf(requirements);
  }

  /**
   * Returns the selector that asks for nothing. No text stands for it, lest a slip choose a whole
   * fleet.
   */
  public static LabelSelector everything() {
    return EVERYTHING;
  }

  /**
   * Parses a selector.
   *
   * @throws MalformedSelectorException if it is not one, is empty, or is too large
   */
  public static LabelSelector parse(String text) throws MalformedSelectorException {
    return new LabelSelector(new LabelSelectorParser(text).parse());
  }

  /** Tells whether it chooses a node that bears these labels. */
  public boolean matches(Labels labels) {
    for (LabelRequirement requirement : requirements) {
      if (!requirement.admits(labels.find(requirement.key()))) {
        return false;
      }
    }
    return true;
  }

  /** Tells whether it chooses a node that tells these facts of itself. */
  public boolean matches(Map<String, String> facts) {
    for (LabelRequirement requirement : requirements) {
      if (!requirement.admits(facts.get(requirement.key()))) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LabelSelector that && requirements.equals(that.requirements);
  }

  @Override
  public int hashCode() {
    return requirements.hashCode();
  }

  /** Returns a text of the same meaning, in one form; empty for {@link #everything}. */
  @Override
  public String toString() {
    return requirements.stream().map(LabelRequirement::toString).collect(Collectors.joining(","));
  }
}
