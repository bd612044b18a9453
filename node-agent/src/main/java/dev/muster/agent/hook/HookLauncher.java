// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.hook;

import dev.muster.agent.Input;
import dev.muster.agent.PrepareContext;
import dev.muster.agent.catalog.Run;
import dev.muster.agent.process.ProcessTree;
import dev.muster.agent.process.RunEnvironment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns a run into a process. The process has a small environment, {@code PATH}, {@code HOME},
 * {@code LANG} and what begins with {@code MUSTER_}, and nothing of the agent's own; its standard
 * input is a file with the exact bytes of the input; its working directory is its own and goes when
 * the run is over. Thread-safe.
 */
public final class HookLauncher {
  private static final Logger log = LoggerFactory.getLogger(HookLauncher.class);
  private static final String INPUT_FILE = "input.json";
  private static final String RESULT_FILE = "result.json";

  private final HookSettings settings;
  private final ProcessTree tree;
  private final Supplier<NodeNames> node;

  /**
   * Who the node is, as hooks are told.
   *
   * @param id id of the node
   * @param name its name; empty before the first session
   */
  public record NodeNames(String id, String name) {}

  /** Makes a launcher. */
  public HookLauncher(HookSettings settings, ProcessTree tree, Supplier<NodeNames> node) {
    this.settings = settings;
    this.tree = tree;
    this.node = node;
  }

  ProcessTree tree() {
    return tree;
  }

  Path directoryOf(Run run) {
    return directoryOf(run.marker());
  }

  Path directoryOf(String marker) {
    return settings.runsDirectory().resolve(marker);
  }

  /**
   * Starts the process of a run.
   *
   * @throws IOException if there is no process
   */
  Process start(Path hook, Run run, Path directory) throws IOException {
    ProcessBuilder builder = builder(hook, run.input().json(), directory);
    Map<String, String> environment = builder.environment();
    environment.put("MUSTER_PHASE", "execute");
    environment.put(RunEnvironment.RUN_ID, run.marker());
    environment.put(RunEnvironment.INVOCATION_ID, run.invocationId());
    environment.put("MUSTER_EXECUTION_ID", run.executionId());
    environment.put("MUSTER_ACTION", run.action());
    environment.put("MUSTER_ATTEMPT", Integer.toString(run.attempt()));
    environment.put("MUSTER_REQUESTED_BY", withoutZero(run.requestedBy().operatorName()));
    environment.put("MUSTER_RESULT_FILE", resultFile(directory).toString());
    return builder.start();
  }

  /**
   * Starts the process that prepares.
   *
   * @throws IOException if there is no process
   */
  Process startPrepare(Path hook, PrepareContext context, String marker, Path directory)
      throws IOException {
    ProcessBuilder builder = builder(hook, context.input().map(Input::json).orElse(""), directory);
    Map<String, String> environment = builder.environment();
    environment.put("MUSTER_PHASE", "prepare");
    environment.put(RunEnvironment.RUN_ID, marker);
    environment.put("MUSTER_ACTION", context.action());
    environment.put("MUSTER_REQUESTED_BY", withoutZero(context.requestedBy().operatorName()));
    return builder.start();
  }

  private ProcessBuilder builder(Path hook, String input, Path directory) throws IOException {
    Files.createDirectory(directory);
    Files.writeString(directory.resolve(INPUT_FILE), input);
    ProcessBuilder builder =
        new ProcessBuilder(hook.toString())
            .directory(directory.toFile())
            .redirectInput(directory.resolve(INPUT_FILE).toFile());
    Map<String, String> environment = builder.environment();
    environment.clear();
    NodeNames names = node.get();
    environment.put("PATH", settings.searchPath());
    environment.put("HOME", settings.home());
    environment.put("LANG", "C.UTF-8");
    environment.put("MUSTER_NODE_ID", names.id());
    environment.put("MUSTER_NODE_NAME", names.name());
    return builder;
  }

  static Path resultFile(Path directory) {
    return directory.resolve(RESULT_FILE);
  }

  /** Takes away what runs of an earlier life of the agent left in this directory. */
  public static void removeLeftovers(Path runsDirectory) {
    try (Stream<Path> directories = Files.list(runsDirectory)) {
      directories.forEach(HookLauncher::removeDirectory);
    } catch (IOException e) {
      log.warn("{} cannot be cleaned: {}", runsDirectory, e.getMessage());
    }
  }

  /** Takes the directory of a run away; what cannot be deleted stays, with a line in the log. */
  static void removeDirectory(Path directory) {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      log.warn("{} cannot be removed: {}", directory, e.getMessage());
    }
  }

  private static String withoutZero(String text) {
    return text.replace("\0", "");
  }
}
