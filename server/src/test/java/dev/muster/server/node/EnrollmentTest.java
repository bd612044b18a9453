// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.node;

import static dev.muster.server.node.TestBus.ALICE;
import static dev.muster.server.node.TestBus.PROJECT;
import static dev.muster.server.node.TestBus.once;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.node.Enrollment.Enrolled;
import dev.muster.server.node.JoinTokens.NewJoinToken;
import dev.muster.wire.JoinToken;
import dev.muster.wire.Secret;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@SuppressWarnings("NullAway.Init") // Set before each test.
class EnrollmentTest {
  @RegisterExtension final TestBus bus = new TestBus();

  private JoinTokens tokens;
  private Enrollment enrollment;

  @BeforeEach
  void make() {
    tokens =
        new JoinTokens(
            bus.ledger, bus.store, bus.keyedHash, Optional.empty(), TestBus.IDS, bus.random);
    enrollment =
        new Enrollment(
            bus.ledger, bus.store, bus.nodes, bus.keyring, bus.keyedHash, TestBus.IDS, bus.random);
  }

  @Test
  void enrolledNode_bearsTheTokensLabels_andItsKeyIsVerified() {
    JoinToken token = token(1, Map.of("site", "a"), Map.of("role", List.of("web", "db")), "");

    Enrolled enrolled = enrollment.enroll(wish(token, "r-1", "web-1", Map.of("role", "db")));

    assertThat(enrolled.node().labels().asMap()).isEqualTo(Map.of("site", "a", "role", "db"));
    assertThat(bus.keyring.authenticate(enrolled.key()))
        .isInstanceOf(NodeAuthentication.Verified.class);
    assertThat(record(token).uses()).isEqualTo(1);
    assertThat(bus.auditedVerbs()).containsExactly("join_token.create", "node.enroll");
  }

  @Test
  void oneShotToken_isConsumedByTheSecondRequest() {
    JoinToken token = token(1);
    var unused = enrollment.enroll(wish(token, "r-1", "web-1"));

    assertRefused(
        ErrorReason.JOIN_TOKEN_CONSUMED, () -> enrollment.enroll(wish(token, "r-2", "web-2")));
  }

  @Test
  void countedToken_enrollsAsManyAsItSays() {
    JoinToken token = token(3);
    for (int i = 0; i < 3; i++) {
      var unused = enrollment.enroll(wish(token, "r-" + i, "web-" + i));
    }

    assertRefused(
        ErrorReason.JOIN_TOKEN_CONSUMED, () -> enrollment.enroll(wish(token, "r-9", "web-9")));
    assertThat(bus.nodes.all()).hasSize(3);
  }

  @Test
  void expiredToken_isRefused() {
    JoinToken token = token(1);

    bus.setTime(TestBus.START.plus(Duration.ofHours(1)));

    assertRefused(
        ErrorReason.JOIN_TOKEN_EXPIRED, () -> enrollment.enroll(wish(token, "r-1", "web-1")));
  }

  @Test
  void revokedToken_isRefused_evenARepeat() {
    JoinToken token = token(2);
    var first = enrollment.enroll(wish(token, "r-1", "web-1"));
    var revoked = tokens.revoke(ALICE, once("RevokeJoinToken"), token.id());

    assertThat(revoked.revoked()).isTrue();
    assertRefused(
        ErrorReason.JOIN_TOKEN_REVOKED, () -> enrollment.enroll(wish(token, "r-1", "web-1")));
    assertRefused(
        ErrorReason.JOIN_TOKEN_REVOKED, () -> enrollment.enroll(wish(token, "r-2", "web-2")));
    assertThat(bus.nodes.find(first.node().id())).isPresent();
  }

  @Test
  void unknownTokenAndWrongSecret_areTheSameRefusal() {
    JoinToken token = token(1);

    assertRefused(
        ErrorReason.TOKEN_INVALID,
        () ->
            enrollment.enroll(
                wish(
                    new JoinToken(token.id(), Secret.random(bus.random), Optional.empty()),
                    "r-1",
                    "web-1")));
    assertRefused(
        ErrorReason.TOKEN_INVALID,
        () ->
            enrollment.enroll(
                wish(
                    new JoinToken(TestBus.IDS.get(), token.secret(), Optional.empty()),
                    "r-1",
                    "web-1")));
  }

