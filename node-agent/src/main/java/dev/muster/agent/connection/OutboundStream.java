// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.connection;

import dev.muster.proto.agent.v1.ConnectRequest;
import io.grpc.stub.ClientCallStreamObserver;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * The one owner of the sending side of a stream. Sends while the transport takes it, and keeps at
 * most {@value #CAPACITY} messages until it does. Confined to the loop.
 */
final class OutboundStream {
  static final int CAPACITY = 512;

  private final ClientCallStreamObserver<ConnectRequest> observer;
  private final Queue<ConnectRequest> waiting = new ArrayDeque<>();
  private boolean closed;

  OutboundStream(ClientCallStreamObserver<ConnectRequest> observer) {
    this.observer = observer;
  }

  /** Sends a message, now or in its turn; false if too many wait: the stream is of no use then. */
  boolean trySend(ConnectRequest message) {
    if (closed) {
      return true;
    }
    if (waiting.isEmpty() && observer.isReady()) {
      observer.onNext(message);
      return true;
    }
    return waiting.size() < CAPACITY && waiting.add(message);
  }

  /** Sends a message only if it can go now. */
  void sendIfReady(ConnectRequest message) {
    if (!closed && waiting.isEmpty() && observer.isReady()) {
      observer.onNext(message);
    }
  }

  /** Sends what waits, as far as the transport takes it. */
  void flush() {
    while (!closed && observer.isReady() && !waiting.isEmpty()) {
      observer.onNext(waiting.remove());
    }
  }

  /** Ends the sending side once what waits is sent; what cannot be sent is dropped. */
  void close() {
    if (!closed) {
      flush();
      closed = true;
      waiting.clear();
      observer.onCompleted();
    }
  }

  /** Drops everything: the stream has ended. */
  void abandon() {
    closed = true;
    waiting.clear();
  }
}
