// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.output;

import dev.muster.server.invocation.InvocationId;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * What is stored of runs' output, inside one transaction; its bytes are in files. Not thread-safe.
 */
public interface OutputStore {
  /** Returns what is stored of a stream. */
  Optional<StoredOutput> find(InvocationId invocation, RunStream stream);

  /** Records output, in place of what was stored of its stream. */
  void put(StoredOutput output);

  /** Forgets output, unless another has taken its place. */
  void delete(StoredOutput output);

  /** Returns the oldest, oldest first. */
  List<StoredOutput> oldest(int limit);

  /** Returns how many bytes are stored in all. Reads every row. */
  long totalBytes();

  /** Names every file. */
  void forEachFile(Consumer<UUID> consumer);
}
