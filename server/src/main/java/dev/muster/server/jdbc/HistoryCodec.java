// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import dev.muster.server.invocation.Driver;
import dev.muster.server.invocation.HistoryEntry;
import dev.muster.server.invocation.InvocationState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Histories as the store keeps them: one line per entry, so that more are appended without reading
 * what is there. A line is the format's version and the fields of the entry, separated by bars:
 * states by two letters, the driver by one, times as microseconds in base 36; what is absent, empty
 * or 0 is left out.
 */
final class HistoryCodec {
  private static final char VERSION = '1';
  private static final char SEPARATOR = '|';
  private static final char ESCAPE = '\\';
  private static final char END = '\n';
  private static final int BASE = 36;
  private static final int FIELDS = 10;
  private static final int USUAL_LINE = 112;
  private static final String DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz";

  private static final Map<String, InvocationState> STATES =
      byCode(InvocationState.values(), HistoryCodec::code);
  private static final Map<String, Driver> DRIVERS = byCode(Driver.values(), HistoryCodec::code);

  private HistoryCodec() {}

  /** Returns the lines of these entries. */
  static String encode(List<HistoryEntry> entries) {
    StringBuilder lines = new StringBuilder(USUAL_LINE * entries.size());
    for (HistoryEntry entry : entries) {
      append(lines, entry);
    }
    return lines.toString();
  }

  /** Returns the line of this entry. */
  static String encode(HistoryEntry entry) {
    StringBuilder line = new StringBuilder(USUAL_LINE);
    append(line, entry);
    return line.toString();
  }

  /**
   * Returns the entries of these lines.
   *
   * @throws IllegalStateException if they are not what {@link #encode(List)} writes
   */
  static List<HistoryEntry> decode(String lines) {
    List<HistoryEntry> entries = new ArrayList<>();
    int begin = 0;
    while (begin < lines.length()) {
      int end = lines.indexOf(END, begin);
      if (end < 0) {
        throw damaged(lines.substring(begin));
      }
      entries.add(entry(lines.substring(begin, end)));
      begin = end + 1;
    }
    return entries;
  }

  private static void append(StringBuilder line, HistoryEntry entry) {
    InvocationState from = entry.from();
    line.append(VERSION).append(SEPARATOR);
    line.append(from == null ? "" : code(from)).append(SEPARATOR);
    line.append(code(entry.to())).append(SEPARATOR);
    appendTime(line, entry.time()).append(SEPARATOR);
    line.append(code(entry.driver())).append(SEPARATOR);
    appendEscaped(line, entry.replica()).append(SEPARATOR);
    appendNumber(line, entry.epoch()).append(SEPARATOR);
    appendEscaped(line, entry.reason()).append(SEPARATOR);
    appendTime(line, entry.agentTime()).append(SEPARATOR);
    appendNumber(line, entry.attempt()).append(END);
  }

  private static StringBuilder appendTime(StringBuilder line, @Nullable Instant time) {
    if (time != null) {
      appendDigits(line, StoredTimes.micros(time));
    }
    return line;
  }

  /** As Long.toString does in base 36, without a text of its own: four of these per invocation. */
  private static void appendDigits(StringBuilder line, long number) {
    if (number < 0) {
      line.append(Long.toString(number, BASE));
      return;
    }
    int begin = line.length();
    long rest = number;
    do {
      line.append(DIGITS.charAt((int) (rest % BASE)));
      rest /= BASE;
    } while (rest > 0);
    for (int i = begin, j = line.length() - 1; i < j; i++, j--) {
      char digit = line.charAt(i);
      line.setCharAt(i, line.charAt(j));
      line.setCharAt(j, digit);
    }
  }

  private static StringBuilder appendNumber(StringBuilder line, long number) {
    return number == 0 ? line : line.append(number);
  }

  private static StringBuilder appendEscaped(StringBuilder line, String text) {
    if (isPlain(text)) {
      return line.append(text);
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case SEPARATOR -> line.append(ESCAPE).append('b');
        case ESCAPE -> line.append(ESCAPE).append('e');
        case END -> line.append(ESCAPE).append('n');
        case '\0' -> line.append(ESCAPE).append('0'); // Databases end texts there.
        default -> line.append(c);
      }
    }
    return line;
  }

  private static boolean isPlain(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == SEPARATOR || c == ESCAPE || c == END || c == '\0') {
        return false;
      }
    }
    return true;
  }

  private static HistoryEntry entry(String line) {
    String[] fields = line.split("\\|", -1);
    if (fields.length != FIELDS || !fields[0].equals(String.valueOf(VERSION))) {
      throw damaged(line);
    }
    InvocationState to = STATES.get(fields[2]);
    Driver driver = DRIVERS.get(fields[4]);
    Instant time = time(fields[3]);
    if (to == null || driver == null || time == null) {
      throw damaged(line);
    }
    return new HistoryEntry(
        STATES.get(fields[1]),
        to,
        time,
        driver,
        unescape(fields[5]),
        number(fields[6]),
        unescape(fields[7]),
        time(fields[8]),
        Math.toIntExact(number(fields[9])));
  }

  private static @Nullable Instant time(String field) {
    return field.isEmpty() ? null : StoredTimes.instant(Long.parseLong(field, BASE));
  }

  private static long number(String field) {
    return field.isEmpty() ? 0 : Long.parseLong(field);
  }

  private static String unescape(String field) {
    if (field.indexOf(ESCAPE) < 0) {
      return field;
    }
    StringBuilder text = new StringBuilder(field.length());
    boolean escaped = false;
    for (int i = 0; i < field.length(); i++) {
      char c = field.charAt(i);
      if (escaped) {
        text.append(unescape(c, field));
        escaped = false;
      } else if (c == ESCAPE) {
        escaped = true;
      } else {
        text.append(c);
      }
    }
    if (escaped) {
      throw damaged(field);
    }
    return text.toString();
  }

  private static char unescape(char c, String field) {
    return switch (c) {
      case 'b' -> SEPARATOR;
      case 'e' -> ESCAPE;
      case 'n' -> END;
      case '0' -> '\0';
      default -> throw damaged(field);
    };
  }

  private static String code(InvocationState state) {
    return switch (state) {
      case PENDING -> "PE";
      case PREPARING -> "PG";
      case PREPARED -> "PD";
      case DISPATCHED -> "DI";
      case ACKNOWLEDGED -> "AC";
      case STARTED -> "ST";
      case SUCCEEDED -> "SU";
      case FAILED -> "FA";
      case TIMED_OUT -> "TO";
      case CANCELLED -> "CA";
      case REJECTED -> "RE";
      case EXPIRED -> "EX";
      case LOST -> "LO";
    };
  }

  private static String code(Driver driver) {
    return switch (driver) {
      case DISPATCH -> "D";
      case COURIER -> "C";
      case NODE -> "N";
      case RECONCILE -> "R";
      case CLOCK -> "K";
      case OPERATOR -> "O";
      case GATE -> "G";
      case BARRIER -> "B";
      case REVOCATION -> "V";
    };
  }

  private static <E> Map<String, E> byCode(E[] values, Function<E, String> code) {
    return Arrays.stream(values).collect(Collectors.toUnmodifiableMap(code, value -> value));
  }

  private static IllegalStateException damaged(String line) {
    return new IllegalStateException("a history is damaged in the store: " + line);
  }
}
