-- Erasing what an event said: its body and salt go, its envelope and every hash stay.
--
-- The one change that a payload may ever see is from words to none, by an `erased` event that
-- was appended in the same transaction and names it. The event stays for ever: who, when, why.

SET LOCAL ROLE tracker_ledger;

-- Who erases, looks for copies in these few, and nobody else pays for it when appending.
CREATE INDEX event_with_copies ON ledger.event (position) WHERE type IN ('absorbed', 'erased');
CREATE UNIQUE INDEX payload_erased_by ON ledger.payload (erased_by) WHERE erased_by IS NOT NULL;

-- An event of another transaction is not there yet or not in progress any more, so what is seen
-- and in progress is ours, savepoints included. A row holds only the lower half of its xid.
CREATE FUNCTION ledger.is_of_this_transaction(row_xmin xid) RETURNS boolean
LANGUAGE sql AS $$
    SELECT pg_xact_status(((pg_current_xact_id()::text::bigint >> 32 << 32)
                           + row_xmin::text::bigint)::text::xid8) IS NOT DISTINCT FROM 'in progress'
$$;

CREATE FUNCTION ledger.refuse_unless_erased() RETURNS trigger
LANGUAGE plpgsql SET search_path = ledger, pg_temp AS $$
BEGIN
    IF NEW.position = OLD.position AND OLD.erased_by IS NULL
        AND NEW.body IS NULL AND NEW.salt IS NULL AND NEW.erased_by > OLD.position
        AND EXISTS (
            SELECT FROM ledger.event e
            JOIN ledger.payload said ON said.position = e.position
            JOIN ledger.event gone ON gone.position = OLD.position
            WHERE e.position = NEW.erased_by AND e.type = 'erased'
                AND e.stream_id = gone.stream_id
                AND said.body::jsonb -> 'position' = to_jsonb(gone.position)
                AND said.body::jsonb -> 'version' = to_jsonb(gone.version)
                AND ledger.is_of_this_transaction(e.xmin))
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the ledger is append-only: % of %.% is refused',
        TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'CT403';
END $$;

-- The other way round: no event says `erased` where nothing was. Checked when the work is done.
CREATE FUNCTION ledger.refuse_unless_it_erased() RETURNS trigger
LANGUAGE plpgsql SET search_path = ledger, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM ledger.payload p WHERE p.erased_by = NEW.position) THEN
        RAISE EXCEPTION 'event % says that it erased another one, and it did not', NEW.position
            USING ERRCODE = 'CT403';
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER append_only ON ledger.payload;
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON ledger.payload
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse();
ALTER TABLE ledger.payload ENABLE ALWAYS TRIGGER append_only;
CREATE TRIGGER only_erased BEFORE UPDATE ON ledger.payload
    FOR EACH ROW EXECUTE FUNCTION ledger.refuse_unless_erased();
ALTER TABLE ledger.payload ENABLE ALWAYS TRIGGER only_erased;
CREATE CONSTRAINT TRIGGER erased_means_erased AFTER INSERT ON ledger.event
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.type = 'erased')
    EXECUTE FUNCTION ledger.refuse_unless_it_erased();
ALTER TABLE ledger.event ENABLE ALWAYS TRIGGER erased_means_erased;

-- Erases what events said. The command is one for append; all its events are `erased`, each in
-- the stream of the event that it erases, whose `position` and `version` its body names.
-- Raises what append does; CT404 where an event names no other, CT403 where that is erased already.
CREATE FUNCTION ledger.erase(command jsonb) RETURNS SETOF ledger.receipt
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
DECLARE
    receipt ledger.receipt;
    erased  bigint;
BEGIN
    SELECT * INTO receipt FROM ledger.append(command);
    IF receipt.appended THEN
        UPDATE ledger.payload p SET body = NULL, salt = NULL, erased_by = e.position
            FROM ledger.event e JOIN ledger.payload said ON said.position = e.position
            WHERE e.position BETWEEN receipt.first_position AND receipt.last_position
                AND e.type = 'erased' AND p.position = (said.body::jsonb ->> 'position')::bigint;
        GET DIAGNOSTICS erased = ROW_COUNT;
        IF erased <> receipt.last_position - receipt.first_position + 1 THEN
            RAISE EXCEPTION 'each event of an erasure has to erase another one'
                USING ERRCODE = 'CT404';
        END IF;
    END IF;
    RETURN NEXT receipt;
END $$;

-- What an erased event's eraser says; where that was erased as well, what its own eraser says.
CREATE FUNCTION ledger.erasure(erased_by bigint) RETURNS text
LANGUAGE sql STABLE SET search_path = ledger, pg_temp AS $$
    WITH RECURSIVE said AS (
        SELECT p.body, p.erased_by FROM ledger.payload p WHERE p.position = $1
        UNION ALL
        SELECT p.body, p.erased_by FROM said JOIN ledger.payload p ON p.position = said.erased_by
    )
    SELECT said.body FROM said WHERE said.body IS NOT NULL
$$;

REVOKE ALL ON FUNCTION ledger.is_of_this_transaction(xid), ledger.refuse_unless_erased(),
    ledger.refuse_unless_it_erased(), ledger.erase(jsonb), ledger.erasure(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger.erase(jsonb), ledger.erasure(bigint) TO tracker_app;

RESET ROLE;
