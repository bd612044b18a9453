// SPDX-License-Identifier: Apache-2.0
package dev.muster.wire;

import java.time.Duration;

/**
 * The bounds and defaults that both ends keep to. What a server can be told otherwise is in its
 * Welcome.
 */
public final class Limits {
  /** Version of the agent's protocol. */
  public static final int PROTOCOL_VERSION = 1;

  /** Port that agents connect to. */
  public static final int AGENT_PORT = 7443;

  /** Port that operators connect to. */
  public static final int OPERATOR_PORT = 7444;

  /** Largest message on the agent port, in bytes. */
  public static final int AGENT_MESSAGE_BYTES = 1 << 20;

  /** Largest message on the operator port, in bytes. */
  public static final int OPERATOR_MESSAGE_BYTES = 8 << 20;

  /** How often each side of a session sends a sign of life. */
  public static final Duration HEARTBEAT_INTERVAL = Duration.ofSeconds(20);

  /** How many missed heartbeats end a session. */
  public static final int MISSED_HEARTBEATS = 3;

  /** Most callbacks that a session has sent and that are not acknowledged. */
  public static final int UNACKNOWLEDGED_CALLBACKS = 32;

  /** Most steps in one callback. */
  public static final int CALLBACK_STEPS = 8;

  /** How many runs go on at once on a node, where it does not say. */
  public static final int DEFAULT_SLOTS = 4;

  /** Most runs at once on a node. */
  public static final int MAX_SLOTS = 64;

  /** Largest input of an action, in bytes of JSON text. */
  public static final int INPUT_BYTES = 256 << 10;

  /** How deep JSON may nest: the number of objects and arrays around a value. */
  public static final int JSON_DEPTH = 64;

  /** Largest JSON Schema of an action's input, in bytes. */
  public static final int SCHEMA_BYTES = 64 << 10;

  /** How deep a JSON Schema may nest. */
  public static final int SCHEMA_DEPTH = 32;

  /** Most actions in a catalog. */
  public static final int CATALOG_ACTIONS = 256;

  /** Largest catalog, in bytes of its messages. */
  public static final int CATALOG_BYTES = 512 << 10;

  /** Largest page of a catalog, in bytes of its message. */
  public static final int CATALOG_PAGE_BYTES = 128 << 10;

  /**
   * Longest name of an action, in characters; of an exclusive group and of a reason's code as well.
   */
  public static final int ACTION_NAME_CHARS = 128;

  /** Longest summary of an action, in characters. */
  public static final int SUMMARY_CHARS = 256;

  /** Longest version of an action or an agent, in characters. */
  public static final int VERSION_CHARS = 64;

  /** Longest condition of an action or a policy, in characters. */
  public static final int CONDITION_CHARS = 4_096;

  /** Largest output per stream that travels in a report, in bytes. */
  public static final int INLINE_OUTPUT_BYTES = 16 << 10;

  /** Largest {@code data_json} or {@code details_json} of a result, in bytes. */
  public static final int RESULT_JSON_BYTES = 16 << 10;

  /** How much of each output stream is kept where the action does not say, in bytes. */
  public static final long DEFAULT_OUTPUT_BYTES = 1L << 20;

  /** Most of each output stream that is ever kept, in bytes. */
  public static final long MAX_OUTPUT_BYTES = 64L << 20;

  /** Largest chunk of an upload, in bytes. */
  public static final int UPLOAD_CHUNK_BYTES = 64 << 10;

  /** Longest selector, in characters. */
  public static final int SELECTOR_CHARS = 4_096;

  /** Most values in one set of a selector. */
  public static final int SELECTOR_SET_VALUES = 256;

  /** Most nodes that a dispatch names by id. */
  public static final int TARGET_NODE_IDS = 10_000;

  /** Most nodes in a cohort. */
  public static final int COHORT_NODES = 100_000;

  /** Entries of a page where the request does not say. */
  public static final int DEFAULT_PAGE_SIZE = 50;

  /** Most entries of a page. */
  public static final int MAX_PAGE_SIZE = 200;

  /** Longest error text of a result, in characters. */
  public static final int ERROR_TEXT_CHARS = 4_096;

  /** Longest {@code request_id}, in characters. */
  public static final int REQUEST_ID_CHARS = 128;

  /** How long a {@code request_id} is remembered. */
  public static final Duration REQUEST_ID_KEPT = Duration.ofHours(24);

  /** Most facts that a node tells. */
  public static final int FACTS = 64;

  /** Longest key of a fact, in characters. */
  public static final int FACT_KEY_CHARS = 63;

  /** Longest value of a fact, in characters. */
  public static final int FACT_VALUE_CHARS = 256;

  /** Longest machine id and machine fingerprint, in characters. */
  public static final int MACHINE_ID_CHARS = 128;

  /** Live executions of a domain where the server is not told otherwise. */
  public static final int LIVE_EXECUTIONS = 1_000;

  /** How long after its release an invocation may start, where the dispatch does not say. */
  public static final Duration DEFAULT_START_WITHIN = Duration.ofHours(1);

  /** How long a whole execution may take, where the dispatch does not say. */
  public static final Duration DEFAULT_EXPIRE_AFTER = Duration.ofDays(7);

  /** How long a run may take where neither dispatch nor action says. */
  public static final Duration DEFAULT_RUN_TIMEOUT = Duration.ofMinutes(10);

  /** Shortest run timeout. */
  public static final Duration MIN_RUN_TIMEOUT = Duration.ofSeconds(1);

  /** Longest run timeout. */
  public static final Duration MAX_RUN_TIMEOUT = Duration.ofHours(24);

  /**
   * What a report deadline adds to the run timeout: once for the way there, once for the way back.
   */
  public static final Duration REPORT_SLACK = Duration.ofSeconds(60);

  /** How long nodes may take to get ready, where the dispatch does not say. */
  public static final Duration DEFAULT_PREPARE_WITHIN = Duration.ofSeconds(60);

  /** Shortest time in which nodes get ready. */
  public static final Duration MIN_PREPARE_WITHIN = Duration.ofSeconds(1);

  /** Longest time in which nodes get ready. */
  public static final Duration MAX_PREPARE_WITHIN = Duration.ofHours(24);

  /** How long a reservation outlives the barrier that it was made for. */
  public static final Duration RESERVATION_SLACK = Duration.ofSeconds(30);

  /** How long a process tree has between TERM and KILL, where the cancel does not say. */
  public static final Duration DEFAULT_CANCEL_GRACE = Duration.ofSeconds(10);

  /** Longest time between TERM and KILL. */
  public static final Duration MAX_CANCEL_GRACE = Duration.ofMinutes(10);

  /** How long after the end of its execution an id stays in an agent's spent log. */
  public static final Duration SPENT_KEPT = Duration.ofDays(7);

  private Limits() {}
}
