// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.agent.durable.CrashableFiles;
import dev.muster.agent.durable.CrashableFiles.Crash;
import dev.muster.agent.durable.CrashableFiles.Loss;
import dev.muster.wire.JoinToken;
import dev.muster.wire.NodeSecretKey;
import dev.muster.wire.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class IdentityStoreTest {
  private final CrashableFiles files = new CrashableFiles();
  private final NodeSecretKey key = key();
  private final JoinToken token =
      new JoinToken(UUID.randomUUID(), Secret.random(new SecureRandom()), Optional.empty());

  @Test
  void crashAnywhereWhileStoring_leavesTheRequestIdOrTheWholeIdentity() throws IOException {
    String requestId = new IdentityStore(files).enrollmentRequestId(token);
    long before = files.steps();
    CrashableFiles probe = files.afterCrash(Loss.NOTHING);
    new IdentityStore(probe).store(key, "ca");
    long steps = probe.steps();
    assertThat(before).isPositive();

    for (Loss loss : Loss.values()) {
      for (long crashAt = 0; crashAt < steps; crashAt++) {
        CrashableFiles disk = files.afterCrash(Loss.NOTHING);
        disk.crashAfter(crashAt);
        try {
          new IdentityStore(disk).store(key, "ca");
        } catch (Crash e) {
          IdentityStore restarted = new IdentityStore(disk.afterCrash(loss));
          if (restarted.key().isPresent()) {
            assertThat(restarted.key()).contains(key);
            assertThat(restarted.caCertificatePem()).contains("ca");
          } else {
            assertThat(restarted.enrollmentRequestId(token)).isEqualTo(requestId);
          }
        }
      }
    }
  }

  @Test
  void anotherToken_isAnotherRequest() throws IOException {
    IdentityStore store = new IdentityStore(files);
    JoinToken other =
        new JoinToken(UUID.randomUUID(), Secret.random(new SecureRandom()), Optional.empty());

    assertThat(store.enrollmentRequestId(token))
        .isEqualTo(store.enrollmentRequestId(token))
        .isNotEqualTo(store.enrollmentRequestId(other));
  }

  @Test
  void keyThatGivesWay_isKept() throws IOException {
    IdentityStore store = new IdentityStore(files);
    NodeSecretKey next = key();
    store.store(key, "");

    store.replaceKey(next);

    assertThat(store.key()).contains(next);
    assertThat(new String(files.contentOf("node.key.previous"), StandardCharsets.UTF_8).strip())
        .isEqualTo(key.format());
  }

  @Test
  void damagedKey_isNotTakenForNone() throws IOException {
    IdentityStore store = new IdentityStore(files);
    store.store(key, "");
    files.corrupt("node.key", bytes -> new byte[] {'n', 's', 'k'});

    assertThatThrownBy(store::key).isInstanceOf(IOException.class).hasMessageContaining("damaged");
  }

  private static NodeSecretKey key() {
    return new NodeSecretKey(UUID.randomUUID(), Secret.random(new SecureRandom()));
  }
}
