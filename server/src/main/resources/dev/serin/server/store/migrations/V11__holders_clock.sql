-- Milliseconds by which the clock that the holder of the lease times logs by is ahead of the
-- database's; NULL: not known.
ALTER TABLE rollout_lease ADD COLUMN ahead BIGINT;
