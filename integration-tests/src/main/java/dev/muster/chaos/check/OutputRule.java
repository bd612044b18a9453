// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos.check;

import com.google.protobuf.ByteString;
import dev.muster.proto.operator.v1.GetInvocationResponse;
import dev.muster.proto.type.v1.Output;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Large output is never half there: a run that SUCCEEDED tells the length and the digest of what
 * its hook wrote; what is kept is all of it, or is said to be cut and is right in what is left.
 */
final class OutputRule implements Rule {
  @Override
  public List<Violation> check(Evidence evidence) {
    List<Violation> violations = new ArrayList<>();
    Map<String, List<Written>> written =
        evidence.outputs().written().stream().collect(Collectors.groupingBy(Written::invocation));
    Map<String, Kept> kept =
        evidence.outputs().kept().stream().collect(Collectors.toMap(Kept::invocation, one -> one));
    for (Recorded recorded : evidence.recorded()) {
      for (GetInvocationResponse response : recorded.invocations()) {
        String id = response.getInvocation().getId();
        Output stdout = response.getInvocation().getResult().getStdout();
        boolean succeeded = Words.of(response.getInvocation().getState()).equals("SUCCEEDED");
        List<Written> truth = written.getOrDefault(id, List.of());
        List<String> faults = new ArrayList<>();
        if (succeeded && !truth.isEmpty() && truth.stream().noneMatch(one -> isTold(one, stdout))) {
          faults.add("the hook wrote " + truth + ", it says " + words(stdout));
        }
        if (kept.containsKey(id)) {
          faults.addAll(faults(kept.get(id), stdout));
        }
        faults.forEach(
            what ->
                violations.add(
                    new Violation(
                        "output is whole or said to be cut",
                        id,
                        what + "; " + Words.story(response.getHistoryList()))));
      }
    }
    return violations;
  }

  private static List<String> faults(Kept kept, Output stdout) {
    if (!kept.refusal().isEmpty()) {
      return List.of("it has " + words(stdout) + ", and reading says " + kept.refusal());
    }
    List<String> faults = new ArrayList<>();
    if (kept.wrong() > 0) {
      faults.add(kept.wrong() + " bytes are not what the hook wrote");
    }
    if (kept.bytes() + kept.skipped() != stdout.getTotalBytes()) {
      faults.add(
          "kept " + kept.bytes() + ", passed over " + kept.skipped() + ", of " + words(stdout));
    }
    if (!stdout.getTruncated() && !kept.sha256().equals(hex(stdout.getSha256()))) {
      faults.add("what is kept has the digest " + kept.sha256() + ", it says " + words(stdout));
    }
    if (stdout.getTruncated() == (kept.skipped() == 0)) {
      faults.add("passed over " + kept.skipped() + " bytes of " + words(stdout));
    }
    return faults;
  }

  private static boolean isTold(Written written, Output stdout) {
    return written.bytes() == stdout.getTotalBytes()
        && written.sha256().equals(hex(stdout.getSha256()));
  }

  private static String words(Output stdout) {
    return stdout.getTotalBytes()
        + " bytes"
        + (stdout.getTruncated() ? ", cut," : "")
        + (stdout.getUploaded() ? " uploaded" : " inline")
        + " with digest "
        + hex(stdout.getSha256());
  }

  private static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }
}
