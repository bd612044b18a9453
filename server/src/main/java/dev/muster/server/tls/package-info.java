// SPDX-License-Identifier: Apache-2.0

/**
 * TLS by default: a certificate authority of the server's own, a certificate that renews itself, and the context that serves it. Start
 * with {@link dev.muster.server.tls.CertificateAuthority} and {@link dev.muster.server.tls.ServerCertificate}.
 */
@NullMarked
package dev.muster.server.tls;

import org.jspecify.annotations.NullMarked;
