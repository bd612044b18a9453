// SPDX-License-Identifier: Apache-2.0
package dev.muster.demo;

import dev.muster.cli.output.Terminal;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * {@code muster demo [--stay]}: plays the demo; with {@code --stay} the fleet stays until Ctrl-C.
 * Ends with 0 if all went as told, else with 1. Whatever happens, nothing that it started keeps
 * running.
 */
public final class DemoMain {
  private static final String STAY = "--stay";

  private DemoMain() {}

  /** Plays the demo and ends the process. */
  public static void main(String... arguments) throws IOException, URISyntaxException {
    List<String> options = List.of(arguments);
    if (!options.isEmpty() && !options.equals(List.of(STAY))) {
      System.err.println("Usage: muster demo [--stay]");
      System.exit(2);
    }
    // What libraries log is no part of the story.
    Logger.getLogger("").setLevel(Level.OFF);
    Terminal terminal = Terminal.ofProcess(System.getenv()).withoutInput();
    System.exit(play(terminal, home(), options.contains(STAY)) ? 0 : 1);
  }

  private static boolean play(Terminal terminal, Path home, boolean stay) throws IOException {
    Fleet fleet = Fleet.in(home);
    // Also on Ctrl-C. Closing twice is fine.
    Runtime.getRuntime().addShutdownHook(new Thread(fleet::close, "demo-stop"));
    try (fleet) {
      new Demo(fleet, new Narrator(terminal)).play();
      if (stay) {
        new Narrator(terminal).invite(fleet);
        Thread.sleep(Long.MAX_VALUE);
      }
      return true;
    } catch (DemoFailedException e) {
      if (fleet.isClosed()) {
        return false; // Interrupted: what failed then is no news.
      }
      terminal.note("\nThe demo failed: " + e.getMessage());
      fleet.logTails().forEach(terminal::note);
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** The folder that was built: where the launcher is. */
  private static Path home() throws URISyntaxException {
    Path folder =
        Path.of(DemoMain.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    while (folder != null && !Files.isExecutable(folder.resolve("muster"))) {
      folder = folder.getParent();
    }
    if (folder == null) {
      throw new IllegalStateException("the launcher `muster` is in no folder above the demo");
    }
    return folder;
  }
}
