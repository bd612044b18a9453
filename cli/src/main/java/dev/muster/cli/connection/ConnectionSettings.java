// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.connection;

import dev.muster.wire.OperatorToken;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How to reach a server, and as whom.
 *
 * @param server where it listens for operators
 * @param token who asks
 * @param ca PEM file of the certificate authorities to trust; empty: those that Java trusts
 * @param plaintext whether to go without TLS; on loopback only
 * @param project what is worked on; empty: the default project
 */
public record ConnectionSettings(
    ServerAddress server,
    OperatorToken token,
    Optional<Path> ca,
    boolean plaintext,
    String project) {}
