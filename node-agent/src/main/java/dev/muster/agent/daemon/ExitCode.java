// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.daemon;

/**
 * How the program ends. A supervisor should not start it again after 2, 3 and 5. Stopped in good
 * order by a signal it ends as Java does, with 128 and the signal's number: 143 after TERM.
 */
enum ExitCode {
  /** It was asked to stop, or did what it was asked. */
  OK(0),
  /** Something unforeseen, or an unreachable server where one was needed. */
  FAILED(1),
  /** The command line or the configuration is wrong. */
  USAGE(2),
  /** The node was revoked. Its key file is kept. */
  REVOKED(3),
  /** The state directory cannot be used, or another agent uses it. */
  STATE_DIRECTORY(4),
  /** The server refused to enroll the node. */
  ENROLLMENT_REFUSED(5),
  /** The server refused the report; repeating it does not help. */
  REPORT_REFUSED(6);

  private final int code;

  ExitCode(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }
}
