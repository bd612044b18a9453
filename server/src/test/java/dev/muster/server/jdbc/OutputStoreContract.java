// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.invocation.InvocationId;
import dev.muster.server.output.RunStream;
import dev.muster.server.output.StoredOutput;
import dev.muster.wire.Sha256;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What the store of output promises. */
abstract class OutputStoreContract extends StoreContract {
  private final InvocationId invocation = new InvocationId(UUID.randomUUID());

  @Test
  void find_returnsWhatWasPut_ofEachStreamByItself() {
    StoredOutput stdout = output(invocation, RunStream.STDOUT, 10, Samples.NOW);
    StoredOutput stderr = output(invocation, RunStream.STDERR, 20, Samples.NOW);
    put(stdout, stderr);

    assertThat(found(tx -> tx.outputs().find(invocation, RunStream.STDOUT))).contains(stdout);
    assertThat(found(tx -> tx.outputs().find(invocation, RunStream.STDERR))).contains(stderr);
    assertThat(found(tx -> tx.outputs().find(id(), RunStream.STDOUT))).isEmpty();
  }

  @Test
  void put_takesThePlaceOfWhatWasThere() {
    StoredOutput first = output(invocation, RunStream.STDOUT, 10, Samples.NOW);
    StoredOutput second = output(invocation, RunStream.STDOUT, 30, Samples.NOW.plusSeconds(1));
    put(first, second);

    assertThat(found(tx -> tx.outputs().find(invocation, RunStream.STDOUT))).contains(second);
    assertThat(totalBytes()).isEqualTo(30);
  }

  @Test
  void delete_sparesWhatHasTakenItsPlace() {
    StoredOutput first = output(invocation, RunStream.STDOUT, 10, Samples.NOW);
    StoredOutput second = output(invocation, RunStream.STDOUT, 30, Samples.NOW);
    put(first, second);

    store().write(tx -> tx.outputs().delete(first));
    boolean spared = found(tx -> tx.outputs().find(invocation, RunStream.STDOUT)).isPresent();
    store().write(tx -> tx.outputs().delete(second));

    assertThat(spared).isTrue();
    assertThat(found(tx -> tx.outputs().find(invocation, RunStream.STDOUT))).isEmpty();
    assertThat(totalBytes()).isZero();
  }

  @Test
  void oldest_comesOldestFirst_upToTheLimit() {
    StoredOutput third = output(id(), RunStream.STDOUT, 3, Samples.NOW.plusSeconds(2));
    StoredOutput first = output(id(), RunStream.STDERR, 1, Samples.NOW);
    StoredOutput second = output(id(), RunStream.STDOUT, 2, Samples.NOW.plusSeconds(1));
    put(third, first, second);

    assertThat(listed(tx -> tx.outputs().oldest(2))).containsExactly(first, second);
  }

  @Test
  void forEachFile_namesAll() {
    StoredOutput stdout = output(invocation, RunStream.STDOUT, 10, Samples.NOW);
    StoredOutput stderr = output(invocation, RunStream.STDERR, 20, Samples.NOW);
    put(stdout, stderr);

    List<UUID> files =
        listed(
            tx -> {
              List<UUID> all = new ArrayList<>();
              tx.outputs().forEachFile(all::add);
              return all;
            });

    assertThat(files).containsExactlyInAnyOrder(stdout.file(), stderr.file());
  }

  private long totalBytes() {
    return store().read(tx -> tx.outputs().totalBytes());
  }

  private void put(StoredOutput... outputs) {
    store().write(tx -> List.of(outputs).forEach(tx.outputs()::put));
  }

  private static InvocationId id() {
    return new InvocationId(UUID.randomUUID());
  }

  private static StoredOutput output(
      InvocationId invocation, RunStream stream, long size, Instant time) {
    return new StoredOutput(
        invocation, stream, UUID.randomUUID(), size, Sha256.hash(new byte[] {(byte) size}), time);
  }
}