  @Test
  void failedAttempt_consumesNothing_andIsAudited() {
    JoinToken token = token(1, Map.of(), Map.of("role", List.of("web")), "");
    var taken = enrollment.enroll(wish(token(1), "r-0", "web-1"));

    assertRefused(
        ErrorReason.NODE_NAME_TAKEN, () -> enrollment.enroll(wish(token, "r-1", "web-1")));
    assertRefused(
        ErrorReason.LIMIT_OUT_OF_RANGE,
        () -> enrollment.enroll(wish(token, "r-1", "web-2", Map.of("role", "db"))));
    assertRefused(
        ErrorReason.LIMIT_OUT_OF_RANGE,
        () -> enrollment.enroll(wish(token, "r-1", "web-2", Map.of("admin", "yes"))));
    assertThat(record(token).uses()).isZero();
    assertThat(enrollment.enroll(wish(token, "r-1", "web-2")).node().name().value())
        .isEqualTo("web-2");
    assertThat(taken.node().name().value()).isEqualTo("web-1");
    assertThat(bus.auditedVerbs())
        .contains("node.enroll:NODE_NAME_TAKEN", "node.enroll:LIMIT_OUT_OF_RANGE");
  }

  @Test
  void sameRequestAgain_givesTheSameNodeWithAFreshKey() {
    JoinToken token = token(1);
    Enrolled lost = enrollment.enroll(wish(token, "r-1", "web-1"));

    Enrolled again = enrollment.enroll(wish(token, "r-1", "web-1"));

    assertThat(again.node()).isEqualTo(lost.node());
    assertThat(again.key()).isNotEqualTo(lost.key());
    assertThat(bus.keyring.authenticate(lost.key())).isInstanceOf(NodeAuthentication.Invalid.class);
    assertThat(bus.keyring.authenticate(again.key()))
        .isInstanceOf(NodeAuthentication.Verified.class);
    assertThat(record(token).uses()).isEqualTo(1);
    bus.restart();
    assertThat(bus.keyring.authenticate(again.key()))
        .isInstanceOf(NodeAuthentication.Verified.class);
    assertThat(bus.keyring.authenticate(lost.key())).isInstanceOf(NodeAuthentication.Invalid.class);
  }

  @Test
  void sameRequestAgain_afterTheKeyWasUsed_isRefused() {
    JoinToken token = token(1);
    Enrolled enrolled = enrollment.enroll(wish(token, "r-1", "web-1"));

    var used = bus.keyring.authenticate(enrolled.key());

    assertThat(used).isInstanceOf(NodeAuthentication.Verified.class);
    assertRefused(
        ErrorReason.JOIN_TOKEN_CONSUMED, () -> enrollment.enroll(wish(token, "r-1", "web-1")));
  }

  @Test
  void firstUse_isRecorded_soThatARestartKnows() {
    JoinToken token = token(1);
    Enrolled enrolled = enrollment.enroll(wish(token, "r-1", "web-1"));
    var verified = (NodeAuthentication.Verified) bus.keyring.authenticate(enrolled.key());
    assertThat(verified.firstUse()).isTrue();
    bus.keyring.recordFirstUse(bus.ledger, verified);
    bus.restart();
    make();

    var again = (NodeAuthentication.Verified) bus.keyring.authenticate(enrolled.key());

    assertThat(again.firstUse()).isFalse();
    assertRefused(
        ErrorReason.JOIN_TOKEN_CONSUMED, () -> enrollment.enroll(wish(token, "r-1", "web-1")));
  }

  @Test
  void nameIsTheTokens_elseTheWish_elseMade() {
    JoinToken named = token(1, Map.of(), Map.of(), "fixed");
    JoinToken open = token(2);

    assertThat(enrollment.enroll(wish(named, "r-1", "mine")).node().name().value())
        .isEqualTo("fixed");
    assertThat(enrollment.enroll(wish(open, "r-1", "mine")).node().name().value())
        .isEqualTo("mine");
    assertThat(enrollment.enroll(wish(open, "r-2", "")).node().name().value())
        .matches("node-[0-9a-f]{12}");
  }

  private JoinToken token(int maxUses) {
    return token(maxUses, Map.of(), Map.of(), "");
  }

  private JoinToken token(
      int maxUses, Map<String, String> labels, Map<String, List<String>> choices, String nodeName) {
    return tokens
        .create(
            ALICE,
            once("CreateJoinToken"),
            new NewJoinToken(
                PROJECT, "", maxUses, JoinTokens.DEFAULT_TTL, labels, choices, nodeName))
        .token()
        .orElseThrow();
  }

  private JoinTokenRecord record(JoinToken token) {
    return bus.store.read(tx -> tx.joinTokens().find(token.id())).orElseThrow();
  }

  private static EnrollmentWish wish(JoinToken token, String requestId, String name) {
    return wish(token, requestId, name, Map.of());
  }

  private static EnrollmentWish wish(
      JoinToken token, String requestId, String name, Map<String, String> labels) {
    return new EnrollmentWish(token, requestId, name, labels, "m-1", "f-1", "0.1.0", Map.of());
  }

  private static void assertRefused(ErrorReason reason, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            BusException.class, refusal -> assertThat(refusal.reason()).isEqualTo(reason));
  }
}
