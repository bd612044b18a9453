// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.execution;

/**
 * Who asked, as authenticated.
 *
 * @param operatorId id of the operator
 * @param operatorName name at that time
 * @param surface through which
 * @param correlationId of the request
 */
public record RequestedBy(
    String operatorId, String operatorName, Surface surface, String correlationId) {}
