// SPDX-License-Identifier: Apache-2.0

/**
 * What operators ask for: dispatch, cancel, prepare. Start reading at {@link dev.muster.server.dispatch.DispatchService}.
 */
@NullMarked
package dev.muster.server.dispatch;

import org.jspecify.annotations.NullMarked;
