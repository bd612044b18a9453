// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.tls;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;

/** The names and addresses by which clients reach the server, as a certificate has them. */
final class ServerNames {
  private static final Pattern IP_V4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
  private static final List<String> ALWAYS = List.of("localhost", "127.0.0.1");

  private ServerNames() {}

  /** Returns these names and those that a server always has: lower case, sorted, none twice. */
  static List<String> complete(Collection<String> names) {
    TreeSet<String> all = new TreeSet<>(ALWAYS);
    names.forEach(name -> all.add(canonical(name)));
    return List.copyOf(all);
  }

  static GeneralNames alternatives(List<String> names) {
    return new GeneralNames(
        names.stream()
            .map(
                name ->
                    new GeneralName(
                        isAddress(name) ? GeneralName.iPAddress : GeneralName.dNSName, name))
            .toArray(GeneralName[]::new));
  }

  /** Returns the names that a certificate has, as {@link #complete} would. */
  static List<String> of(X509Certificate certificate) {
    try {
      Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
      return alternatives == null
          ? List.of()
          : alternatives.stream()
              .map(alternative -> canonical(String.valueOf(alternative.get(1))))
              .sorted()
              .toList();
    } catch (CertificateParsingException e) {
      return List.of();
    }
  }

  private static String canonical(String name) {
    if (!isAddress(name)) {
      return name.toLowerCase(Locale.ROOT);
    }
    try {
      return InetAddress.getByName(name).getHostAddress(); // A literal: nothing is looked up.
    } catch (UnknownHostException e) {
      return name;
    }
  }

  private static boolean isAddress(String name) {
    return name.indexOf(':') >= 0 || IP_V4.matcher(name).matches();
  }
}
