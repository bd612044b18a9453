// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.output;

import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.wire.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * One upload while it comes in. Nothing of it counts before {@link #finish} has completed; whoever
 * began it ends it by {@link #close}, finished or not. Used by one thread at a time; blocks on the
 * disk.
 */
public final class Upload implements AutoCloseable {
  private final OutputUploads uploads;
  private final AnnouncedOutput announced;
  private final UUID file;
  private final FileChannel channel;
  private final MessageDigest digest = sha256();
  private long received;
  private boolean published;
  private boolean closed;

  Upload(OutputUploads uploads, AnnouncedOutput announced, UUID file, FileChannel channel) {
    this.uploads = uploads;
    this.announced = announced;
    this.file = file;
    this.channel = channel;
  }

  /**
   * Takes the next bytes.
   *
   * @throws BusException OUTPUT_DIGEST_MISMATCH where there are more than were announced,
   *     STORE_UNAVAILABLE
   */
  public void append(byte[] bytes) {
    received += bytes.length;
    if (received > announced.size()) {
      throw mismatch("more than the announced " + announced.size() + " bytes came");
    }
    digest.update(bytes);
    try {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
    } catch (IOException e) {
      throw OutputUploads.unavailable(e);
    }
  }

  /**
   * Makes what came valid, if it is what was announced.
   *
   * @return completes once it is durable; exceptionally where the invocation awaits no result any
   *     more, or the store failed
   * @throws BusException OUTPUT_DIGEST_MISMATCH, STORE_UNAVAILABLE
   */
  public CompletableFuture<StoredOutput> finish() {
    if (received != announced.size()) {
      throw mismatch(received + " of " + announced.size() + " announced bytes came");
    }
    if (!Sha256.of(digest.digest()).equals(announced.sha256())) {
      throw mismatch("the bytes have another digest than was announced");
    }
    CompletableFuture<StoredOutput> recorded;
    try {
      uploads.files().publish(file, channel);
      published = true;
      recorded = uploads.record(announced, file);
    } catch (IOException e) {
      throw OutputUploads.unavailable(e);
    }
    return recorded;
  }

  private BusException mismatch(String what) {
    return BusException.of(ErrorReason.OUTPUT_DIGEST_MISMATCH)
        .message("The upload is not what was announced: " + what + "; send it again.")
        .with("invocation_id", announced.invocation())
        .with("stream", announced.stream())
        .build();
  }

  /** Ends it; takes away what was not finished. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      uploads.ended(channel);
      if (!published) {
        uploads.discard(file);
      }
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
