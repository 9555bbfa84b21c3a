-- Runs of rollouts: where each stands, its log, who may act on all of them, what was asked, and what
-- is still to be told.

-- Who acts for all runs. One row; whoever has an older number than it changes nothing.
CREATE TABLE rollout_lease (
  -- 1.
  id INTEGER PRIMARY KEY,
  -- Moves with each change of hands.
  number BIGINT NOT NULL,
  -- Incarnation of the process; 0: nobody.
  holder BIGINT NOT NULL,
  -- Host and process id, for people.
  name TEXT NOT NULL,
  -- By the database's clock.
  renewed BIGINT NOT NULL
)${hot};

INSERT INTO rollout_lease (id, number, holder, name, renewed) VALUES (1, 0, 0, '', 0);

-- A run, as its log left it.
CREATE TABLE rollout_run (
  -- Drawn at random: it salts the run's draw.
  run ${text} PRIMARY KEY,
  namespace ${text} NOT NULL REFERENCES namespace (name),
  rollout ${text} NOT NULL,
  -- 1, 2, 3, … of the rollout.
  number BIGINT NOT NULL,
  feature ${text} NOT NULL,
  split ${text} NOT NULL,
  -- Documents as they were at its start: what it is judged by to its end, and replayed by after it.
  documents ${bytes} NOT NULL,
  -- 1: it owns its split; 0: it is over.
  active INTEGER NOT NULL,
  -- Entries in its log.
  version BIGINT NOT NULL,
  -- Of its last entry, milliseconds since 1970.
  time BIGINT NOT NULL,
  -- dev.serin.server.rollout.machine.Phase.
  phase ${text} NOT NULL,
  -- From 1; 0: none yet.
  stage INTEGER NOT NULL,
  -- The machine's state.
  state ${bytes} NOT NULL,
  -- What the judge kept of its looks.
  judge ${bytes} NOT NULL,
  UNIQUE (namespace, rollout, number)
)${hot};

-- One active run for each split.
CREATE UNIQUE INDEX rollout_run_active ON rollout_run (namespace, feature, split)
  WHERE active = 1;

-- The log. Append-only; number is the version of the run that it made.
CREATE TABLE rollout_entry (
  run ${text} NOT NULL REFERENCES rollout_run (run),
  number BIGINT NOT NULL,
  time BIGINT NOT NULL,
  actor TEXT NOT NULL,
  reason TEXT NOT NULL,
  -- After it.
  phase ${text} NOT NULL,
  stage INTEGER NOT NULL,
  -- What happened, for the machine.
  event ${bytes} NOT NULL,
  -- What it was decided on; empty: a person's word.
  evidence ${bytes} NOT NULL,
  -- Number of the lease it was written under; 0: none, a command.
  fence BIGINT NOT NULL,
  PRIMARY KEY (run, number)
);

-- The first answer to each request, for those that come twice.
CREATE TABLE rollout_request (
  namespace ${text} NOT NULL,
  request ${text} NOT NULL,
  -- The whole command.
  asked TEXT NOT NULL,
  run ${text} NOT NULL,
  -- Of the run: after the command where it moved it, else that it was answered on.
  version BIGINT NOT NULL,
  -- MOVED, STAYED, REFUSED.
  outcome TEXT NOT NULL,
  because TEXT NOT NULL,
  -- By the database's clock.
  time BIGINT NOT NULL,
  PRIMARY KEY (namespace, request)
);

CREATE INDEX rollout_request_by_time ON rollout_request (time);

-- Notifications that are not delivered yet.
CREATE TABLE rollout_notification (
  run ${text} NOT NULL,
  -- The entry that it tells of.
  number BIGINT NOT NULL,
  -- Which of the plan's notifications, from 0.
  target INTEGER NOT NULL,
  -- How often it failed.
  attempts INTEGER NOT NULL,
  -- By the database's clock.
  made BIGINT NOT NULL,
  due BIGINT NOT NULL,
  PRIMARY KEY (run, number, target)
);

CREATE INDEX rollout_notification_by_due ON rollout_notification (due);
