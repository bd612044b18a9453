// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.page;

import java.util.Arrays;

/** What a presented page token turned out to be. */
public sealed interface OpenedPageToken {
  /** It is ours, for this caller and this filter: the list goes on behind this position. */
  final class Ok implements OpenedPageToken {
    private final byte[] keyset;

    Ok(byte[] keyset) {
      this.keyset = keyset;
    }

    /** Returns the position, as it was given to {@link PageTokens#issue}. */
    public byte[] keyset() {
      return keyset.clone();
    }

    @Override
    public String toString() {
      return "Ok[keyset=" + Arrays.toString(keyset) + "]";
    }
  }

  /** It is damaged, or was never ours. */
  record Invalid() implements OpenedPageToken {}

  /** It is ours, and was issued to another caller or for another filter. */
  record Foreign() implements OpenedPageToken {}
}
