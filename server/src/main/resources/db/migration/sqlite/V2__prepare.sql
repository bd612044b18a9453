-- How the nodes of an execution get ready; only of executions that ask for it. A table of its own: behind the input, which may be
-- large, columns of execution would be slow to read. The barrier itself has no column: an execution is PREPARING as long as it waits.
-- closed: none of its invocations is PENDING, PREPARING or PREPARED any more; until then a server that starts takes it up again.
CREATE TABLE execution_prepare (
  execution_id BLOB NOT NULL PRIMARY KEY,
  prepare_mode TEXT NOT NULL,
  quorum_count INTEGER NOT NULL,
  quorum_percent INTEGER NOT NULL,
  prepare_within INTEGER NOT NULL,
  prepare_deadline INTEGER NOT NULL,
  closed INTEGER NOT NULL
) STRICT;

CREATE INDEX execution_prepare_open ON execution_prepare (execution_id)
  WHERE closed = 0;
