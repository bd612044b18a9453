// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import dev.muster.server.node.Labels;
import dev.muster.server.node.Node;
import dev.muster.server.node.NodeId;
import dev.muster.server.node.NodeName;
import dev.muster.server.node.NodeState;
import dev.muster.server.node.NodeStore;
import dev.muster.wire.Sha256;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Nodes and their newest sessions: table {@code node}. */
final class JdbcNodeStore implements NodeStore {
  private static final String COLUMNS =
      """
      id, project_id, name, labels, state, catalog_digest, create_time, machine_id
      """;

  private final Statements statements;

  JdbcNodeStore(Statements statements) {
    this.statements = statements;
  }

  private static final String INSERT =
      """
      INSERT INTO node (id, project_id, name, labels, state, catalog_digest, create_time, machine_id,
        version, epoch, machine_fingerprint, facts)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, 0, ?, ?)
      """;

  @Override
  public void insert(Node node, Map<String, String> facts, String machineFingerprint) {
    statements.update(
        INSERT,
        params ->
            params
                .id(node.id().value())
                .text(node.projectId())
                .text(node.name().value())
                .text(StoredMaps.json(node.labels().asMap()))
                .word(node.state())
                .bytes(node.catalogDigest().bytes())
                .time(node.createTime())
                .text(node.machineId())
                .text(machineFingerprint)
                .text(StoredMaps.json(facts)));
  }

  private static final String UPDATE =
      """
      UPDATE node
      SET labels = ?, state = ?, catalog_digest = ?, machine_id = ?, version = version + 1
      WHERE id = ?
      """;

  @Override
  public void update(Node node) {
    statements.update(
        UPDATE,
        params ->
            params
                .text(StoredMaps.json(node.labels().asMap()))
                .word(node.state())
                .bytes(node.catalogDigest().bytes())
                .text(node.machineId())
                .id(node.id().value()));
  }

  static final String FIND =
      "SELECT "
          + COLUMNS
          + """
          FROM node
          WHERE id = ?
          """;

  @Override
  public Optional<Node> find(NodeId id) {
    return statements.find(FIND, params -> params.id(id.value()), JdbcNodeStore::node);
  }

  static final String FIND_BY_NAME =
      "SELECT "
          + COLUMNS
          + """
          FROM node
          WHERE project_id = ? AND name = ?
          """;

  @Override
  public Optional<Node> findByName(String projectId, String name) {
    return statements.find(
        FIND_BY_NAME, params -> params.text(projectId).text(name), JdbcNodeStore::node);
  }

  private static final String ALL =
      "SELECT "
          + COLUMNS
          + """
          FROM node
          """;

  @Override
  public void forEach(Consumer<Node> consumer) {
    statements.forEach(ALL, Statements.Binding.NONE, JdbcNodeStore::node, consumer);
  }

  private static Node node(Row row) throws SQLException {
    return new Node(
        new NodeId(row.id()),
        row.text(),
        new NodeName(row.text()),
        Labels.of(StoredMaps.texts(row.text())),
        row.word(NodeState.class),
        Sha256.of(row.bytes()),
        row.time(),
        row.text());
  }

  private static final String VERSION =
      """
      SELECT version
      FROM node
      WHERE id = ?
      """;

  @Override
  public long version(NodeId id) {
    return statements.find(VERSION, params -> params.id(id.value()), Row::longNumber).orElse(0L);
  }

  private static final String SESSION =
      """
      SELECT epoch, journal_id, instance_id, agent_version, slots, facts, remote_address,
        clock_skew_millis, connect_time, last_seen_time, shared_key_time, shared_key_addresses,
        confirmed_epoch
      FROM node
      WHERE id = ? AND epoch > 0
      """;

  @Override
  public Optional<SessionRecord> session(NodeId id) {
    return statements.find(SESSION, params -> params.id(id.value()), JdbcNodeStore::session);
  }

  private static SessionRecord session(Row row) throws SQLException {
    return new SessionRecord(
        row.longNumber(),
        row.bytes(),
        row.bytes(),
        row.text(),
        row.number(),
        StoredMaps.texts(row.text()),
        row.text(),
        row.longNumber(),
        row.time(),
        row.time(),
        sharedKey(row.nullableTime(), row.text()),
        row.longNumber());
  }

  private static Optional<SharedKey> sharedKey(@Nullable Instant time, String addresses) {
    return time == null ? Optional.empty() : Optional.of(new SharedKey(time, addresses));
  }

  private static final String RECORD_SESSION =
      """
      UPDATE node
      SET epoch = ?, journal_id = ?, instance_id = ?, agent_version = ?, slots = ?, facts = ?,
        remote_address = ?, clock_skew_millis = ?, connect_time = ?, last_seen_time = ?,
        shared_key_time = ?, shared_key_addresses = ?, confirmed_epoch = ?
      WHERE id = ?
      """;

  @Override
  public void recordSession(NodeId id, SessionRecord session) {
    statements.update(
        RECORD_SESSION,
        params ->
            params
                .number(session.epoch())
                .bytes(session.journalId())
                .bytes(session.instanceId())
                .text(session.agentVersion())
                .number(session.slots())
                .text(StoredMaps.json(session.facts()))
                .text(session.remoteAddress())
                .number(session.clockSkewMillis())
                .time(session.connectTime())
                .time(session.lastSeenTime())
                .time(session.sharedKey().map(SharedKey::time).orElse(null))
                .text(session.sharedKey().map(SharedKey::addresses).orElse(""))
                .number(session.confirmedEpoch())
                .id(id.value()));
  }

  private static final String RECORD_SEEN =
      """
      UPDATE node
      SET last_seen_time = ?, confirmed_epoch = max(confirmed_epoch, ?)
      WHERE id = ?
      """;

  @Override
  public void recordSeen(List<Seen> seen) {
    statements.batch(
        RECORD_SEEN,
        seen,
        (params, one) -> params.time(one.time()).number(one.confirmedEpoch()).id(one.id().value()));
  }

  private static final String RECORD_CONFIRMED =
      """
      UPDATE node
      SET confirmed_epoch = max(confirmed_epoch, ?)
      WHERE id = ?
      """;

  @Override
  public void recordConfirmed(NodeId id, long epoch) {
    statements.update(RECORD_CONFIRMED, params -> params.number(epoch).id(id.value()));
  }
}
