// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.connection;

import dev.muster.wire.NodeSecretKey;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;

/** Shows the node's key with every call. */
final class Authorization {
  private static final Metadata.Key<String> HEADER =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private Authorization() {}

  static Channel attach(Channel channel, NodeSecretKey key) {
    Metadata headers = new Metadata();
    headers.put(HEADER, "Bearer " + key.format());
    return ClientInterceptors.intercept(
        channel, MetadataUtils.newAttachHeadersInterceptor(headers));
  }
}
