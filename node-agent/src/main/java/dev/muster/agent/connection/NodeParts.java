// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.connection;

import dev.muster.agent.catalog.Catalog;
import dev.muster.agent.execution.InvocationRunner;
import dev.muster.agent.execution.ServerClock;
import dev.muster.agent.identity.IdentityStore;
import dev.muster.agent.journal.Journal;
import dev.muster.agent.loop.Loop;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * What a stream works with and what outlives it.
 *
 * @param loop the agent's thread
 * @param journal the agent's memory
 * @param runner takes commands
 * @param clock the server's time
 * @param catalog what the node can do now
 * @param identity the node's key
 * @param facts what the node says of itself
 * @param disk where output is read that is being sent
 */
public record NodeParts(
    Loop loop,
    Journal journal,
    InvocationRunner runner,
    ServerClock clock,
    Supplier<Catalog> catalog,
    IdentityStore identity,
    NodeFacts facts,
    Executor disk) {}
