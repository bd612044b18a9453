// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent;

import static dev.muster.agent.ScriptedSession.states;
import static dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_ACKNOWLEDGED;
import static dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_STARTED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.proto.agent.v1.DirectiveVerb;
import dev.muster.proto.agent.v1.Hello;
import dev.muster.wire.JoinToken;
import dev.muster.wire.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An agent whose process is killed in the middle of a hook, and what its next life makes of it. */
@Timeout(120)
final class AgentDeathTest {
  @TempDir private Path directory;

  @Test
  void killInTheMiddleOfAHook_endsWhatIsLeftBeforeTheLossIsTold() throws Exception {
    Path hooks = Files.createDirectory(directory.resolve("hooks"));
    Path started = directory.resolve("started");
    Path orphan = directory.resolve("orphan");
    Path hook =
        Files.writeString(
            hooks.resolve("linger.sh"),
            "#!/bin/sh\necho run >> '%s'\nsetsid sh -c '(trap \"\" TERM; sleep 300; sleep 300) & echo $! > \"%s\"'\nsleep 300\n"
                .formatted(started, orphan));
    Files.setPosixFilePermissions(hook, PosixFilePermissions.fromString("rwxr-xr-x"));
    String invocation = UUID.randomUUID().toString();
    Process life =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                FirstLife.class.getName(),
                directory.toString(),
                invocation)
            .inheritIO()
            .start();
    ProcessHandle survivor = awaitProcess(orphan, life);
    life.destroyForcibly();
    assertThat(life.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(isGone(survivor)).isFalse();

    try (ScriptedServer server = new ScriptedServer();
        Agent agent = new Agent(settings(directory), server)) {
      agent.start();
      ScriptedSession session = server.awaitSession();
      Hello hello = session.hello();
      boolean goneBeforeHello = isGone(survivor);
      session.welcome(
          2, ScriptedSession.directive(invocation, DirectiveVerb.DIRECTIVE_VERB_FORGET));
      session.execute(invocation, "linger", "{}");
      String other = UUID.randomUUID().toString();
      session.execute(other, "echo", "{}");
      session.awaitSettled(other);

      assertThat(goneBeforeHello).isTrue();
      assertThat(hello.getJournalCount()).isEqualTo(1);
      assertThat(hello.getJournal(0).getInvocationId()).isEqualTo(invocation);
      assertThat(hello.getJournal(0).getEpoch()).isEqualTo(1);
      assertThat(hello.getJournal(0).getRunning()).isFalse();
      assertThat(states(hello.getJournal(0).getStepsList()))
          .containsExactly(INVOCATION_STATE_ACKNOWLEDGED, INVOCATION_STATE_STARTED);
      assertThat(hello.getJournal(0).getSteps(1).getReason()).isEqualTo("AGENT_DIED_IN_RUN");
      assertThat(Files.readAllLines(started)).containsExactly("run");
    }
  }

  /** What the process runs that is killed. */
  static final class FirstLife {
    private FirstLife() {}

    public static void main(String[] arguments) throws Exception {
      ScriptedServer server = new ScriptedServer();
      Agent agent = new Agent(settings(Path.of(arguments[0])), server);
      agent.start();
      ScriptedSession session = server.awaitSession();
      session.hello();
      session.welcome(1);
      session.execute(arguments[1], "linger", "{}");
      Thread.currentThread().join(Duration.ofMinutes(2).toMillis());
    }
  }

  private static AgentBuilder settings(Path directory) {
    JoinToken token =
        new JoinToken(UUID.randomUUID(), Secret.random(new SecureRandom()), Optional.empty());
    return Agent.builder()
        .stateDirectory(directory.resolve("state"))
        .joinToken(token.format())
        .hooks(directory.resolve("hooks"));
  }

  private static ProcessHandle awaitProcess(Path pidFile, Process life) throws IOException {
    while (life.isAlive()) {
      String text = Files.exists(pidFile) ? Files.readString(pidFile).strip() : "";
      if (!text.isEmpty()) {
        return ProcessHandle.of(Long.parseLong(text)).orElseThrow();
      }
      Thread.onSpinWait();
    }
    throw new AssertionError("The first life ended by itself.");
  }

  private static boolean isGone(ProcessHandle process) throws IOException {
    Path stat = Path.of("/proc", Long.toString(process.pid()), "stat");
    return !Files.exists(stat) || Files.readString(stat).contains(") Z ");
  }
}
