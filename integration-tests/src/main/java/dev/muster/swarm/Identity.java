// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm;

import dev.muster.wire.NodeSecretKey;

/** Who a node of the swarm is. */
record Identity(String name, NodeSecretKey key) {}
