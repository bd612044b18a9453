// SPDX-License-Identifier: Apache-2.0

/** The record of every decision and transition, written in the commit that makes it. Start at {@link dev.muster.server.audit.AuditRecord}. */
@NullMarked
package dev.muster.server.audit;

import org.jspecify.annotations.NullMarked;
