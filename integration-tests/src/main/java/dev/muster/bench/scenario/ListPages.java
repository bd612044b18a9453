// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.scenario;

import dev.muster.bench.bed.Operator;
import dev.muster.bench.report.Result;
import dev.muster.bench.report.Samples;
import dev.muster.proto.operator.v1.ListExecutionsRequest;
import dev.muster.proto.operator.v1.ListExecutionsResponse;
import dev.muster.proto.operator.v1.ListInvocationsRequest;
import dev.muster.proto.operator.v1.ListInvocationsResponse;
import dev.muster.proto.operator.v1.ListNodesRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * How long a page of 50 takes: of all executions, of the invocations of an execution, and of those
 * of a node. Page after page, and from the first again where there are no more.
 */
public final class ListPages {
  private static final int PAGE = 50;
  private static final int CALLS = 300;
  private static final int WARM_UP = 100;

  private final Operator operator;

  ListPages(Operator operator) {
    this.operator = operator;
  }

  /** Adds the figures of all three lists. */
  Result measure(Result result) {
    String newest =
        operator
            .executions()
            .listExecutions(ListExecutionsRequest.newBuilder().setPageSize(1).build())
            .getExecutions(0)
            .getId();
    String node =
        operator
            .nodes()
            .listNodes(ListNodesRequest.newBuilder().setPageSize(1).build())
            .getNodes(0)
            .getId();
    told(result, "executions", this::executions);
    ListInvocationsRequest page = ListInvocationsRequest.newBuilder().setPageSize(PAGE).build();
    told(
        result,
        "of_execution",
        token -> invocations(page.toBuilder().setExecutionId(newest), token));
    told(result, "of_node", token -> invocations(page.toBuilder().setNodeId(node), token));
    return result;
  }

  /** Calls with the token of the page before; what is called returns that of the next. */
  private static void told(Result result, String list, Function<String, String> page) {
    List<Double> millis = new ArrayList<>();
    String token = "";
    for (int i = -WARM_UP; i < CALLS; i++) {
      long begin = System.nanoTime();
      token = page.apply(token);
      if (i >= 0) {
        millis.add((System.nanoTime() - begin) / 1e6);
      }
    }
    Samples samples = Samples.of(millis);
    result
        .with("list_" + list + "_p50_ms", samples.percentile(50))
        .with("list_" + list + "_p99_ms", samples.percentile(99));
  }

  private String executions(String token) {
    ListExecutionsResponse page =
        operator
            .executions()
            .listExecutions(
                ListExecutionsRequest.newBuilder().setPageSize(PAGE).setPageToken(token).build());
    return page.getNextPageToken();
  }

  private String invocations(ListInvocationsRequest.Builder request, String token) {
    ListInvocationsResponse page =
        operator.executions().listInvocations(request.setPageToken(token).build());
    return page.getNextPageToken();
  }
}
