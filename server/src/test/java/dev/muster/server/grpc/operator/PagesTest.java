// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.BytesValue;
import dev.muster.server.page.Page;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PagesTest {
  private final List<Integer> read = new ArrayList<>();

  /** A list of the numbers from 0 on. */
  private Pages.Reader<Integer> numbers(int count) {
    return (after, size) -> {
      read.add(size);
      int from = after.map(last -> last + 1).orElse(0);
      int to = Math.min(count, from + size);
      return new Page<>(IntStream.range(from, to).boxed().toList(), to < count);
    };
  }

  @ParameterizedTest
  @CsvSource({
    "0,10", "1,1", "10,10", "11,10", "25,25", "26,25", "24,25", "60,50", "50,50", "51,200"
  })
  void pagesOfSmallEntries_haveTheSizeAskedFor(int count, int size) {
    List<Integer> walked = new ArrayList<>();
    Optional<Integer> last = Optional.empty();
    do {
      Optional<Integer> from = last;
      Pages.Filled<Integer, BytesValue> filled =
          Pages.fill(
              size,
              (after, portion) -> numbers(count).read(after.or(() -> from), portion),
              number -> {
                walked.add(number);
                return BytesValue.getDefaultInstance();
              });
      last = filled.last();
      assertThat(filled.messages())
          .hasSize(last.isPresent() ? size : (count == 0 ? 0 : (count - 1) % size + 1));
    } while (last.isPresent());

    assertThat(walked).hasSize(count).isSorted().doesNotHaveDuplicates();
    assertThat(read).allMatch(portion -> portion > 0 && portion <= 25);
  }

  @Test
  void pageOfLargeEntries_endsEarly() {
    BytesValue large =
        BytesValue.newBuilder().setValue(ByteString.copyFrom(new byte[1 << 20])).build();

    Pages.Filled<Integer, BytesValue> filled = Pages.fill(200, numbers(100), number -> large);

    assertThat(filled.messages()).hasSize(2);
    assertThat(filled.last()).contains(1);
  }

  @Test
  void largeEntryAtTheVeryEnd_isTheLastPage() {
    BytesValue large =
        BytesValue.newBuilder().setValue(ByteString.copyFrom(new byte[3 << 20])).build();

    Pages.Filled<Integer, BytesValue> filled = Pages.fill(200, numbers(1), number -> large);

    assertThat(filled.messages()).hasSize(1);
    assertThat(filled.last()).isEmpty();
  }
}
