// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.input;

import dev.muster.wire.Limits;
import dev.muster.wire.StrictJson;
import dev.muster.wire.StrictJsonException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The input of an action as the operator gives it: either arguments that are put together here, or
 * a whole JSON text that is sent byte for byte.
 */
public final class InputArguments {
  private InputArguments() {}

  /**
   * Returns the input as JSON text; empty if none is given.
   *
   * @param arguments {@code key=value} and {@code key:=json}
   * @param whole {@code @file}, {@code -} for {@code stdin}, or JSON text
   * @throws InputException if it is not one JSON object of a size that the server takes
   */
  public static Optional<String> read(
      List<String> arguments, Optional<String> whole, InputStream stdin) {
    if (whole.isPresent() && !arguments.isEmpty()) {
      throw new InputException(
          "Give the input either as arguments (\"" + arguments.get(0) + "\" …) or with --input.");
    }
    Optional<String> json =
        arguments.isEmpty()
            ? whole.map(source -> text(source, stdin))
            : Optional.of(object(arguments));
    json.ifPresent(InputArguments::check);
    return json;
  }

  private static String object(List<String> arguments) {
    Tree root = new Tree();
    arguments.forEach(argument -> root.put(argument, InputArgument.parse(argument)));
    return root.json();
  }

  private static String text(String source, InputStream stdin) {
    if (source.equals("-")) {
      try {
        return decode(stdin.readNBytes(Limits.INPUT_BYTES + 1), "Standard input");
      } catch (IOException e) {
        throw new InputException("Standard input cannot be read.");
      }
    }
    if (source.startsWith("@")) {
      Path file = Path.of(source.substring(1));
      try (InputStream in = Files.newInputStream(file)) {
        return decode(in.readNBytes(Limits.INPUT_BYTES + 1), file.toString());
      } catch (IOException e) {
        throw new InputException("The input file " + file + " cannot be read.");
      }
    }
    return source;
  }

  private static String decode(byte[] bytes, String source) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new InputException(
          bytes.length > Limits.INPUT_BYTES
              ? source + " has more than " + Limits.INPUT_BYTES + " bytes."
              : source + " is not valid UTF-8.");
    }
  }

  private static void check(String json) {
    try {
      StrictJson.checkObject(json.getBytes(StandardCharsets.UTF_8), Limits.INPUT_BYTES);
    } catch (StrictJsonException e) {
      throw new InputException("The input cannot be sent: " + e.getMessage());
    }
  }

  /** An object that grows argument by argument; holds JSON text or further trees. */
  private static final class Tree {
    private final Map<String, Object> values = new LinkedHashMap<>();

    void put(String argument, InputArgument parsed) {
      Tree tree = this;
      List<String> path = parsed.path();
      for (String name : path.subList(0, path.size() - 1)) {
        Object next = tree.values.computeIfAbsent(name, n -> new Tree());
        if (!(next instanceof Tree inner)) {
          throw new InputException(
              "\"" + argument + "\" goes into \"" + name + "\", which already has a value.");
        }
        tree = inner;
      }
      String last = path.get(path.size() - 1);
      if (tree.values.putIfAbsent(last, parsed.json()) != null) {
        throw new InputException("\"" + argument + "\" sets \"" + last + "\" again.");
      }
    }

    String json() {
      return values.entrySet().stream()
          .map(entry -> JsonString.quote(entry.getKey()) + ":" + json(entry.getValue()))
          .collect(Collectors.joining(",", "{", "}"));
    }

    private static String json(Object value) {
      return value instanceof Tree inner ? inner.json() : (String) value;
    }
  }
}
