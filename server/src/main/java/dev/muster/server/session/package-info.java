// SPDX-License-Identifier: Apache-2.0

/**
 * One stream of one node: what dies with it, and how it begins. Start reading at {@link dev.muster.server.session.NodeSession}, which
 * names its parts: {@link dev.muster.server.session.SessionOpening} for what comes before the first command, {@link
 * dev.muster.server.session.SessionCallbacks} for reports, {@link dev.muster.server.session.SessionCommands} for hand-overs and cancels. How an
 * epoch begins is in {@link dev.muster.server.session.SessionStart}, what journals prove in {@link dev.muster.server.session.Reconciler}.
 */
@NullMarked
package dev.muster.server.session;

import org.jspecify.annotations.NullMarked;
