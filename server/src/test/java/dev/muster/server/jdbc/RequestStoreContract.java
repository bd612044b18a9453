// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.request.RequestKey;
import dev.muster.server.request.RequestStore.Recorded;
import dev.muster.wire.Sha256;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the store of recognised requests promises. */
abstract class RequestStoreContract extends StoreContract {
  private static final Sha256 BODY = Sha256.hash(new byte[] {1});

  @Test
  void find_returnsWhatTheRequestMade_whateverItsBody() {
    insert("r-1", Samples.NOW);

    assertThat(find("r-1")).contains(new Recorded(BODY, "made by r-1"));
    assertThat(
            found(
                tx ->
                    tx.requests()
                        .find(
                            new RequestKey(
                                "alice",
                                "default",
                                "Dispatch",
                                "r-1",
                                Sha256.hash(new byte[] {2})))))
        .contains(new Recorded(BODY, "made by r-1"));
  }

  @Test
  void find_ofAnotherCallerProjectOrMethod_isEmpty() {
    insert("r-1", Samples.NOW);

    assertThat(find(new RequestKey("bob", "default", "Dispatch", "r-1", BODY))).isEmpty();
    assertThat(find(new RequestKey("alice", "other", "Dispatch", "r-1", BODY))).isEmpty();
    assertThat(find(new RequestKey("alice", "default", "Cancel", "r-1", BODY))).isEmpty();
    assertThat(find(new RequestKey("alice", "default", "Dispatch", "r-2", BODY))).isEmpty();
  }

  @Test
  void prune_forgetsTheOldest_upToTheLimit() {
    insert("r-1", Samples.NOW);
    insert("r-2", Samples.NOW.plusSeconds(1));
    insert("r-3", Samples.NOW.plusSeconds(2));
    insert("r-4", Samples.NOW.plusSeconds(3));
    Instant before = Samples.NOW.plusSeconds(3);

    int first = store().writing(tx -> tx.requests().prune(before, 2));
    int second = store().writing(tx -> tx.requests().prune(before, 2));

    assertThat(first).isEqualTo(2);
    assertThat(second).isEqualTo(1);
    assertThat(find("r-3")).isEmpty();
    assertThat(find("r-4")).isPresent();
  }

  private void insert(String requestId, Instant time) {
    store().write(tx -> tx.requests().insert(key(requestId), "made by " + requestId, time));
  }

  private Optional<Recorded> find(String requestId) {
    return find(key(requestId));
  }

  private Optional<Recorded> find(RequestKey key) {
    return store().read(tx -> tx.requests().find(key));
  }

  private static RequestKey key(String requestId) {
    return new RequestKey("alice", "default", "Dispatch", requestId, BODY);
  }
}
