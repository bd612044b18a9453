// SPDX-License-Identifier: Apache-2.0

/**
 * Micro-benchmarks of the server's inner parts, each beside the raw limit (methods whose names begin
 * with {@code raw}). Built and run by hand, never by {@code verify}:
 *
 * <pre>
 * ./mvnw -Pbenchmarks -pl benchmarks -am -Dquick package &amp;&amp; java -jar benchmarks/target/muster-benchmarks-*-all.jar [regex]
 * </pre>
 *
 * Classes of benchmarks and their states are public and open because JMH extends them; one that
 * measures what is package-private lies in the package of that. The figures are in {@code
 * docs/benchmarks.md}. Start with {@link dev.muster.benchmarks.LedgerBenchmark}.
 */
@NullMarked
package dev.muster.benchmarks;

import org.jspecify.annotations.NullMarked;
