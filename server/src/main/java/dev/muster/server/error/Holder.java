// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.error;

/**
 * Who holds part of what is used up.
 *
 * @param subject what holds it, such as {@code project:default}
 * @param count how much of it
 */
public record Holder(String subject, long count) {}
