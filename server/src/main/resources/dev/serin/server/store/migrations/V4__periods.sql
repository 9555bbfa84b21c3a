-- Counting periods of splits: what outcomes of a split without a rollout are counted in. Append-only.

-- What a change did to the counting periods of one split. A period begins with the revision of its
-- change, and ends with the next row of the split. A split without a row is older than this table:
-- its period is 0.
CREATE TABLE split_period (
  apply_id BIGINT NOT NULL REFERENCES change_set (apply_id),
  -- Of the feature's row in document_version.
  seq INTEGER NOT NULL,
  feature ${text} NOT NULL,
  -- Empty: the feature was deleted, and all its periods are forgotten.
  split ${text} NOT NULL,
  -- Attribute that is the unit; empty: the call.
  unit TEXT NOT NULL,
  -- Keys of the variants it has weights for, in their order, separated by spaces; empty: the split is
  -- gone.
  variants TEXT NOT NULL,
  PRIMARY KEY (apply_id, seq, split)
);
