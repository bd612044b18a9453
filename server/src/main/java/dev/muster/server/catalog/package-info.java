// SPDX-License-Identifier: Apache-2.0

/**
 * What nodes can do: actions, the catalogs that declare them, and the schemas of their inputs. Start with {@link
 * dev.muster.server.catalog.Catalog} and {@link dev.muster.server.catalog.InputSchema}.
 */
@NullMarked
package dev.muster.server.catalog;

import org.jspecify.annotations.NullMarked;
