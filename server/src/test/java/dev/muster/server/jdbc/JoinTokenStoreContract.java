// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.node.JoinTokenRecord;
import dev.muster.server.node.JoinTokenStore.Use;
import dev.muster.wire.Sha256;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the store of join tokens promises. */
abstract class JoinTokenStoreContract extends StoreContract {
  @BeforeEach
  void addTokens() {
    store()
        .write(
            tx -> {
              tx.joinTokens().insert(token(1));
              tx.joinTokens().insert(token(2));
              tx.joinTokens().insert(token(3));
            });
  }

  @Test
  void find_returnsWhatWasInserted() {
    assertThat(find(2)).isEqualTo(token(2));
  }

  @Test
  void list_isNewestFirst_andGoesOnBehind() {
    List<JoinTokenRecord> first =
        store().read(tx -> tx.joinTokens().list("default", Optional.empty(), 2));
    List<JoinTokenRecord> rest =
        store().read(tx -> tx.joinTokens().list("default", Optional.of(first.get(1).id()), 2));

    assertThat(first).containsExactly(token(3), token(2));
    assertThat(rest).containsExactly(token(1));
    assertThat(listed(tx -> tx.joinTokens().list("other", Optional.empty(), 2))).isEmpty();
  }

  @Test
  void revoke_marksOne() {
    store().write(tx -> tx.joinTokens().revoke(token(1).id()));

    assertThat(find(1).revoked()).isTrue();
    assertThat(find(2).revoked()).isFalse();
  }

  @Test
  void recordUse_countsAndRemembers() {
    UUID id = token(1).id();
    store().write(tx -> tx.joinTokens().recordUse(id, "r-1", Samples.nodeId(1), Samples.uuid(11)));
    store().write(tx -> tx.joinTokens().recordUse(id, "r-2", Samples.nodeId(2), Samples.uuid(12)));

    assertThat(find(1).uses()).isEqualTo(2);
    assertThat(findUse("r-2")).contains(new Use(Samples.nodeId(2), Samples.uuid(12)));
    assertThat(findUse("r-3")).isEmpty();
  }

  @Test
  void recordUse_withoutRequestId_isCountedAndNeverFound() {
    UUID id = token(1).id();
    store().write(tx -> tx.joinTokens().recordUse(id, "", Samples.nodeId(1), Samples.uuid(11)));
    store().write(tx -> tx.joinTokens().recordUse(id, "", Samples.nodeId(2), Samples.uuid(12)));

    assertThat(find(1).uses()).isEqualTo(2);
    assertThat(findUse("")).isEmpty();
  }

  @Test
  void replaceKey_changesTheRememberedKey() {
    UUID id = token(1).id();
    store().write(tx -> tx.joinTokens().recordUse(id, "r-1", Samples.nodeId(1), Samples.uuid(11)));

    store().write(tx -> tx.joinTokens().replaceKey(id, "r-1", Samples.uuid(99)));

    assertThat(findUse("r-1")).contains(new Use(Samples.nodeId(1), Samples.uuid(99)));
    assertThat(find(1).uses()).isEqualTo(1);
  }

  private JoinTokenRecord find(int number) {
    return store().read(tx -> tx.joinTokens().find(Samples.uuid(number))).orElseThrow();
  }

  private Optional<Use> findUse(String requestId) {
    return store().read(tx -> tx.joinTokens().findUse(Samples.uuid(1), requestId));
  }

  private static JoinTokenRecord token(int number) {
    return new JoinTokenRecord(
        Samples.uuid(number),
        "default",
        Sha256.hash(new byte[] {(byte) number}),
        "for \"rack\" " + number,
        number,
        0,
        Samples.NOW.plusSeconds(60),
        Map.of("role", "web"),
        Map.of("zone", List.of("a", "b")),
        "",
        true,
        Duration.ofHours(6),
        false,
        Samples.NOW,
        "alice");
  }
}
