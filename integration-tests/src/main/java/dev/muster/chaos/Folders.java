// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.stream.Stream;

/** Whole folders: copied and removed. */
final class Folders {
  private Folders() {}

  /** Copies a folder; what is at the target goes. */
  static void copy(Path from, Path to) {
    remove(to);
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(
            file, to.resolve(from.relativize(file).toString()), StandardCopyOption.COPY_ATTRIBUTES);
      }
    } catch (IOException | UncheckedIOException e) {
      throw new ChaosFailedException(from + " cannot be copied", e);
    }
  }

  /** Removes a folder and all in it; it need not be there. */
  static void remove(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException e) {
      throw new ChaosFailedException(folder + " cannot be removed", e);
    }
  }
}
