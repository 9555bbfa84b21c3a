-- The ledger of outcomes: who counts, how far each session is counted, and what was counted.

-- A replica's process.
CREATE TABLE outcome_replica (
  -- Drawn at random at the start of the process.
  incarnation BIGINT PRIMARY KEY,
  -- Host and process id, for people.
  name TEXT NOT NULL,
  -- Who folds its deltas: itself, or who retired it.
  owner BIGINT NOT NULL,
  -- 1: live, 2: retired.
  state INTEGER NOT NULL,
  -- Counts its flushes.
  flush_number BIGINT NOT NULL,
  -- Deltas up to here are in bases.
  folded_number BIGINT NOT NULL,
  -- Deltas up to here are removed.
  removed_number BIGINT NOT NULL,
  -- Event time up to which everything was sent to it, in milliseconds; NULL: unknown.
  watermark BIGINT,
  started BIGINT NOT NULL,
  -- By the database's clock; 0: it has left.
  renewed BIGINT NOT NULL
)${hot};

-- A producer's numbered series.
CREATE TABLE outcome_session (
  -- Drawn at random.
  id BIGINT PRIMARY KEY,
  producer ${text} NOT NULL,
  session ${text} NOT NULL,
  -- Counts its openings; whoever holds an older one counts nothing.
  epoch BIGINT NOT NULL,
  -- The highest attempt that opened it; 0: unordered ones only.
  attempt BIGINT NOT NULL,
  -- The last sequence that is counted, or refused.
  committed BIGINT NOT NULL,
  -- Who opened it last.
  incarnation BIGINT NOT NULL,
  -- Day of its last use, days since 1970: rarely written, so that flushes touch no index.
  used_day INTEGER NOT NULL,
  UNIQUE (producer, session)
)${hot};

CREATE INDEX outcome_session_by_day ON outcome_session (used_day);

-- What one flush added. Append-only.
CREATE TABLE outcome_delta (
  incarnation BIGINT NOT NULL,
  number BIGINT NOT NULL,
  body ${bytes} NOT NULL,
  PRIMARY KEY (incarnation, number)
);

-- Deltas merged into one, in tiers: eight bases of a level become one of the next.
CREATE TABLE outcome_base (
  -- Drawn at random.
  base BIGINT PRIMARY KEY,
  owner BIGINT NOT NULL,
  level INTEGER NOT NULL,
  parts INTEGER NOT NULL,
  size_bytes BIGINT NOT NULL,
  -- 0: still being written, or replaced: nobody reads it.
  is_current INTEGER NOT NULL,
  created BIGINT NOT NULL
);

CREATE INDEX outcome_base_by_owner ON outcome_base (owner, level);

-- The bytes of a base: no transaction writes more than a part.
CREATE TABLE outcome_base_part (
  base BIGINT NOT NULL REFERENCES outcome_base (base),
  part INTEGER NOT NULL,
  body ${bytes} NOT NULL,
  PRIMARY KEY (base, part)
);
