// SPDX-License-Identifier: Apache-2.0

/**
 * One stream of one node: what dies with it, and how it begins. Start reading at {@link dev.muster.server.session.NodeSession}, then {@link
 * dev.muster.server.session.SessionStart} for epochs and {@link dev.muster.server.session.Reconciler} for what journals prove.
 */
@NullMarked
package dev.muster.server.session;

import org.jspecify.annotations.NullMarked;
