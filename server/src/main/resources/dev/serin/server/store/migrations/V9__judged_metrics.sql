-- Which metrics a run judges: how they are counted may not be changed while it is active.

-- Their keys, each once, a space between two; NULL: it judges none, or was written before this
-- column was there.
ALTER TABLE served_run ADD COLUMN metrics TEXT;
