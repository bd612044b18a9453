// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos.check;

import java.util.List;

/** Something that must be true of every run of the breaker. Pure and stateless. */
interface Rule {
  /** Returns where it was broken; empty: nowhere. */
  List<Violation> check(Evidence evidence);
}
