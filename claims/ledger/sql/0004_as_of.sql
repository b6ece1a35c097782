-- Reading the log as it stood at a moment.
--
-- The list of claims as of a moment walks over the entries that begin a stream. This index holds
-- those alone, so that a page costs the same however long the histories between them are, and an
-- append to a stream that exists pays nothing for it. A time needs no index: recorded_at never
-- decreases with the position, so that it is found by halving.

SET LOCAL ROLE tracker_ledger;
CREATE INDEX event_begins ON ledger.event (position) WHERE version = 1;
RESET ROLE;
