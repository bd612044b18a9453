// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent;

/**
 * Who asked for a run, as the server authenticated them.
 *
 * @param operatorId id of the operator
 * @param operatorName name of the operator at that time
 * @param surface through which surface it was asked: {@code GRPC}, {@code CLI}, …; empty if the
 *     server did not say
 * @param correlationId finds the request in the server's audit log
 */
public record RequestedBy(
    String operatorId, String operatorName, String surface, String correlationId) {}
