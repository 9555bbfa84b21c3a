-- Up to when a holder of the lease has looked at all runs, by the clock that it times logs by,
-- milliseconds since 1970; NULL: not known.
ALTER TABLE rollout_lease ADD COLUMN looked BIGINT;
