-- When a run was last looked at that the holder of the lease does not look at with all others, by
-- the clock that it times logs by, milliseconds since 1970; NULL: it is looked at with them.
ALTER TABLE rollout_run ADD COLUMN looked BIGINT;
