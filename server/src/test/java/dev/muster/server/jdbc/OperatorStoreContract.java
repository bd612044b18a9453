// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.access.Operator;
import dev.muster.server.access.OperatorStore.TokenOwner;
import dev.muster.server.access.OperatorStore.TokenRecord;
import dev.muster.server.access.Role;
import dev.muster.wire.Sha256;
import org.junit.jupiter.api.Test;

/** What the store of operators promises. */
abstract class OperatorStoreContract extends StoreContract {
  private static final Operator ALICE =
      new Operator(Samples.uuid(1).toString(), "alice", Role.APPROVER);

  @Test
  void isEmpty_untilThereIsOne() {
    assertThat(store().<Boolean>read(tx -> tx.operators().isEmpty())).isTrue();

    store().write(tx -> tx.operators().insert(ALICE, Samples.NOW));

    assertThat(store().<Boolean>read(tx -> tx.operators().isEmpty())).isFalse();
  }

  @Test
  void findToken_returnsItWithItsOwner() {
    TokenRecord eternal =
        new TokenRecord(Samples.uuid(2), ALICE.id(), "laptop", Sha256.hash(new byte[] {1}), null);
    TokenRecord shortLived =
        new TokenRecord(
            Samples.uuid(3), ALICE.id(), "ci", Sha256.hash(new byte[] {2}), Samples.NOW);
    store()
        .write(
            tx -> {
              tx.operators().insert(ALICE, Samples.NOW);
              tx.operators().insertToken(eternal);
              tx.operators().insertToken(shortLived);
            });

    assertThat(found(tx -> tx.operators().findToken(eternal.id())))
        .contains(new TokenOwner(eternal, ALICE));
    assertThat(found(tx -> tx.operators().findToken(shortLived.id())))
        .contains(new TokenOwner(shortLived, ALICE));
    assertThat(found(tx -> tx.operators().findToken(Samples.uuid(4)))).isEmpty();
  }
}
