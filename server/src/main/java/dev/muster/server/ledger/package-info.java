// SPDX-License-Identifier: Apache-2.0

/**
 * The one writer. Decisions become durable here, many in one commit; only then is anything sent, acknowledged or shown. Start
 * reading at {@link dev.muster.server.ledger.Ledger}.
 */
@NullMarked
package dev.muster.server.ledger;

import org.jspecify.annotations.NullMarked;
