-- What runs of rollouts serve of their splits, and which revisions replicas serve.

-- What a run serves from a change on. Append-only; of a split the newest row holds, until a change of
-- documents begins a new counting period of it (split_period), or makes it anew.
CREATE TABLE served_run (
  apply_id BIGINT NOT NULL REFERENCES change_set (apply_id),
  namespace ${text} NOT NULL,
  feature ${text} NOT NULL,
  split ${text} NOT NULL,
  run ${text} NOT NULL,
  -- WAITING: what the document says; RUNNING: the ranges of the stage; COMPLETED: the treatment;
  -- ROLLED_BACK: the control.
  serving ${text} NOT NULL,
  -- 1: it owns its split; 0: it is over, since the time of the change that says so first.
  active INTEGER NOT NULL,
  -- From 1; 0: none yet.
  stage INTEGER NOT NULL,
  treatment ${text} NOT NULL,
  control ${text} NOT NULL,
  -- Treatment's share: parts of a whole.
  share_parts BIGINT NOT NULL,
  share_of BIGINT NOT NULL,
  -- 1: units are drawn with the split's own salt; 0: with the run's.
  keep_bucketing INTEGER NOT NULL,
  -- Milliseconds without news after which a holder serves the control; NULL: never.
  stale_after BIGINT,
  PRIMARY KEY (apply_id, feature, split)
);

-- The revision that a replica serves of a namespace in which a run is being taken back.
CREATE TABLE replica_revision (
  -- Of outcome_replica.
  incarnation BIGINT NOT NULL,
  namespace ${text} NOT NULL,
  revision BIGINT NOT NULL,
  PRIMARY KEY (incarnation, namespace)
)${hot};
