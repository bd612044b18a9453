// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.proto.type.v1.InvocationState;
import org.junit.jupiter.api.Test;

final class RetryRuleTest {
  private static final InvocationState FAILED = InvocationState.INVOCATION_STATE_FAILED;

  private final RetryRule rule = new RetryRule();

  /** Node a FAILED, b SUCCEEDED, c was LOST and healed behind the retry. */
  private static Scene source() {
    return new Scene()
        .invocation("i1", "a", "0 DISPATCHED dispatch", "2 FAILED node")
        .invocation("i2", "b", "0 DISPATCHED dispatch", "2 SUCCEEDED node")
        .invocation("i3", "c", "0 DISPATCHED dispatch", "2 LOST clock", "90 FAILED node");
  }

  private static Scene retry(String source, String... nodes) {
    Scene scene =
        new Scene()
            .execution(
                execution ->
                    execution.setId("e2").setSourceExecutionId(source).setCreateTime(Scene.at(50)));
    for (String node : nodes) {
      scene.invocation("r" + node, node, "50 DISPATCHED dispatch", "52 SUCCEEDED node");
    }
    return scene;
  }

  @Test
  void retryOfTheNodesInTheAskedStates_isRight_beWhatHealedBesideItAmongThemOrNot() {
    assertThat(retry("e1", "a").beside(source()).retried("e2", "e1", FAILED).check(rule)).isEmpty();
    assertThat(retry("e1", "a", "c").beside(source()).retried("e2", "e1", FAILED).check(rule))
        .isEmpty();
  }

  @Test
  void nodeOfAnotherState_andOneThatIsMissing_areFound() {
    assertThat(retry("e1", "a", "b").beside(source()).retried("e2", "e1", FAILED).check(rule))
        .hasSize(1);
    assertThat(retry("e1", "c").beside(source()).retried("e2", "e1", FAILED).check(rule))
        .hasSize(1);
  }

  @Test
  void nodeThatWasOffline_isToldAsSkipped() {
    Scene skipped = retry("e1", "c").execution(execution -> execution.setSkippedOffline(1));

    assertThat(skipped.beside(source()).retried("e2", "e1", FAILED).check(rule)).isEmpty();
  }

  @Test
  void retryThatNamesAnotherSource_orThatNobodyAskedFor_isFound() {
    assertThat(retry("", "a").beside(source()).retried("e2", "e1", FAILED).check(rule)).hasSize(1);
    assertThat(retry("e1", "a").beside(source()).check(rule)).hasSize(1);
  }
}
