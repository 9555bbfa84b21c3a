-- What holders of the lease saw of runs, minute by minute, for people who look back: no decision reads
-- it.
CREATE TABLE rollout_slot (
  run ${text} NOT NULL,
  -- Minutes since 1970, by the clock that logs are timed by.
  minute BIGINT NOT NULL,
  -- Number of the lease that they were seen under: of a minute in which it changed hands there are two.
  lease BIGINT NOT NULL,
  -- Looks that judged the run.
  looks INTEGER NOT NULL,
  -- What the last of them showed: serin.v1.Verdict without words.
  verdict ${bytes} NOT NULL,
  PRIMARY KEY (run, minute, lease)
);

CREATE INDEX rollout_slot_by_minute ON rollout_slot (minute);

-- Runs that are over, too, are looked for by what they were of.
CREATE INDEX rollout_run_by_feature ON rollout_run (namespace, feature);
