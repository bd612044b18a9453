// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.journal;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.muster.agent.process.ProcessMark;
import dev.muster.proto.agent.v1.CallbackStep;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * The bytes of an entry's file: the magic {@code MUSJ}, a version, the length of the body, its
 * CRC-32C, and the body. Whatever is not exactly that is corrupt: no byte may change, be missing or
 * follow.
 */
final class EntryFormat {
  /** Largest file that is read; more than a command and its report can come to. */
  static final int MAX_BYTES = 2 << 20;

  private static final int MAGIC = 0x4d55534a;
  private static final int VERSION = 1;
  private static final int HEADER_BYTES = 16;
  private static final int MOST_STEPS = 64;

  private EntryFormat() {}

  static byte[] encode(JournalEntry entry) {
    byte[] body = body(entry);
    return ByteBuffer.allocate(HEADER_BYTES + body.length)
        .putInt(MAGIC)
        .putInt(VERSION)
        .putInt(body.length)
        .putInt(checksum(body))
        .put(body)
        .array();
  }

  static JournalEntry decode(byte[] file) throws CorruptEntryException {
    if (file.length < HEADER_BYTES) {
      throw new CorruptEntryException("the file has only " + file.length + " bytes");
    }
    ByteBuffer header = ByteBuffer.wrap(file);
    if (header.getInt() != MAGIC) {
      throw new CorruptEntryException("the file does not begin like an entry");
    }
    int version = header.getInt();
    if (version != VERSION) {
      throw new CorruptEntryException("version " + version + " is not known");
    }
    int length = header.getInt();
    int checksum = header.getInt();
    if (length != file.length - HEADER_BYTES) {
      throw new CorruptEntryException("the length is wrong");
    }
    byte[] body = new byte[length];
    header.get(body);
    if (checksum(body) != checksum) {
      throw new CorruptEntryException("the checksum is wrong");
    }
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(body))) {
      JournalEntry entry = read(in);
      if (in.read() >= 0) {
        throw new CorruptEntryException("something follows the entry");
      }
      return entry;
    } catch (IOException | DateTimeException e) {
      throw new CorruptEntryException("the entry cannot be read", e);
    }
  }

  private static byte[] body(JournalEntry entry) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512 + entry.execute().size());
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeLong(entry.id().value().getMostSignificantBits());
      out.writeLong(entry.id().value().getLeastSignificantBits());
      out.writeLong(entry.ordinal());
      out.writeLong(entry.epoch());
      out.writeLong(entry.expireTime().getEpochSecond());
      out.writeByte(entry.phase().code());
      out.writeInt(entry.attempt());
      out.writeBoolean(entry.idempotent());
      out.writeUTF(entry.marker());
      out.writeBoolean(entry.process().isPresent());
      if (entry.process().isPresent()) {
        ProcessMark process = entry.process().get();
        out.writeLong(process.pid());
        out.writeLong(process.startTicks());
        out.writeUTF(process.bootId());
      }
      write(out, entry.execute());
      out.writeInt(entry.steps().size());
      for (CallbackStep step : entry.steps()) {
        write(out, step.toByteString());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static JournalEntry read(DataInputStream in) throws IOException, CorruptEntryException {
    InvocationId id = new InvocationId(new UUID(in.readLong(), in.readLong()));
    long ordinal = in.readLong();
    long epoch = in.readLong();
    Instant expireTime = Instant.ofEpochSecond(in.readLong());
    Phase phase = Phase.of(in.readByte());
    int attempt = in.readInt();
    boolean idempotent = in.readBoolean();
    String marker = in.readUTF();
    Optional<ProcessMark> process =
        in.readBoolean()
            ? Optional.of(new ProcessMark(in.readLong(), in.readLong(), in.readUTF()))
            : Optional.empty();
    ByteString execute = readBytes(in);
    int count = in.readInt();
    if (count < 0 || count > MOST_STEPS) {
      throw new CorruptEntryException("an entry of " + count + " steps");
    }
    List<CallbackStep> steps = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      try {
        steps.add(CallbackStep.parseFrom(readBytes(in)));
      } catch (InvalidProtocolBufferException e) {
        throw new CorruptEntryException("a step cannot be read", e);
      }
    }
    return new JournalEntry(
        id,
        ordinal,
        epoch,
        expireTime,
        phase,
        attempt,
        idempotent,
        marker,
        process,
        execute,
        steps);
  }

  private static void write(DataOutputStream out, ByteString bytes) throws IOException {
    out.writeInt(bytes.size());
    bytes.writeTo(out);
  }

  private static ByteString readBytes(DataInputStream in)
      throws IOException, CorruptEntryException {
    int length = in.readInt();
    if (length < 0 || length > in.available()) {
      throw new CorruptEntryException("a field of " + length + " bytes");
    }
    return ByteString.copyFrom(in.readNBytes(length));
  }

  private static int checksum(byte[] body) {
    CRC32C crc = new CRC32C();
    crc.update(body);
    return (int) crc.getValue();
  }
}
