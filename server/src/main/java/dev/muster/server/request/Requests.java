// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.request;

import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import java.util.Optional;

/** Recognises repeated requests. Pure but for the store it is given. */
public final class Requests {
  private Requests() {}

  /**
   * Returns what an earlier request of the same key made.
   *
   * @throws BusException REQUEST_ID_REUSED where the id was used for something else
   */
  public static Optional<String> replayed(RequestStore store, RequestKey key) {
    if (!key.isPresent()) {
      return Optional.empty();
    }
    Optional<RequestStore.Recorded> recorded = store.find(key);
    if (recorded.isPresent() && !recorded.get().body().equals(key.body())) {
      throw BusException.of(ErrorReason.REQUEST_ID_REUSED)
          .message(
              "Request id "
                  + key.requestId()
                  + " was used for a different "
                  + key.method()
                  + "; choose a new one.")
          .with("request_id", key.requestId())
          .with("method", key.method())
          .build();
    }
    return recorded.map(RequestStore.Recorded::made);
  }
}
