// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.catalog;

import dev.muster.server.access.Role;
import dev.muster.wire.Limits;
import dev.muster.wire.Sha256;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Checks what a node announces against every bound, and keeps the good entries of it. Thread-safe.
 */
public final class CatalogCheck {
  /** Most refusals that are told; the rest is refused all the same. */
  public static final int MAX_REFUSALS = Limits.CATALOG_ACTIONS;

  private final InputSchemas schemas;

  /** Compiles schemas in this cache, where the first dispatch finds them. */
  public CatalogCheck(InputSchemas schemas) {
    this.schemas = schemas;
  }

  /**
   * What a check came to.
   *
   * @param catalog the entries that stand
   * @param refusals the entries that do not, at most {@link #MAX_REFUSALS}
   */
  public record Outcome(Catalog catalog, List<CatalogRefusal> refusals) {
    /** Copies the refusals. */
    public Outcome {
      refusals = List.copyOf(refusals);
    }
  }

  /** Checks every entry. The outcome depends on nothing but the entries and their order. */
  public Outcome check(Sha256 digest, List<AnnouncedAction> announced) {
    Map<String, Action> accepted = new TreeMap<>();
    List<CatalogRefusal> refusals = new ArrayList<>();
    for (AnnouncedAction entry : announced) {
      try {
        require(!accepted.containsKey(entry.name()), "The catalog has this name twice.");
        require(
            accepted.size() < Limits.CATALOG_ACTIONS,
            "A catalog has at most " + Limits.CATALOG_ACTIONS + " actions.");
        accepted.put(entry.name(), checked(entry));
      } catch (RefusedEntry e) {
        if (refusals.size() < MAX_REFUSALS) {
          refusals.add(new CatalogRefusal(cut(entry.name()), e.sentence));
        }
      }
    }
    return new Outcome(new Catalog(digest, accepted), refusals);
  }

  private Action checked(AnnouncedAction entry) throws RefusedEntry {
    require(
        ActionName.isValid(entry.name()),
        "A name has 1 to 128 characters of a-z, 0-9, '.', '_' and '-', first and last a letter or digit.");
    ActionKind kind = kind(entry.kind());
    requireLine("summary", entry.summary(), Limits.SUMMARY_CHARS);
    requireLine("version", entry.version(), Limits.VERSION_CHARS);
    requireLine("exclusive_group", entry.exclusiveGroup(), Limits.ACTION_NAME_CHARS);
    require(
        entry.condition().length() <= Limits.CONDITION_CHARS,
        "condition has more than " + Limits.CONDITION_CHARS + " characters.");
    require(
        entry.outputLimitBytes() >= 0 && entry.outputLimitBytes() <= Limits.MAX_OUTPUT_BYTES,
        "output_limit_bytes is from 0 to " + Limits.MAX_OUTPUT_BYTES + ".");
    return new Action(
        entry.name(),
        kind,
        danger(entry.danger()),
        entry.summary(),
        entry.version(),
        schema(entry.inputSchemaJson()),
        runTimeout(entry.runTimeout()),
        entry.requiresConfirmation(),
        entry.idempotent(),
        entry.enabled(),
        entry.exclusiveGroup(),
        entry.allowWhenDisabled(),
        hookDigest(kind, entry.hookDigest()),
        minRole(entry.minRole()),
        entry.condition(),
        entry.outputLimitBytes() == 0 ? Limits.DEFAULT_OUTPUT_BYTES : entry.outputLimitBytes(),
        entry.prepares());
  }

  private static ActionKind kind(String kind) throws RefusedEntry {
    return switch (kind) {
      case "BUILTIN" -> ActionKind.BUILTIN;
      case "HOOK" -> ActionKind.HOOK;
      case "HANDLER" -> ActionKind.HANDLER;
      case "WEBHOOK", "COMPOSITE" -> throw new RefusedEntry("The kind " + kind + " is reserved.");
      default -> throw new RefusedEntry("The kind is missing, or not known to this server.");
    };
  }

  private static Danger danger(String danger) throws RefusedEntry {
    return switch (danger) {
      case "UNSPECIFIED", "LOW" -> Danger.LOW;
      case "MEDIUM" -> Danger.MEDIUM;
      case "HIGH" -> Danger.HIGH;
      case "CRITICAL" -> Danger.CRITICAL;
      default -> throw new RefusedEntry("The danger is not known to this server.");
    };
  }

  private static Role minRole(String role) throws RefusedEntry {
    return switch (role) {
      case "", "operator" -> Role.OPERATOR;
      case "approver" -> Role.APPROVER;
      case "admin" -> Role.ADMIN;
      default -> throw new RefusedEntry("min_role is operator, approver or admin.");
    };
  }

  private static Optional<Sha256> hookDigest(ActionKind kind, byte[] digest) throws RefusedEntry {
    if (kind == ActionKind.HOOK) {
      require(digest.length == Sha256.BYTES, "A hook has a hook_digest of 32 bytes.");
      return Optional.of(Sha256.of(digest));
    }
    require(digest.length == 0, "Only a hook has a hook_digest.");
    return Optional.empty();
  }

  private static Duration runTimeout(Optional<Duration> announced) throws RefusedEntry {
    Duration timeout = announced.orElse(Limits.DEFAULT_RUN_TIMEOUT);
    require(
        timeout.compareTo(Limits.MIN_RUN_TIMEOUT) >= 0
            && timeout.compareTo(Limits.MAX_RUN_TIMEOUT) <= 0,
        "run_timeout is from 1 s to 24 h.");
    return timeout;
  }

  private String schema(byte[] schema) throws RefusedEntry {
    try {
      schemas.get(schema);
    } catch (SchemaException e) {
      throw new RefusedEntry("input_schema_json: " + e.getMessage());
    }
    return new String(schema, StandardCharsets.UTF_8);
  }

  private static void requireLine(String field, String text, int maxChars) throws RefusedEntry {
    require(text.length() <= maxChars, field + " has more than " + maxChars + " characters.");
    require(
        text.chars().noneMatch(Character::isISOControl), field + " has a control character in it.");
  }

  private static void require(boolean condition, String sentence) throws RefusedEntry {
    if (!condition) {
      throw new RefusedEntry(sentence);
    }
  }

  private static String cut(String name) {
    return name.length() <= Limits.ACTION_NAME_CHARS
        ? name
        : name.substring(0, Limits.ACTION_NAME_CHARS);
  }

  /** Leaves the check of one entry; never leaves this class. */
  private static final class RefusedEntry extends Exception {
    private static final long serialVersionUID = 1L;

    final String sentence;

    RefusedEntry(String sentence) {
      super(sentence, null, false, false);
      this.sentence = sentence;
    }
  }
}
