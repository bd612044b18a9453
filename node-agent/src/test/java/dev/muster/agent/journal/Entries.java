// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.journal;

import com.google.protobuf.ByteString;
import dev.muster.proto.agent.v1.CallbackStep;
import dev.muster.proto.type.v1.InvocationState;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Journal entries for tests. */
final class Entries {
  static final Instant EXPIRE = Instant.parse("2026-11-30T12:00:00Z");
  static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

  private Entries() {}

  static InvocationId id() {
    return new InvocationId(UUID.randomUUID());
  }

  static JournalEntry accepted(InvocationId id) {
    return new JournalEntry(
        id,
        1,
        7,
        EXPIRE,
        Phase.ACCEPTED,
        1,
        false,
        "",
        Optional.empty(),
        ByteString.copyFromUtf8("command"),
        List.of(step(InvocationState.INVOCATION_STATE_ACKNOWLEDGED)));
  }

  static CallbackStep step(InvocationState state) {
    return CallbackStep.newBuilder().setState(state).build();
  }
}
