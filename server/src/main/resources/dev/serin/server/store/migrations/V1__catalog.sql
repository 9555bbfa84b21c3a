-- Namespaces, their documents, kill switches and history. Append-only: rows of a change are written
-- first, as many as it needs, and become current all at once when its change set gets a revision.

CREATE TABLE namespace (
  name ${text} PRIMARY KEY,
  -- Counts every change of documents and run state, for ever: a name that is deleted and created
  -- again goes on counting.
  revision BIGINT NOT NULL,
  -- apply_id of the change set with this revision: tells two histories of one name apart.
  head BIGINT NOT NULL,
  -- Milliseconds since 1970, as all times here.
  created BIGINT NOT NULL,
  -- NULL: it is there.
  deleted BIGINT
);

-- Who changed what when and why. revision is NULL while its rows are still being written: nobody
-- reads those.
CREATE TABLE change_set (
  -- Drawn at random.
  apply_id BIGINT PRIMARY KEY,
  namespace ${text} NOT NULL REFERENCES namespace (name),
  revision BIGINT,
  actor TEXT NOT NULL,
  reason TEXT NOT NULL,
  -- 1: a call, 2: the watched directory (serin.v1.ChangeSource).
  source INTEGER NOT NULL,
  -- 0 without a revision: given up, its rows are being removed.
  time BIGINT NOT NULL,
  UNIQUE (namespace, revision)
);

-- A document as a change left it.
CREATE TABLE document_version (
  apply_id BIGINT NOT NULL REFERENCES change_set (apply_id),
  -- 0, 1, 2, … in the order of the change.
  seq INTEGER NOT NULL,
  namespace ${text} NOT NULL,
  -- feature, segment, layer, holdout, metric, rollout.
  kind ${text} NOT NULL,
  key ${text} NOT NULL,
  -- put, archive, delete.
  operation TEXT NOT NULL,
  -- Revision of a change that wrote the document anew; NULL: this is the newest, or it is not noted
  -- yet that it is not. What is newest, revisions say; this spares looking at all there ever were.
  superseded BIGINT,
  -- serin.v1.Document, encoded; NULL: deleted. What does not fit goes on in document_part.
  body ${bytes},
  -- Rows of document_part that follow.
  parts INTEGER NOT NULL,
  PRIMARY KEY (apply_id, seq)
);

CREATE INDEX document_version_by_key ON document_version (namespace, kind, key, apply_id);

CREATE INDEX document_version_newest ON document_version (namespace, kind, key)
  WHERE superseded IS NULL;

-- The rest of a large document: no transaction writes more than a slice.
CREATE TABLE document_part (
  apply_id BIGINT NOT NULL,
  seq INTEGER NOT NULL,
  -- 1, 2, …
  part INTEGER NOT NULL,
  body ${bytes} NOT NULL,
  PRIMARY KEY (apply_id, seq, part)
);

-- Kill switches: run state, set and lifted by command only. The newest row of a feature holds.
CREATE TABLE kill_switch (
  apply_id BIGINT PRIMARY KEY REFERENCES change_set (apply_id),
  namespace ${text} NOT NULL,
  feature ${text} NOT NULL,
  -- 1: set, 0: lifted.
  killed INTEGER NOT NULL
);

CREATE INDEX kill_switch_by_feature ON kill_switch (namespace, feature, apply_id);

-- There is always this one; it cannot be deleted.
INSERT INTO namespace (name, revision, head, created) VALUES ('default', 1, 0, ${now_millis});
INSERT INTO change_set (apply_id, namespace, revision, actor, reason, source, time)
  VALUES (0, 'default', 1, 'serin', 'created with the store', 1, ${now_millis});
