// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.durable;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A disk in memory that can stop in the middle of anything. What is not synced is lost in the worst
 * case, and there in the best; a write that was under way may be torn.
 */
public final class CrashableFiles implements DurableFiles {
  /** How much of what was not synced is left after a crash. */
  public enum Loss {
    /** The power went: only what was synced is left. */
    ALL_UNSYNCED,
    /** The process was killed: everything that reached the kernel is left. */
    NOTHING
  }

  /** The machine stopped here. */
  public static final class Crash extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private static final class Inode {
    byte[] live = new byte[0];
    byte[] synced = new byte[0];
  }

  private Map<String, Inode> liveNames = new HashMap<>();
  private Map<String, Inode> syncedNames = new HashMap<>();
  private long stepsLeft = Long.MAX_VALUE;
  private long steps;
  private boolean failing;

  /** Stops the machine after so many more steps. */
  public void crashAfter(long steps) {
    this.stepsLeft = steps;
  }

  /** From now on, everything that changes the disk fails, or no longer does. */
  public void failWrites(boolean failing) {
    this.failing = failing;
  }

  /** Returns how many steps were taken. */
  public long steps() {
    return steps;
  }

  /** Returns the disk as the next start finds it. */
  public CrashableFiles afterCrash(Loss loss) {
    CrashableFiles next = new CrashableFiles();
    Map<String, Inode> names = loss == Loss.NOTHING ? liveNames : syncedNames;
    Function<Inode, byte[]> content = inode -> loss == Loss.NOTHING ? inode.live : inode.synced;
    names.forEach(
        (name, inode) -> {
          Inode copy = new Inode();
          copy.live = content.apply(inode).clone();
          copy.synced = copy.live;
          next.liveNames.put(name, copy);
          next.syncedNames.put(name, copy);
        });
    return next;
  }

  /** Returns the names of all files. */
  public List<String> names() {
    return liveNames.keySet().stream().sorted().toList();
  }

  /** Changes a file behind everybody's back. */
  public void corrupt(String path, Function<byte[], byte[]> change) {
    Inode inode = new Inode();
    inode.live = change.apply(contentOf(path));
    inode.synced = inode.live;
    liveNames.put(path, inode);
    syncedNames.put(path, inode);
  }

  /** Returns the bytes of a file. */
  public byte[] contentOf(String path) {
    Inode inode = liveNames.get(path);
    return inode == null ? new byte[0] : inode.live.clone();
  }

  @Override
  public void createDirectory(String path) {}

  @Override
  public List<String> list(String directory) {
    List<String> names = new ArrayList<>();
    for (String path : liveNames.keySet()) {
      if (directoryOf(path).equals(directory)) {
        names.add(path.substring(path.lastIndexOf('/') + 1));
      }
    }
    return names;
  }

  @Override
  public boolean exists(String path) {
    return liveNames.containsKey(path);
  }

  @Override
  public byte[] read(String path, int maxBytes) throws IOException {
    Inode inode = liveNames.get(path);
    if (inode == null) {
      throw new FileNotFoundException(path);
    }
    if (inode.live.length > maxBytes) {
      throw new IOException(path + " is too large");
    }
    return inode.live.clone();
  }

  @Override
  public void writeSynced(String path, byte[] bytes) throws IOException {
    step();
    Inode inode = new Inode();
    liveNames.put(path, inode);
    step();
    inode.live = Arrays.copyOf(bytes, bytes.length / 2);
    step();
    inode.live = bytes.clone();
    step();
    inode.synced = inode.live;
  }

  @Override
  public void appendSynced(String path, byte[] bytes) throws IOException {
    step();
    Inode inode = liveNames.computeIfAbsent(path, p -> new Inode());
    byte[] before = inode.live;
    inode.live = joined(before, Arrays.copyOf(bytes, bytes.length / 2));
    step();
    inode.live = joined(before, bytes);
    step();
    inode.synced = inode.live;
  }

  @Override
  public void truncate(String path, long size) throws IOException {
    step();
    Inode inode = liveNames.get(path);
    if (inode == null) {
      throw new FileNotFoundException(path);
    }
    inode.live = Arrays.copyOf(inode.live, (int) size);
    inode.synced = inode.live;
  }

  @Override
  public void rename(String from, String to) throws IOException {
    step();
    Inode inode = liveNames.remove(from);
    if (inode == null) {
      throw new FileNotFoundException(from);
    }
    liveNames.put(to, inode);
  }

  @Override
  public void syncDirectory(String directory) throws IOException {
    step();
    syncedNames.keySet().removeIf(path -> directoryOf(path).equals(directory));
    liveNames.forEach(
        (path, inode) -> {
          if (directoryOf(path).equals(directory)) {
            syncedNames.put(path, inode);
          }
        });
  }

  @Override
  public void delete(String path) throws IOException {
    step();
    liveNames.remove(path);
  }

  private void step() throws IOException {
    if (failing) {
      throw new IOException("No space left on device");
    }
    if (stepsLeft-- <= 0) {
      throw new Crash();
    }
    steps++;
  }

  private static String directoryOf(String path) {
    int slash = path.lastIndexOf('/');
    return slash < 0 ? "" : path.substring(0, slash);
  }

  private static byte[] joined(byte[] first, byte[] second) {
    byte[] joined = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, joined, first.length, second.length);
    return joined;
  }
}
