// SPDX-License-Identifier: Apache-2.0

/**
 * A small fleet in one terminal: a server, three agents and an operator, all real processes on this machine. Start with {@link
 * dev.muster.demo.Demo}.
 */
@NullMarked
package dev.muster.demo;

import org.jspecify.annotations.NullMarked;
