-- SPDX-License-Identifier: Apache-2.0
--
-- Ids are 16 bytes, instants microseconds since 1970, durations microseconds, states and other enums their words, maps JSON text.
-- Rows that every dispatch writes (invocation, audit, cohort_slice) name others without foreign keys: the one writer made those too.

CREATE TABLE domain (
  domain_id TEXT NOT NULL PRIMARY KEY
) STRICT;

INSERT INTO domain (domain_id) VALUES ('default');

CREATE TABLE project (
  project_id TEXT NOT NULL PRIMARY KEY,
  domain_id TEXT NOT NULL REFERENCES domain (domain_id)
) STRICT;

CREATE INDEX project_of_domain ON project (domain_id);

INSERT INTO project (project_id, domain_id) VALUES ('default', 'default');

-- A node and its newest session. epoch 0: it never connected, and what belongs to the session is null.
CREATE TABLE node (
  id BLOB NOT NULL PRIMARY KEY,
  project_id TEXT NOT NULL REFERENCES project (project_id),
  name TEXT NOT NULL,
  labels TEXT NOT NULL,
  state TEXT NOT NULL,
  catalog_digest BLOB NOT NULL,
  create_time INTEGER NOT NULL,
  machine_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  last_seen_time INTEGER,
  connect_time INTEGER,
  journal_id BLOB,
  instance_id BLOB,
  agent_version TEXT,
  slots INTEGER,
  remote_address TEXT,
  clock_skew_millis INTEGER,
  machine_fingerprint TEXT NOT NULL,
  facts TEXT NOT NULL,
  UNIQUE (project_id, name)
) STRICT;

CREATE INDEX node_of_catalog ON node (catalog_digest);

CREATE TABLE node_key (
  id BLOB NOT NULL PRIMARY KEY,
  node_id BLOB NOT NULL REFERENCES node (id),
  hash BLOB NOT NULL,
  create_time INTEGER NOT NULL,
  first_used_time INTEGER
) STRICT;

CREATE INDEX node_key_of_node ON node_key (node_id);

CREATE TABLE join_token (
  id BLOB NOT NULL PRIMARY KEY,
  project_id TEXT NOT NULL REFERENCES project (project_id),
  hash BLOB NOT NULL,
  description TEXT NOT NULL,
  max_uses INTEGER NOT NULL,
  uses INTEGER NOT NULL,
  expire_time INTEGER NOT NULL,
  labels TEXT NOT NULL,
  label_choices TEXT NOT NULL,
  node_name TEXT NOT NULL,
  replace_node INTEGER NOT NULL,
  forget_after INTEGER NOT NULL,
  revoked INTEGER NOT NULL,
  create_time INTEGER NOT NULL,
  created_by TEXT NOT NULL
) STRICT;

CREATE INDEX join_token_of_project ON join_token (project_id, id);

-- request_id is null where the caller gave none: any number of those may stand beside each other.
CREATE TABLE join_token_use (
  token_id BLOB NOT NULL REFERENCES join_token (id),
  request_id TEXT,
  node_id BLOB NOT NULL,
  key_id BLOB NOT NULL,
  UNIQUE (token_id, request_id)
) STRICT;

CREATE TABLE operator (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  role TEXT NOT NULL,
  create_time INTEGER NOT NULL
) STRICT;

CREATE TABLE operator_token (
  id BLOB NOT NULL PRIMARY KEY,
  operator_id TEXT NOT NULL REFERENCES operator (id),
  name TEXT NOT NULL,
  hash BLOB NOT NULL,
  expire_time INTEGER
) STRICT;

-- The accepted actions of a catalog, as wire messages.
CREATE TABLE catalog (
  digest BLOB NOT NULL PRIMARY KEY,
  actions BLOB NOT NULL
) STRICT;

CREATE TABLE execution (
  id BLOB NOT NULL PRIMARY KEY,
  project_id TEXT NOT NULL REFERENCES project (project_id),
  state TEXT NOT NULL,
  revision INTEGER NOT NULL,
  pending_count INTEGER NOT NULL,
  preparing_count INTEGER NOT NULL,
  prepared_count INTEGER NOT NULL,
  dispatched_count INTEGER NOT NULL,
  acknowledged_count INTEGER NOT NULL,
  started_count INTEGER NOT NULL,
  succeeded_count INTEGER NOT NULL,
  failed_count INTEGER NOT NULL,
  timed_out_count INTEGER NOT NULL,
  cancelled_count INTEGER NOT NULL,
  rejected_count INTEGER NOT NULL,
  expired_count INTEGER NOT NULL,
  lost_count INTEGER NOT NULL,
  action TEXT NOT NULL,
  run_timeout INTEGER NOT NULL,
  expire_time INTEGER NOT NULL,
  operator_id TEXT NOT NULL,
  operator_name TEXT NOT NULL,
  surface TEXT NOT NULL,
  correlation_id TEXT NOT NULL,
  cohort_size INTEGER NOT NULL,
  selector TEXT NOT NULL,
  fact_selector TEXT NOT NULL,
  reason TEXT NOT NULL,
  create_time INTEGER NOT NULL,
  start_within INTEGER NOT NULL,
  offline TEXT NOT NULL,
  skipped_offline INTEGER NOT NULL,
  settle_time INTEGER,
  cancel_time INTEGER,
  cancel_reason TEXT NOT NULL,
  state_reason TEXT NOT NULL,
  skipped_nodes BLOB NOT NULL,
  redacted_input BLOB NOT NULL,
  input BLOB NOT NULL
) STRICT;

