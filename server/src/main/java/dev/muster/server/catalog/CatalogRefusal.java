// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.catalog;

/**
 * An entry of an announced catalog that was refused; the rest stands.
 *
 * @param action name of the action, as sent, cut at 128 characters
 * @param message sentence that says which bound is broken
 */
public record CatalogRefusal(String action, String message) {}
