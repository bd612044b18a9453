// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc;

import io.grpc.BindableService;
import io.grpc.ServerBuilder;
import io.grpc.ServerInterceptors;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * What the agent port shows: the agent's service, health and reflection, behind error mapping and
 * authentication by key.
 */
public final class AgentSurface {
  private final BindableService agentService;
  private final NodeAuthenticationInterceptor authentication;
  private final Supplier<UUID> ids;
  private final OpenServices open = new OpenServices();

  /** Makes the surface; the ids name calls and incidents. */
  public AgentSurface(
      BindableService agentService,
      NodeAuthenticationInterceptor authentication,
      Supplier<UUID> ids) {
    this.agentService = agentService;
    this.authentication = authentication;
    this.ids = ids;
  }

  /**
   * Puts the surface on a server. Its calls run on the transport's threads: no handler may block.
   */
  public void configure(ServerBuilder<?> builder) {
    ErrorMappingInterceptor errors = new ErrorMappingInterceptor(ids);
    // The handler sees parsed messages, the interceptors do not: so a garbled one is theirs to
    // answer.
    builder.addService(
        ServerInterceptors.interceptForward(
            LateParsing.of(agentService.bindService()), errors, authentication));
    open.addTo(builder, errors);
    builder.fallbackHandlerRegistry(new UnknownMethods(ids)).directExecutor();
  }

  /** Tells health checks from now on that the server is going down. */
  void drain() {
    open.drain();
  }
}
