-- What tells this store from every other, whatever its address: snapshots on disk name it.

CREATE TABLE store (
  -- Drawn at random, 32 hexadecimal digits.
  identity TEXT NOT NULL
);

INSERT INTO store (identity) VALUES (${random_id});
