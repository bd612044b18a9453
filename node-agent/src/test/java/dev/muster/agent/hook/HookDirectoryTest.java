// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.hook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.agent.catalog.CatalogEntry;
import dev.muster.agent.process.ProcessTree;
import dev.muster.proto.type.v1.Action;
import dev.muster.proto.type.v1.ActionKind;
import dev.muster.proto.type.v1.Danger;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HookDirectoryTest {
  @TempDir private Path directory;
  private HookDirectory hooks =
      new HookDirectory(
          Path.of("/nowhere"),
          new HookLauncher(
              new HookSettings(Path.of("/nowhere"), "", ""),
              new ProcessTree(),
              () -> new HookLauncher.NodeNames("", "")));

  @BeforeEach
  void watchTheDirectory() {
    hooks =
        new HookDirectory(
            directory,
            new HookLauncher(
                new HookSettings(directory, "", ""),
                new ProcessTree(),
                () -> new HookLauncher.NodeNames("", "")));
  }

  @Test
  void executable_isAnAction_namedUpToItsFirstDot() throws Exception {
    write("restart-web.sh", "#!/bin/sh\n", "rwxr-xr-x");

    Action action = scan().get(0);

    assertThat(action.getName()).isEqualTo("restart-web");
    assertThat(action.getKind()).isEqualTo(ActionKind.ACTION_KIND_HOOK);
    assertThat(action.getEnabled()).isTrue();
    assertThat(action.getHookDigest().toByteArray())
        .isEqualTo(
            MessageDigest.getInstance("SHA-256")
                .digest("#!/bin/sh\n".getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void changedBytes_changeTheDigest() throws Exception {
    write("hook", "#!/bin/sh\necho 1\n", "rwxr-xr-x");
    Action before = scan().get(0);

    write("hook", "#!/bin/sh\necho 2\n", "rwxr-xr-x");

    assertThat(scan().get(0).getHookDigest()).isNotEqualTo(before.getHookDigest());
  }

  @Test
  void sidecar_tellsTheRest() throws Exception {
    write("hook.sh", "#!/bin/sh\n", "rwxr-xr-x");
    write(
        "hook.muster.json",
        """
        {"summary":"Does it", "version":"1.2", "danger":"high", "timeout":"30s",
         "schema":{"type":"object","properties":{"n":{"type":"integer","default":3}}},
         "requires_confirmation":true, "idempotent":true, "exclusive_group":"web",
         "allow_when_disabled":true, "min_role":"approver", "condition":"true",
         "output_limit_bytes":4096, "enabled":true}
        """,
        "rw-r--r--");

    CatalogEntry entry = hooks.scan().get(0);
    Action action = entry.declaration();

    assertThat(action.getDanger()).isEqualTo(Danger.DANGER_HIGH);
    assertThat(action.getRunTimeout().getSeconds()).isEqualTo(30);
    assertThat(action.getExclusiveGroup()).isEqualTo("web");
    assertThat(action.getIdempotent()).isTrue();
    assertThat(action.getOutputLimitBytes()).isEqualTo(4_096);
    assertThat(entry.schema().defaults()).isEqualTo("{\"n\":3}");
    assertThat(entry.schema().violations("{\"m\":1}".getBytes(StandardCharsets.UTF_8))).isPresent();
  }

  @Test
  void brokenSidecar_switchesTheHookOff() throws Exception {
    for (String broken :
        List.of(
            "{\"dangre\":\"HIGH\"}",
            "{\"danger\":\"HUGE\"}",
            "{\"timeout\":\"never\"}",
            "{\"enabled\":\"yes\"}",
            "{\"schema\":{\"$ref\":\"http://example.com\"}}",
            "{",
            "[]")) {
      write("hook.sh", "#!/bin/sh\n", "rwxr-xr-x");
      write("hook.muster.json", broken, "rw-r--r--");

      Action action = scan().get(0);

      assertThat(action.getEnabled()).as(broken).isFalse();
      assertThat(action.getDanger()).as(broken).isEqualTo(Danger.DANGER_CRITICAL);
      assertThat(action.getSummary()).as(broken).contains("hook.muster.json");
    }
  }

  @Test
  void whatMustNotBeOffered_isLeftOut() throws Exception {
    write("plain.txt", "text", "rw-r--r--");
    write("open.sh", "#!/bin/sh\n", "rwxrwxrwx");
    write("Upper.sh", "#!/bin/sh\n", "rwxr-xr-x");
    write(".hidden", "#!/bin/sh\n", "rwxr-xr-x");
    write("twin.sh", "#!/bin/sh\n", "rwxr-xr-x");
    write("twin.py", "#!/bin/sh\n", "rwxr-xr-x");
    Files.createDirectory(directory.resolve("folder"));

    assertThat(scan()).isEmpty();
  }

  @Test
  void directoryThatEverybodyMayWrite_offersNothing() throws Exception {
    write("hook.sh", "#!/bin/sh\n", "rwxr-xr-x");
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));

    assertThat(scan()).isEmpty();
  }

  private List<Action> scan() {
    return hooks.scan().stream().map(CatalogEntry::declaration).toList();
  }

  private void write(String name, String text, String permissions) throws IOException {
    Path file = Files.writeString(directory.resolve(name), text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
  }
}
