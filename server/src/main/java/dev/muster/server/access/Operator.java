// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.access;

/**
 * Someone who may ask for something, as the server has authenticated them.
 *
 * @param id identity, for good (UUID)
 * @param name what people call them
 * @param role what they may do
 */
public record Operator(String id, String name, Role role) {}
