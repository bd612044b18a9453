// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

import java.util.Locale;

/** How results are printed. */
public enum OutputFormat {
  /** For people. */
  TABLE,
  /** One JSON document: proto JSON with the field names of the proto files. */
  JSON,
  /** One JSON document per line: each resource of a list, each event of a watch. */
  JSONL;

  /** Whether machines read it. */
  public boolean isJson() {
    return this != TABLE;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
