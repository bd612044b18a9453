// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.connection;

import com.google.protobuf.ByteString;
import dev.muster.agent.catalog.Catalog;
import dev.muster.proto.agent.v1.CatalogAck;
import dev.muster.proto.agent.v1.CatalogPage;
import dev.muster.proto.agent.v1.ConnectRequest;
import dev.muster.proto.agent.v1.Welcome;
import dev.muster.wire.Limits;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the server's copy of the catalog the same as the node's, for one stream. On the loop. */
final class CatalogUpload {
  private static final Logger log = LoggerFactory.getLogger(CatalogUpload.class);

  private final Supplier<Catalog> catalog;
  private final Consumer<ConnectRequest> out;
  private ByteString told = ByteString.EMPTY;
  private int pageBytes = Limits.CATALOG_PAGE_BYTES;

  CatalogUpload(Supplier<Catalog> catalog, Consumer<ConnectRequest> out) {
    this.catalog = catalog;
    this.out = out;
  }

  /** Returns the digest for Hello, by which the server may know the catalog already. */
  ByteString digestForHello() {
    told = catalog.get().digest();
    return told;
  }

  /** The server has said what it wants. */
  void onWelcome(Welcome welcome) {
    if (welcome.getLimits().getCatalogPageBytes() > 0) {
      pageBytes = welcome.getLimits().getCatalogPageBytes();
    }
    if (welcome.getCatalogWanted()) {
      send(catalog.get());
    } else {
      sendIfChanged();
    }
  }

  void sendIfChanged() {
    Catalog now = catalog.get();
    if (!now.digest().equals(told)) {
      send(now);
    }
  }

  private void send(Catalog now) {
    told = now.digest();
    for (CatalogPage page : now.pages(pageBytes)) {
      out.accept(ConnectRequest.newBuilder().setCatalogPage(page).build());
    }
  }

  /** The server has taken it, but for what it tells. */
  void onAck(CatalogAck ack) {
    ack.getChangesList()
        .forEach(change -> log.info("Catalog: {} {}", change.getAction(), change.getFieldsList()));
    ack.getRefusedList()
        .forEach(
            refused ->
                log.error("Catalog: {} is refused: {}", refused.getAction(), refused.getMessage()));
  }
}
