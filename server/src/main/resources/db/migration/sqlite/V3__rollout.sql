-- In what portions an execution goes out, and which one it retries; only of executions that say any of it.
CREATE TABLE execution_plan (
  execution_id BLOB NOT NULL PRIMARY KEY,
  max_parallel_count INTEGER NOT NULL,
  max_parallel_percent INTEGER NOT NULL,
  canary INTEGER NOT NULL,
  max_failures_count INTEGER NOT NULL,
  max_failures_percent INTEGER NOT NULL,
  pause_between INTEGER NOT NULL,
  ineligible TEXT NOT NULL,
  source_execution_id BLOB
) STRICT;

-- How far a rollout has come. taken: a bit per node of rollout_cohort that has its invocation. closed: nothing is to be decided any more;
-- until then a server that starts takes it up again.
CREATE TABLE rollout (
  execution_id BLOB NOT NULL PRIMARY KEY,
  eligible INTEGER NOT NULL,
  opened INTEGER NOT NULL,
  wave_end INTEGER NOT NULL,
  wave INTEGER NOT NULL,
  forgiven INTEGER NOT NULL,
  canary_waived INTEGER NOT NULL,
  next_wave_time INTEGER,
  closed INTEGER NOT NULL,
  taken BLOB NOT NULL
) STRICT;

CREATE INDEX rollout_open ON rollout (execution_id)
  WHERE closed = 0;

-- The nodes that wait for their wave, as they were at dispatch: ids, one behind the other. Written once; nodes have no invocation
-- before their wave opens, so that what hands invocations over never meets one that has to wait.
CREATE TABLE rollout_cohort (
  execution_id BLOB NOT NULL PRIMARY KEY,
  nodes BLOB NOT NULL
) STRICT;

CREATE TABLE execution_pause (
  execution_id BLOB NOT NULL PRIMARY KEY,
  pause_time INTEGER NOT NULL
) STRICT;

-- Start deadlines that came while the execution was PAUSED, as they were.
CREATE TABLE held_start (
  invocation_id BLOB NOT NULL PRIMARY KEY,
  execution_id BLOB NOT NULL,
  start_deadline INTEGER NOT NULL
) STRICT;

CREATE INDEX held_start_of_execution ON held_start (execution_id);
