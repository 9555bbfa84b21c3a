-- Thinning of the sets of units: from which generation on how many of them are kept. Append-only.

CREATE TABLE outcome_thinning (
  -- 1, 2, 3, …; the newest holds, for all replicas.
  generation INTEGER PRIMARY KEY,
  -- One unit in 2^level is kept.
  level INTEGER NOT NULL,
  -- The replica that was first to write it.
  incarnation BIGINT NOT NULL,
  -- By the database's clock, milliseconds since 1970.
  began BIGINT NOT NULL,
  -- How large all sets were, as that replica saw them: the form of a delta.
  body ${bytes} NOT NULL
);
