// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.hook;

import com.google.protobuf.ByteString;
import dev.muster.agent.Action;
import dev.muster.agent.catalog.CatalogEntry;
import dev.muster.proto.type.v1.ActionKind;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory whose executables are actions. The action's name is the file's, up to its first dot:
 * {@code restart-web.sh} is {@code restart-web}; {@code restart-web.muster.json} beside it tells
 * more ({@link HookSidecar}).
 *
 * <p>Left out, with a line in the log that is not repeated: what is not executable, what everybody
 * may write, what has no valid name, and files that would share one. A hook whose sidecar is broken
 * is declared but switched off, since the sidecar may have held its safeguards. Not thread-safe.
 */
public final class HookDirectory {
  private static final Logger log = LoggerFactory.getLogger(HookDirectory.class);
  private static final String SIDECAR = ".muster.json";

  private final Path directory;
  private final HookLauncher launcher;
  private final HookDigest digests = new HookDigest();
  private Set<String> told = Set.of();

  /** Looks at this directory, and runs what it finds there with the launcher. */
  public HookDirectory(Path directory, HookLauncher launcher) {
    this.directory = directory;
    this.launcher = launcher;
  }

  /** Returns the hooks that are there now; none if the directory cannot be read. */
  public List<CatalogEntry> scan() {
    Set<String> problems = new HashSet<>();
    List<CatalogEntry> hooks = new ArrayList<>();
    candidates(problems)
        .forEach(
            (name, files) -> {
              if (files.size() > 1) {
                problems.add(files + " would all be " + name + "; none of them is offered");
              } else {
                entry(name, files.get(0), problems).ifPresent(hooks::add);
              }
            });
    problems.stream()
        .filter(problem -> !told.contains(problem))
        .forEach(problem -> log.warn("Hooks in {}: {}.", directory, problem));
    told = problems;
    return hooks;
  }

  private Map<String, List<Path>> candidates(Set<String> problems) {
    Map<String, List<Path>> byName = new TreeMap<>();
    try {
      if (isWorldWritable(directory)) {
        problems.add("everybody may write the directory; nothing in it is offered");
        return byName;
      }
      try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
        for (Path file : files) {
          String fileName = String.valueOf(file.getFileName());
          if (!fileName.endsWith(SIDECAR)
              && !fileName.startsWith(".")
              && isOffered(file, problems)) {
            byName.computeIfAbsent(nameOf(fileName), n -> new ArrayList<>()).add(file);
          }
        }
      }
    } catch (NoSuchFileException e) {
      problems.add("there is no such directory");
    } catch (IOException e) {
      problems.add("the directory cannot be read: " + e.getMessage());
    }
    return byName;
  }

  private boolean isOffered(Path file, Set<String> problems) throws IOException {
    if (!Files.isRegularFile(file)) {
      return false;
    }
    if (!Files.isExecutable(file)) {
      problems.add(file.getFileName() + " is not executable");
      return false;
    }
    if (isWorldWritable(file)) {
      problems.add(file.getFileName() + " may be written by everybody and is not offered");
      return false;
    }
    String name = nameOf(String.valueOf(file.getFileName()));
    if (!Action.isName(name)) {
      problems.add("\"" + name + "\" is no name of an action");
      return false;
    }
    return true;
  }

  private Optional<CatalogEntry> entry(String name, Path file, Set<String> problems) {
    ByteString digest;
    try {
      digest = digests.of(file);
    } catch (IOException e) {
      problems.add(file.getFileName() + " cannot be read: " + e.getMessage());
      return Optional.empty();
    }
    HookSidecar sidecar = sidecar(name, problems);
    Path hook = file.toAbsolutePath();
    return Optional.of(
        new CatalogEntry(
            sidecar.declaration().toBuilder()
                .setName(name)
                .setKind(ActionKind.ACTION_KIND_HOOK)
                .setHookDigest(digest)
                .build(),
            sidecar.schema(),
            new HookBody(hook, launcher),
            sidecar.declaration().getPrepares()
                ? Optional.of(new HookPreparation(hook, sidecar.schema(), launcher))
                : Optional.empty()));
  }

  private HookSidecar sidecar(String name, Set<String> problems) {
    Path file = directory.resolve(name + SIDECAR);
    try {
      if (!Files.exists(file)) {
        return HookSidecar.NONE;
      }
      if (Files.size(file) > HookSidecar.MAX_BYTES) {
        throw new IllegalArgumentException("it is larger than " + HookSidecar.MAX_BYTES + " bytes");
      }
      return HookSidecar.parse(Files.readAllBytes(file));
    } catch (IOException | IllegalArgumentException e) {
      String problem =
          "switched off: " + file.getFileName() + " is not understood: " + e.getMessage();
      problems.add(problem);
      return HookSidecar.broken(problem);
    }
  }

  private static String nameOf(String fileName) {
    int dot = fileName.indexOf('.');
    return dot < 0 ? fileName : fileName.substring(0, dot);
  }

  private static boolean isWorldWritable(Path path) throws IOException {
    return Files.getPosixFilePermissions(path).contains(PosixFilePermission.OTHERS_WRITE);
  }
}
