// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.bed;

import java.nio.file.Path;

/**
 * What a server serves TLS with. The raw server borrows Muster's own, so that both sides sign with
 * the same kind of key.
 *
 * @param certificate chain, PEM
 * @param privateKey PKCS #8, PEM
 * @param authority who signed it, PEM
 */
public record TlsFiles(Path certificate, Path privateKey, Path authority) {}
