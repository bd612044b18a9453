// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.access;

import dev.muster.server.access.OperatorStore.TokenRecord;
import dev.muster.server.audit.AuditDetails;
import dev.muster.server.audit.AuditRecord;
import dev.muster.server.credential.KeyedHash;
import dev.muster.server.ledger.Ledger;
import dev.muster.server.ledger.LedgerStore;
import dev.muster.wire.OperatorToken;
import dev.muster.wire.Secret;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.UUID;
import java.util.function.Supplier;

/** Makes the first operator, {@code admin}, at a start that finds none. */
public final class FirstOperator {
  private static final String NAME = "admin";

  private final Ledger ledger;
  private final LedgerStore store;
  private final KeyedHash keyedHash;
  private final Supplier<UUID> ids;
  private final SecureRandom random;

  /** Makes the use case. */
  public FirstOperator(
      Ledger ledger,
      LedgerStore store,
      KeyedHash keyedHash,
      Supplier<UUID> ids,
      SecureRandom random) {
    this.ledger = ledger;
    this.store = store;
    this.keyedHash = keyedHash;
    this.ids = ids;
    this.random = random;
  }

  /**
   * Makes the admin and leaves their token in the file, unless there is an operator.
   *
   * @return whether it was made
   * @throws IOException if the file cannot be written; then there is no operator either
   */
  public boolean makeIfNone(AdminTokenFile file) throws IOException {
    if (!store.read(tx -> tx.operators().isEmpty())) {
      return false;
    }
    Operator admin = new Operator(ids.get().toString(), NAME, Role.ADMIN);
    OperatorToken token = new OperatorToken(ids.get(), Secret.random(random));
    // The file first: a token that nobody can read would lock everyone out for good.
    file.write(token);
    return ledger.call(
        tx -> {
          tx.store().operators().insert(admin, tx.now());
          tx.store()
              .operators()
              .insertToken(
                  new TokenRecord(token.id(), admin.id(), "first", keyedHash.hash(token), null));
          tx.audit(
              new AuditRecord(
                  tx.now(),
                  "operator.create",
                  null,
                  "",
                  null,
                  null,
                  null,
                  "",
                  null,
                  new AuditDetails()
                      .add("operator_id", admin.id())
                      .add("name", NAME)
                      .add("role", "admin")
                      .json()));
          return true;
        });
  }
}
