// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc;

import static java.util.Map.entry;

import dev.muster.server.access.Role;
import io.grpc.MethodDescriptor;
import java.util.Map;

/**
 * What is known of one method of the operator API before it is called.
 *
 * @param name its name
 * @param role least role that may call it
 * @param verb what the audit log calls it
 * @param mutates whether it changes something: then every refusal is audited, else only the denials
 */
record OperatorMethod(String name, Role role, String verb, boolean mutates) {
  private static final Map<String, OperatorMethod> ALL =
      Map.ofEntries(
          writes("DispatchExecution", Role.OPERATOR, "execution.dispatch"),
          reads("ExplainDispatch", Role.OPERATOR, "execution.explain"),
          reads("GetExecution", Role.VIEWER, "execution.get"),
          reads("ListExecutions", Role.VIEWER, "execution.list"),
          reads("WatchExecution", Role.VIEWER, "execution.watch"),
          reads("WatchExecutions", Role.VIEWER, "execution.watch"),
          writes("CancelExecution", Role.OPERATOR, "execution.cancel"),
          writes("PauseExecution", Role.OPERATOR, "execution.pause"),
          writes("ResumeExecution", Role.OPERATOR, "execution.resume"),
          writes("ApproveExecution", Role.APPROVER, "execution.approve"),
          writes("DenyExecution", Role.APPROVER, "execution.deny"),
          writes("RetryExecution", Role.OPERATOR, "execution.retry"),
          writes("ActOnExecutions", Role.OPERATOR, "execution.act"),
          reads("ListInvocations", Role.VIEWER, "invocation.list"),
          reads("GetInvocation", Role.VIEWER, "invocation.get"),
          reads("ReadOutput", Role.VIEWER, "invocation.read_output"),
          reads("ListActions", Role.VIEWER, "action.list"),
          reads("PrepareAction", Role.OPERATOR, "action.prepare"),
          writes("CreateJoinToken", Role.ADMIN, "join_token.create"),
          reads("ListJoinTokens", Role.VIEWER, "join_token.list"),
          writes("RevokeJoinToken", Role.ADMIN, "join_token.revoke"),
          writes("CreateNode", Role.ADMIN, "node.create"),
          reads("GetNode", Role.VIEWER, "node.get"),
          reads("ListNodes", Role.VIEWER, "node.list"),
          writes("UpdateNode", Role.OPERATOR, "node.update"),
          writes("DisableNode", Role.OPERATOR, "node.disable"),
          writes("EnableNode", Role.OPERATOR, "node.enable"),
          writes("RevokeNode", Role.ADMIN, "node.revoke"),
          writes("DeleteNode", Role.ADMIN, "node.delete"),
          writes("RotateNodeKey", Role.ADMIN, "node.rotate_key"),
          reads("WatchNodes", Role.VIEWER, "node.watch"),
          reads("PreviewSelector", Role.VIEWER, "node.preview_selector"),
          writes("CreateProject", Role.ADMIN, "project.create"),
          reads("GetProject", Role.VIEWER, "project.get"),
          reads("ListProjects", Role.VIEWER, "project.list"),
          writes("CreateDomain", Role.ADMIN, "domain.create"),
          reads("ListDomains", Role.VIEWER, "domain.list"),
          writes("UpdateDomain", Role.ADMIN, "domain.update"),
          reads("WhoAmI", Role.VIEWER, "operator.who_am_i"),
          writes("CreateOperator", Role.ADMIN, "operator.create"),
          reads("ListOperators", Role.ADMIN, "operator.list"),
          writes("DeleteOperator", Role.ADMIN, "operator.delete"),
          writes("CreateOperatorToken", Role.ADMIN, "operator_token.create"),
          writes("RevokeOperatorToken", Role.ADMIN, "operator_token.revoke"),
          writes("BindRole", Role.ADMIN, "role.bind"),
          writes("UnbindRole", Role.ADMIN, "role.unbind"),
          writes("PutPolicy", Role.ADMIN, "policy.put"),
          reads("ListPolicies", Role.ADMIN, "policy.list"),
          writes("DeletePolicy", Role.ADMIN, "policy.delete"),
          reads("ListAuditEvents", Role.ADMIN, "audit.list"),
          reads("ExportAuditEvents", Role.ADMIN, "audit.export"),
          reads("VerifyAuditLog", Role.ADMIN, "audit.verify"));

  /** Returns what is known of a method. What nobody has thought of is for admins. */
  static OperatorMethod of(MethodDescriptor<?, ?> method) {
    String name = String.valueOf(method.getBareMethodName());
    OperatorMethod known = ALL.get(name);
    return known != null ? known : new OperatorMethod(name, Role.ADMIN, name, true);
  }

  /** Tells whether somebody has thought of a method of this name. */
  static boolean isKnown(String name) {
    return ALL.containsKey(name);
  }

  private static Map.Entry<String, OperatorMethod> reads(String name, Role role, String verb) {
    return entry(name, new OperatorMethod(name, role, verb, false));
  }

  private static Map.Entry<String, OperatorMethod> writes(String name, Role role, String verb) {
    return entry(name, new OperatorMethod(name, role, verb, true));
  }
}
