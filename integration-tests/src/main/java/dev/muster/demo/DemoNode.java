// SPDX-License-Identifier: Apache-2.0
package dev.muster.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The folder of one node, with a service in it that the hooks act on.
 *
 * @param name name of the node
 * @param folder its folder
 * @param service name of its service
 */
record DemoNode(String name, Path folder, String service) {
  private static final String GOOD = "#!/bin/sh\nexec sleep 600\n";
  private static final String BROKEN =
      "#!/bin/sh\necho \"web.conf line 7: unknown directive 'lisen'\" >&2\nexit 1\n";

  /** Makes the folder and starts the service. */
  static DemoNode create(String name, Path folder, String service) throws IOException {
    DemoNode node = new DemoNode(name, folder, service);
    Files.createDirectories(node.serviceFolder());
    node.write(GOOD);
    Process running = new ProcessBuilder(node.program().toString()).start();
    Files.writeString(node.pidFile(), running.pid() + "\n");
    return node;
  }

  /** Where the agent keeps key and journal. */
  Path stateFolder() {
    return folder.resolve("state");
  }

  /** Where the agent finds hooks. */
  Path hooksFolder() {
    return folder.resolve("hooks");
  }

  /** Breaks the service's configuration: it runs on, but cannot be started again. */
  void breakService() {
    try {
      // A new file: the running one may not be written over.
      Files.delete(program());
      write(BROKEN);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends the service if it runs. */
  void stopService() {
    try {
      long pid = Long.parseLong(Files.readString(pidFile()).strip());
      ProcessHandle.of(pid)
          .filter(process -> process.info().commandLine().orElse("").contains("sleep 600"))
          .ifPresent(ProcessHandle::destroy);
    } catch (IOException | NumberFormatException e) {
      // It never ran.
    }
  }

  private void write(String script) throws IOException {
    Files.writeString(program(), script);
    Files.setPosixFilePermissions(program(), PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Path serviceFolder() {
    return folder.resolve("services").resolve(service);
  }

  private Path program() {
    return serviceFolder().resolve("run");
  }

  private Path pidFile() {
    return serviceFolder().resolve("pid");
  }
}
