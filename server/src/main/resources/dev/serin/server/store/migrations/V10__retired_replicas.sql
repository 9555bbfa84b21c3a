-- When a replica that others retired last said that it lives, by the database's clock; 0: it had left.
-- NULL: it was not retired, or before this was kept.
ALTER TABLE outcome_replica ADD COLUMN silent_since BIGINT;
