-- Taking over an exported log: the one other way into the ledger, for its owner and while it is
-- empty.
--
-- `append` gives an event its position, time and hashes; here they come along, and are refused
-- where they are not what `append` would have made of the rest. A whole log is taken over in one
-- transaction, so that an interrupted import leaves the ledger as empty as it was.

SET LOCAL ROLE tracker_ledger;

-- Takes over the events of whole commands, in order, and gives the size of the log after them:
--   [{"position", "event_id", "stream_id", "version", "type", "schema_version", "actor",
--     "effective_at", "recorded_at", "command_id", "commitment", "prev_hash", "leaf_hash",
--     "salt", "body", "erased_by"}]
-- What a command was asked is not exported, because its unsalted hash would betray an erased
-- text. So a command that is sent again after an import is refused as used, and not done twice.
-- Raises CT409 where the ledger holds other events, CT422 where an event is not what it says.
CREATE FUNCTION ledger.import_entries(entries jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
DECLARE
    genesis   bytea := decode(repeat('00', 32), 'hex');
    grown     ledger.head;
    continues boolean;
    came      record;
    last      record;
    leaf      bytea;
    wrong     text;
BEGIN
    SELECT * INTO grown FROM ledger.head FOR UPDATE;
    -- Only what an earlier call in this same transaction has left behind may be continued.
    SELECT h.xmin = pg_current_xact_id()::xid INTO continues FROM ledger.head h;
    IF grown.size > 0 AND NOT continues THEN
        RAISE EXCEPTION 'the ledger holds % events already; a log is taken over into an empty one',
            grown.size USING ERRCODE = 'CT409';
    END IF;

    FOR came IN
        SELECT e.position, e.event_id, e.stream_id, e.version, e.type, e.schema_version, e.actor,
               e.effective_at, e.recorded_at, e.command_id, e.body, e.erased_by,
               decode(e.commitment, 'hex') AS commitment, decode(e.prev_hash, 'hex') AS prev_hash,
               decode(e.leaf_hash, 'hex') AS leaf_hash, decode(e.salt, 'hex') AS salt
        FROM ROWS FROM (jsonb_to_recordset(entries) AS (
            position bigint, event_id uuid, stream_id uuid, version integer, type text,
            schema_version smallint, actor text, effective_at timestamptz,
            recorded_at timestamptz, command_id uuid, commitment text, prev_hash text,
            leaf_hash text, salt text, body text, erased_by bigint
        )) WITH ORDINALITY AS e
        ORDER BY e.ordinality
    LOOP
        SELECT e.version, e.leaf_hash INTO last FROM ledger.event e
            WHERE e.stream_id = came.stream_id ORDER BY e.version DESC LIMIT 1;
        leaf := sha256('\x00'::bytea || convert_to(concat_ws(E'\n',
            'claim-tracker event 1', came.position, came.event_id, came.stream_id, came.version,
            came.type, came.schema_version, came.actor,
            to_char(came.effective_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
            to_char(came.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
            came.command_id, encode(came.commitment, 'hex'), encode(came.prev_hash, 'hex'), ''),
            'UTF8'));
        wrong := CASE
            WHEN came.position IS DISTINCT FROM grown.size THEN 'position'
            WHEN came.version <> coalesce(last.version, 0) + 1 THEN 'version'
            WHEN came.prev_hash <> coalesce(last.leaf_hash, genesis) THEN 'previous hash'
            WHEN came.recorded_at < grown.recorded_at THEN 'time of recording'
            WHEN came.leaf_hash IS DISTINCT FROM leaf THEN 'leaf hash'
            WHEN came.commitment IS DISTINCT FROM sha256('\x02'::bytea || came.salt
                || convert_to(came.body, 'UTF8')) AND came.erased_by IS NULL THEN 'commitment'
        END;
        IF wrong IS NOT NULL THEN
            RAISE EXCEPTION 'the event for position % does not fit: its % is another one',
                grown.size, wrong USING ERRCODE = 'CT422';
        END IF;
        INSERT INTO ledger.event VALUES (
            came.position, came.event_id, came.stream_id, came.version, came.type,
            came.schema_version, came.actor, came.effective_at, came.recorded_at,
            came.command_id, came.commitment, came.prev_hash, came.leaf_hash);
        INSERT INTO ledger.payload VALUES (came.position, came.salt, came.body, came.erased_by);
        grown.size := came.position + 1;
        grown.recorded_at := came.recorded_at;
    END LOOP;

    UPDATE ledger.head SET size = grown.size, recorded_at = grown.recorded_at;
    INSERT INTO ledger.command
        SELECT e.command_id, genesis, min(e.position), max(e.position), max(e.recorded_at)
        FROM ledger.event e
        WHERE e.position >= (entries -> 0 ->> 'position')::bigint GROUP BY e.command_id;
    RETURN grown.size;
END $$;

REVOKE ALL ON FUNCTION ledger.import_entries(jsonb) FROM PUBLIC;
GRANT USAGE ON SCHEMA ledger TO tracker_owner;
GRANT EXECUTE ON FUNCTION ledger.import_entries(jsonb) TO tracker_owner;

RESET ROLE;
