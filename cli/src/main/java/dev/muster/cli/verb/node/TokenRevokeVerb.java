// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.verb.node;

import dev.muster.cli.connection.OperatorConnection;
import dev.muster.cli.connection.RequestId;
import dev.muster.cli.verb.Results;
import dev.muster.cli.verb.VerbContext;
import dev.muster.proto.operator.v1.JoinToken;
import dev.muster.proto.operator.v1.RevokeJoinTokenRequest;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(name = "revoke", description = "Revokes a join token. Nodes that enrolled with it stay.")
final class TokenRevokeVerb implements Callable<Integer> {
  private final VerbContext context;

  @Parameters(paramLabel = "TOKEN-ID", description = "Id of the token, not its secret.")
  private String tokenId = "";

  @Mixin private RequestId requestId = new RequestId();

  TokenRevokeVerb(VerbContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    try (OperatorConnection connection = context.connect()) {
      RevokeJoinTokenRequest request =
          RevokeJoinTokenRequest.newBuilder()
              .setJoinTokenId(tokenId)
              .setRequestId(requestId.value())
              .build();
      JoinToken revoked =
          connection.call(() -> connection.nodes().revokeJoinToken(request)).getJoinToken();
      Results.print(
          context,
          revoked,
          () -> context.terminal().line("Revoked join token " + revoked.getId() + "."));
      return 0;
    }
  }
}
