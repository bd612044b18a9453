-- Output of runs that is too large for a report. The bytes are in a file, which this row names: there before the row, gone after it.
-- stream: STDOUT or STDERR.
CREATE TABLE output (
  invocation_id BLOB NOT NULL,
  stream TEXT NOT NULL,
  file BLOB NOT NULL,
  size_bytes INTEGER NOT NULL,
  sha256 BLOB NOT NULL,
  create_time INTEGER NOT NULL,
  PRIMARY KEY (invocation_id, stream)
) STRICT;

-- Oldest first, for what is kept no longer.
CREATE INDEX output_by_time ON output (create_time);
