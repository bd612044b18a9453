// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.access.OperatorStore.TokenOwner;
import dev.muster.server.node.TestBus;
import dev.muster.wire.OperatorToken;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init") // Set before each test.
class FirstOperatorTest {
  @RegisterExtension final TestBus bus = new TestBus();
  @TempDir Path directory;

  @Test
  void firstStart_makesAnAdminWhoseTokenIsInTheFile() throws Exception {
    AdminTokenFile file = new AdminTokenFile(directory);

    assertThat(first().makeIfNone(file)).isTrue();

    OperatorToken token = file.read().orElseThrow();
    TokenOwner owner =
        new OperatorAuthenticator(bus.store, bus.keyedHash, bus.clock).authenticate(token);
    assertThat(owner.operator().name()).isEqualTo("admin");
    assertThat(owner.operator().role()).isEqualTo(Role.ADMIN);
    assertThat(bus.auditedVerbs()).containsExactly("operator.create");
  }

  @Test
  void laterStarts_leaveItAlone() throws Exception {
    AdminTokenFile file = new AdminTokenFile(directory);
    boolean made = first().makeIfNone(file);
    OperatorToken token = file.read().orElseThrow();
    bus.restart();

    assertThat(made).isTrue();
    assertThat(first().makeIfNone(file)).isFalse();
    assertThat(file.read()).contains(token);
  }

  private FirstOperator first() {
    return new FirstOperator(bus.ledger, bus.store, bus.keyedHash, TestBus.IDS, bus.random);
  }
}