-- Lists, newest first: all of a project, and by state.
CREATE INDEX execution_of_project ON execution (project_id, id);
CREATE INDEX execution_by_state ON execution (project_id, state, id);

-- What a server takes up again when it starts, and what counts against the ceiling of a domain.
CREATE INDEX execution_live ON execution (state, id)
  WHERE state = 'SCHEDULED' OR state = 'AWAITING_APPROVAL' OR state = 'PREPARING'
     OR state = 'RUNNING' OR state = 'PAUSED' OR state = 'CANCELLING';

-- Ids of nodes, one behind the other.
CREATE TABLE cohort_slice (
  execution_id BLOB NOT NULL,
  slice INTEGER NOT NULL,
  first_ordinal INTEGER NOT NULL,
  materialised INTEGER NOT NULL,
  nodes BLOB NOT NULL,
  PRIMARY KEY (execution_id, slice)
) STRICT;

CREATE INDEX cohort_slice_unmaterialised ON cohort_slice (execution_id, slice)
  WHERE materialised = 0;

-- sequence: in the order of inserting. due_time: when the clock acts on it: the start deadline while it waits, the report deadline
-- while a node holds it. Every insert pays for each of the indexes.
CREATE TABLE invocation (
  sequence INTEGER NOT NULL PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  execution_id BLOB NOT NULL,
  ordinal INTEGER NOT NULL,
  node_id BLOB NOT NULL,
  state TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  taken INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  started INTEGER NOT NULL,
  still_running INTEGER NOT NULL,
  cancel_requested INTEGER NOT NULL,
  create_time INTEGER NOT NULL,
  release_time INTEGER NOT NULL,
  start_deadline INTEGER NOT NULL,
  report_deadline INTEGER,
  settle_time INTEGER,
  due_time INTEGER,
  journal_id BLOB NOT NULL,
  reason TEXT NOT NULL,
  message TEXT NOT NULL,
  history TEXT NOT NULL,
  result BLOB
) STRICT;

CREATE UNIQUE INDEX invocation_of_execution ON invocation (execution_id, ordinal);

-- By node within stretches of 65,536 invocations, for queries to go through from the newest. One index over all would have each
-- insert touch a page of its own somewhere in it; here all inserts share the few pages of the last stretch, however long the past.
CREATE INDEX invocation_of_node ON invocation (sequence >> 16, node_id, id);

-- What may still change, by node. Written as OR, of which a query may ask any part.
CREATE INDEX invocation_live ON invocation (node_id, state, release_time, id)
  WHERE state = 'PENDING' OR state = 'PREPARING' OR state = 'PREPARED'
     OR state = 'DISPATCHED' OR state = 'ACKNOWLEDGED' OR state = 'STARTED' OR state = 'LOST';

CREATE INDEX invocation_due ON invocation (state, due_time)
  WHERE due_time IS NOT NULL;

CREATE TABLE request (
  caller TEXT NOT NULL,
  project_id TEXT NOT NULL,
  method TEXT NOT NULL,
  request_id TEXT NOT NULL,
  body BLOB NOT NULL,
  made TEXT NOT NULL,
  create_time INTEGER NOT NULL,
  PRIMARY KEY (caller, project_id, method, request_id)
) STRICT;

CREATE INDEX request_by_time ON request (create_time);

-- operator_id null: a node or the clock drove it.
CREATE TABLE audit (
  sequence INTEGER NOT NULL PRIMARY KEY,
  time INTEGER NOT NULL,
  verb TEXT NOT NULL,
  operator_id TEXT,
  operator_name TEXT,
  surface TEXT,
  correlation_id TEXT,
  project_id TEXT NOT NULL,
  execution_id BLOB,
  invocation_id BLOB,
  node_id BLOB,
  action TEXT NOT NULL,
  denied TEXT,
  details TEXT NOT NULL
) STRICT;

-- The last commit of each replica, in the commit itself: tells after a failure whether that commit took place.
CREATE TABLE ledger_batch (
  replica TEXT NOT NULL PRIMARY KEY,
  batch INTEGER NOT NULL
) STRICT;
