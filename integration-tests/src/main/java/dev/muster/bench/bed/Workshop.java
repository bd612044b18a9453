// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.bed;

import dev.muster.bench.BenchFailedException;
import dev.muster.bench.BenchOptions;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where the processes of the bench come from and where their files go: a temporary folder, with
 * copies of all that was built, so that a build beside the bench does not pull the programs from
 * under it. Closing ends every process; it may be closed twice, from any thread.
 */
public final class Workshop implements AutoCloseable {
  private static final String HOME_PROPERTY = "muster.home";

  private final BenchOptions options;
  private final Pinning pinning;
  private final Path folder;
  private final Path serverJar;
  private final String classPath;
  private final List<Child> children = new ArrayList<>();
  private final List<Path> unneeded = new ArrayList<>();
  private boolean keep;
  private boolean closed;

  private Workshop(
      BenchOptions options, Pinning pinning, Path folder, Path serverJar, String classPath) {
    this.options = options;
    this.pinning = pinning;
    this.folder = folder;
    this.serverJar = serverJar;
    this.classPath = classPath;
    this.keep = options.keep();
  }

  /** Opens a workshop without processes. */
  public static Workshop open(BenchOptions options) {
    try {
      Path folder = Files.createTempDirectory("muster-bench-");
      Path programs = Files.createDirectory(folder.resolve("programs"));
      Path serverJar = copy(options.serverJar().orElseGet(Workshop::builtServer), programs);
      return new Workshop(
          options, Pinning.choose(options.pinned()), folder, serverJar, copiedClassPath(programs));
    } catch (IOException e) {
      throw new BenchFailedException("the temporary folder cannot be prepared", e);
    }
  }

  public BenchOptions options() {
    return options;
  }

  public Pinning pinning() {
    return pinning;
  }

  Path serverJar() {
    return serverJar;
  }

  /** The class path of this process, of copies where it was built here. */
  String classPath() {
    return classPath;
  }

  public Path folder() {
    return folder;
  }

  /** Makes a folder for one bed of processes. */
  Path newFolder(String name) {
    try {
      return Files.createTempDirectory(folder, name + "-");
    } catch (IOException e) {
      throw new BenchFailedException("no folder for " + name, e);
    }
  }

  /** Starts a process without waiting for it. */
  synchronized Child start(String name, List<String> command, Path in, Pattern ready) {
    if (closed) {
      throw new BenchFailedException("the bench was stopped");
    }
    Child child = Child.start(name, command, in, ready);
    children.add(child);
    return child;
  }

  /** Whether it was closed. */
  public synchronized boolean isClosed() {
    return closed;
  }

  /** Says that the folder of a bed is not needed any more, unless something has gone wrong. */
  synchronized void discard(Path folderOfBed) {
    unneeded.add(folderOfBed);
  }

  /** Forgets processes that have ended and removes what is not needed any more: all went well. */
  public synchronized void tidy() {
    children.removeIf(child -> !child.isAlive());
    if (!keep) {
      unneeded.forEach(Workshop::remove);
    }
    unneeded.clear();
  }

  /** Keeps all files for whoever wants to know what has gone wrong, and returns where they are. */
  public synchronized Path keepFiles() {
    keep = true;
    return folder;
  }

  /** Returns the end of each log since all was well. */
  public synchronized List<String> logTails() {
    return children.stream().map(Child::logTail).toList();
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    children.forEach(Child::close);
    if (keep) {
      System.err.println("Files are kept in " + folder);
    } else {
      remove(folder);
    }
  }

  /** Where the launcher is: the folder that was built. */
  public static Path home() {
    String told = System.getProperty(HOME_PROPERTY);
    if (told != null) {
      return Path.of(told);
    }
    try {
      Path folder =
          Path.of(Workshop.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      while (folder != null && !Files.isExecutable(folder.resolve("muster"))) {
        folder = folder.getParent();
      }
      if (folder == null) {
        throw new BenchFailedException(
            "the launcher `muster` is in no folder above the bench: name it with -D"
                + HOME_PROPERTY);
      }
      return folder;
    } catch (URISyntaxException e) {
      throw new BenchFailedException("the bench does not know where it is", e);
    }
  }

  private static Path builtServer() {
    Path target = home().resolve("server").resolve("target");
    try (DirectoryStream<Path> jars = Files.newDirectoryStream(target, "muster-server-*-all.jar")) {
      for (Path jar : jars) {
        return jar;
      }
    } catch (IOException e) {
      throw new BenchFailedException(target + " cannot be read", e);
    }
    throw new BenchFailedException(target + " has no runnable server: build it first");
  }

  private static String copiedClassPath(Path programs) throws IOException {
    List<String> entries = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      Path path = Path.of(entry).toAbsolutePath();
      boolean built = entry.contains(File.separator + "target" + File.separator);
      entries.add(built && Files.exists(path) ? copy(path, programs).toString() : path.toString());
    }
    return String.join(File.pathSeparator, entries);
  }

  /** Copies a file or a tree into a folder, under a name of its own. */
  private static Path copy(Path source, Path into) throws IOException {
    String name = Optional.ofNullable(source.getFileName()).map(Path::toString).orElse("root");
    Path target = into.resolve(name);
    for (int i = 2; Files.exists(target); i++) {
      target = into.resolve(i + "-" + name);
    }
    try (Stream<Path> files = Files.walk(source)) {
      for (Path file : files.toList()) {
        Files.copy(file, target.resolve(source.relativize(file).toString()));
      }
    }
    return target;
  }

  private static void remove(Path unneeded) {
    try (Stream<Path> files = Files.walk(unneeded)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException e) {
      // What is left is in the system's temporary folder.
    }
  }
}
