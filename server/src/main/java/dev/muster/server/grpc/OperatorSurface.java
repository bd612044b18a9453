// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc;

import dev.muster.server.access.Authorizer;
import dev.muster.server.audit.RefusalAudit;
import io.grpc.BindableService;
import io.grpc.ServerBuilder;
import io.grpc.ServerInterceptors;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * What the operator port shows: the operators' services, health and reflection. In front of each
 * call, in this order: error mapping, the bound on waiting calls, authentication, audit of
 * refusals, authorization. Owns the threads on which operator calls run.
 */
public final class OperatorSurface implements AutoCloseable {
  private final List<BindableService> services;
  private final OperatorAuthenticationInterceptor authentication;
  private final RefusalAuditInterceptor refusals;
  private final OperatorAuthorizationInterceptor authorization;
  private final Supplier<UUID> ids;
  private final OperatorPool pool;
  private final OpenServices open = new OpenServices();

  /** Makes the surface; the ids name calls and incidents. */
  public OperatorSurface(
      List<BindableService> services,
      OperatorAuthenticationInterceptor authentication,
      RefusalAudit refusals,
      Authorizer authorizer,
      Supplier<UUID> ids) {
    this(services, authentication, refusals, authorizer, ids, new OperatorPool());
  }

  OperatorSurface(
      List<BindableService> services,
      OperatorAuthenticationInterceptor authentication,
      RefusalAudit refusals,
      Authorizer authorizer,
      Supplier<UUID> ids,
      OperatorPool pool) {
    this.services = List.copyOf(services);
    this.authentication = authentication;
    this.refusals = new RefusalAuditInterceptor(refusals);
    this.authorization = new OperatorAuthorizationInterceptor(authorizer);
    this.ids = ids;
    this.pool = pool;
  }

  /** Puts the surface on a server. Its calls run on this surface's threads and may block. */
  public void configure(ServerBuilder<?> builder) {
    ErrorMappingInterceptor errors = new ErrorMappingInterceptor(ids);
    for (BindableService service : services) {
      builder.addService(
          ServerInterceptors.interceptForward(
              LateParsing.of(service.bindService()),
              errors,
              pool,
              authentication,
              refusals,
              authorization));
    }
    open.addTo(builder, errors);
    builder.fallbackHandlerRegistry(new UnknownMethods(ids)).directExecutor().callExecutor(pool);
  }

  /** Tells health checks from now on that the server is going down. */
  void drain() {
    open.drain();
  }

  /** Stops the threads. Called once the server has ended. */
  @Override
  public void close() {
    pool.close();
  }
}
