// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One action that differs between two catalogs of a node.
 *
 * @param action name of the action
 * @param fields names of what changed, as in {@code muster.type.v1.Action}; {@code added} or {@code
 *     removed} alone for a new or missing action
 */
public record CatalogChange(String action, List<String> fields) {
  private record Field(String name, Function<Action, Object> value) {}

  private static final List<Field> FIELDS =
      List.of(
          new Field("kind", Action::kind),
          new Field("danger", Action::danger),
          new Field("summary", Action::summary),
          new Field("version", Action::version),
          new Field("input_schema_json", Action::inputSchemaJson),
          new Field("run_timeout", Action::runTimeout),
          new Field("requires_confirmation", Action::requiresConfirmation),
          new Field("idempotent", Action::idempotent),
          new Field("enabled", Action::enabled),
          new Field("exclusive_group", Action::exclusiveGroup),
          new Field("allow_when_disabled", Action::allowWhenDisabled),
          new Field("hook_digest", Action::hookDigest),
          new Field("min_role", Action::minRole),
          new Field("condition", Action::condition),
          new Field("output_limit_bytes", Action::outputLimitBytes),
          new Field("prepares", Action::prepares));

  /** Copies the names. */
  public CatalogChange {
    fields = List.copyOf(fields);
  }

  /** Returns what differs, sorted by the name of the action. */
  public static List<CatalogChange> between(Catalog before, Catalog after) {
    Set<String> names = new TreeSet<>(before.byName().keySet());
    names.addAll(after.byName().keySet());
    List<CatalogChange> changes = new ArrayList<>();
    for (String name : names) {
      List<String> fields = fields(before.byName().get(name), after.byName().get(name));
      if (!fields.isEmpty()) {
        changes.add(new CatalogChange(name, fields));
      }
    }
    return changes;
  }

  private static List<String> fields(@Nullable Action before, @Nullable Action after) {
    if (before == null) {
      return List.of("added");
    }
    if (after == null) {
      return List.of("removed");
    }
    return FIELDS.stream()
        .filter(field -> !Objects.equals(field.value.apply(before), field.value.apply(after)))
        .map(Field::name)
        .toList();
  }
}
