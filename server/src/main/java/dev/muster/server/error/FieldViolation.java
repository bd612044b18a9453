// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.error;

/**
 * One fault of a request.
 *
 * @param field path of the field in the request; within JSON, a JSON pointer
 * @param description sentence that says what is wrong with it
 */
public record FieldViolation(String field, String description) {}
