// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import org.junit.jupiter.api.Nested;

/** What every store promises, on SQLite. */
final class SqliteStoresTest {
  @Nested
  final class Ledger extends LedgerStoreContract {
    @Override
    TestStore open() {
      return TestStore.open();
    }
  }

  @Nested
  final class Invocations extends InvocationStoreContract {
    @Override
    TestStore open() {
      return TestStore.open();
    }
  }

  @Nested
  final class InvocationsAgainstModel extends InvocationStoreModelContract {
    @Override
    TestStore open() {
      return TestStore.open();
    }
  }

  @Nested
  final class Executions extends ExecutionStoreContract {
    @Override
    TestStore open() {
      return TestStore.open();
    }
  }

  @Nested
  final class Rollouts extends RolloutStoreContract {
    @Override
    TestStore open() {
      return TestStore.open();
    }
  }

  @Nested
  final class Nodes extends NodeStoreContract {
    @Override
    TestStore open() {
      return TestStore.open();
    }
  }

  @Nested
  final class NodeKeys extends NodeKeyStoreContract {
    @Override
    TestStore open() {
      return TestStore.open();
    }
  }

  @Nested
  final class JoinTokens extends JoinTokenStoreContract {
    @Override
    TestStore open() {
      return TestStore.open();
    }
  }

  @Nested
  final class Operators extends OperatorStoreContract {
    @Override
    TestStore open() {
      return TestStore.open();
    }
  }

  @Nested
  final class Catalogs extends CatalogStoreContract {
    @Override
    TestStore open() {
      return TestStore.open();
    }
  }

  @Nested
  final class Requests extends RequestStoreContract {
    @Override
    TestStore open() {
      return TestStore.open();
    }
  }

  @Nested
  final class Outputs extends OutputStoreContract {
    @Override
    TestStore open() {
      return TestStore.open();
    }
  }

  @Nested
  final class Audit extends AuditStoreContract {
    @Override
    TestStore open() {
      return TestStore.open();
    }
  }
}
