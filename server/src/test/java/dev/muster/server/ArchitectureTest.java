// SPDX-License-Identifier: Apache-2.0
package dev.muster.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/**
 * The package plan, as far as a machine can hold it: features know no adapter, and adapters know
 * each other only where they are joined.
 */
final class ArchitectureTest {
  private static final String ROOT = "dev.muster.server";
  private static final String[] ADAPTERS = {
    ROOT, ROOT + ".grpc..", ROOT + ".jdbc..", ROOT + ".tls.."
  };
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(ROOT);

  @Test
  void features_knowNoWireNoDatabaseAndNoGeneratedMessage() {
    noClasses()
        .that()
        .resideOutsideOfPackages(ADAPTERS)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.grpc..", "com.google.protobuf..", "dev.muster.proto..", "java.sql..", "javax.sql..")
        .check(CLASSES);
  }

  @Test
  void features_knowNoAdapter() {
    noClasses()
        .that()
        .resideOutsideOfPackages(ADAPTERS)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(ROOT, ROOT + ".grpc..", ROOT + ".jdbc..")
        .check(CLASSES);
  }

  @Test
  void wireAndStore_doNotKnowEachOther() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + ".grpc..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(ROOT + ".jdbc..", "java.sql..")
        .check(CLASSES);
    noClasses()
        .that()
        .resideInAPackage(ROOT + ".jdbc..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(ROOT + ".grpc..", "io.grpc..")
        .check(CLASSES);
  }

  @Test
  void tables_touchNoClockNoThreadAndNoStore() {
    noClasses()
        .that()
        .haveSimpleNameEndingWith("Transitions")
        .or()
        .haveSimpleName("Reports")
        .or()
        .haveSimpleName("ServerMoves")
        .or()
        .haveSimpleName("Reconciler")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.util.concurrent..", "java.io..", "java.nio..", ROOT + ".ledger..")
        .orShould()
        .callMethod(java.time.Instant.class, "now")
        .check(CLASSES);
  }

  @Test
  void everyPackage_isNullMarked() {
    Set<String> unmarked =
        CLASSES.stream()
            .map(JavaClass::getPackage)
            .filter(
                own ->
                    !own.tryGetPackageInfo()
                        .map(i -> i.isAnnotatedWith(NullMarked.class))
                        .orElse(false))
            .map(own -> own.getName())
            .filter(name -> name.startsWith(ROOT))
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(unmarked).isEmpty();
  }

  @Test
  void noName_saysNothing() {
    noClasses()
        .that()
        .areNotAssignableTo(javax.net.ssl.KeyManager.class) // Which is what JSSE calls it.
        .and()
        .resideOutsideOfPackage(ROOT + ".tls")
        .should()
        .haveNameMatching(".*(Impl|Manager|Utils?|Helper)(\\$.*)?")
        .check(CLASSES);
  }

  // A transaction shows the stores of all features, and features write through the ledger.
  private static final Set<Set<String>> KNOWN_CIRCLES =
      Set.of(
          Set.of(
              "access", "audit", "catalog", "execution", "invocation", "ledger", "node", "output"));

  /**
   * Features that know each other, straight or around a corner. They are few and stay as they are;
   * a new one fails here, and so does one that is gone: take it out.
   */
  @Test
  void circles_areThoseThatAreKnown() {
    Map<String, Set<String>> uses = new TreeMap<>();
    for (JavaClass from : CLASSES) {
      from.getDirectDependenciesFromSelf().stream()
          .map(dependency -> dependency.getTargetClass())
          .filter(to -> to.getPackageName().startsWith(ROOT + "."))
          .map(ArchitectureTest::feature)
          .filter(to -> !feature(from).isEmpty() && !to.equals(feature(from)))
          .forEach(to -> uses.computeIfAbsent(feature(from), unknown -> new TreeSet<>()).add(to));
    }
    Set<Set<String>> circles =
        uses.keySet().stream()
            .map(
                feature ->
                    reachable(uses, feature).stream()
                        .filter(other -> reachable(uses, other).contains(feature))
                        .collect(Collectors.toCollection(TreeSet::new)))
            .filter(circle -> !circle.isEmpty())
            .collect(Collectors.toSet());

    assertThat(circles).as("uses: %s", uses).isEqualTo(KNOWN_CIRCLES);
  }

  private static Set<String> reachable(Map<String, Set<String>> uses, String from) {
    Set<String> reached = new TreeSet<>();
    java.util.ArrayDeque<String> left =
        new java.util.ArrayDeque<>(uses.getOrDefault(from, Set.of()));
    while (!left.isEmpty()) {
      String next = left.poll();
      if (reached.add(next)) {
        left.addAll(uses.getOrDefault(next, Set.of()));
      }
    }
    return reached;
  }

  private static String feature(JavaClass type) {
    String rest = type.getPackageName().substring(ROOT.length());
    return rest.isEmpty() ? "" : rest.substring(1);
  }
}
