-- Splits older than counting periods: what they drew by is known for as long as outcomes may come
-- for it, once a change has ended it.

-- Attribute that was the unit until this change; empty: the call. NULL: the change made the split,
-- or this version was not there yet.
ALTER TABLE split_period ADD COLUMN earlier_unit TEXT;

-- Keys of the variants it had weights for until then, as variants; NULL where earlier_unit is.
ALTER TABLE split_period ADD COLUMN earlier_variants TEXT;
