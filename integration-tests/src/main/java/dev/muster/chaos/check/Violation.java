// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos.check;

/**
 * A promise that was not kept.
 *
 * @param rule which, in a few words
 * @param subject the invocation, execution, request or node that it was broken for
 * @param what what was found
 */
public record Violation(String rule, String subject, String what) {
  @Override
  public String toString() {
    return rule + ": " + subject + ": " + what;
  }
}
