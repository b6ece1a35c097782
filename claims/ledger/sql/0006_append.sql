-- Appending with less work, and with less of it while others wait.
--
-- What a command brings is read and committed to before it queues; whether it was done before is
-- asked once, when it is its turn. Most commands hold one event: that way needs no arrays.

SET LOCAL ROLE tracker_ledger;

-- The leaf hash of an event, by claims/ledger/entry.py. PostgreSQL writes a function like this one
-- out where it is called, so that it costs what the expression costs: keep it one expression of
-- SQL that uses each argument once, STABLE, and without settings of its own.
CREATE FUNCTION ledger.leaf_hash(
    pos bigint, event_id uuid, stream_id uuid, version integer, type text,
    schema_version smallint, actor text, effective_at timestamptz, recorded_at timestamptz,
    command_id uuid, commitment bytea, prev_hash bytea
) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT sha256('\x00'::bytea || convert_to(concat_ws(E'\n',
        'claim-tracker event 1', pos, event_id, stream_id, version, type, schema_version, actor,
        to_char(effective_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        to_char(recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        command_id, encode(commitment, 'hex'), encode(prev_hash, 'hex'), ''), 'UTF8'))
$$;

CREATE FUNCTION ledger.refuse_version(stream_id uuid, expected integer, actual integer)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'stream % is at version %, not %', stream_id, actual, expected
        USING ERRCODE = 'CT409', DETAIL = json_build_object(
            'stream', stream_id, 'expected', expected, 'actual', actual);
END $$;

-- Waits for the command's turn and gives it the next positions, or the receipt it got before.
--
-- Commands queue for an advisory lock, which passes from one to the next with less ado than the
-- head's row; the row's own lock, held until the commit as well, is what keeps positions dense.
CREATE FUNCTION ledger.take_turn(command_id uuid, request bytea, events integer)
RETURNS ledger.receipt LANGUAGE plpgsql AS $$
DECLARE
    known   ledger.command;
    receipt ledger.receipt;
BEGIN
    IF NOT pg_try_advisory_xact_lock('ledger.head'::regclass::oid::bigint) THEN
        PERFORM pg_advisory_xact_lock('ledger.head'::regclass::oid::bigint);
    END IF;
    SELECT * INTO known FROM ledger.command c WHERE c.id = command_id;
    IF known.request <> request THEN
        RAISE EXCEPTION 'command % was used before for another request', command_id
            USING ERRCODE = 'CT422';
    ELSIF FOUND THEN
        RETURN (known.first_position, known.last_position, known.recorded_at, false);
    END IF;
    UPDATE ledger.head h
        SET size = h.size + events, recorded_at = greatest(clock_timestamp(), h.recorded_at)
        RETURNING h.size - events, h.size - 1, h.recorded_at, true INTO receipt;
    RETURN receipt;
END $$;

CREATE FUNCTION ledger.append_one(command_id uuid, request bytea, actor text, event jsonb)
RETURNS ledger.receipt LANGUAGE plpgsql AS $$
DECLARE
    stream     uuid := (event ->> 'stream')::uuid;
    version    integer := (event ->> 'version')::integer;
    effective  timestamptz := (event ->> 'effective_at')::timestamptz;
    body       text := event ->> 'body';
    salt       bytea := decode(event ->> 'salt', 'hex');
    commitment bytea := sha256('\x02'::bytea || salt || convert_to(body, 'UTF8'));
    event_id   uuid := (event ->> 'id')::uuid;
    type       text := event ->> 'type';
    schema     smallint := (event ->> 'schema')::smallint;
    receipt    ledger.receipt;
    last       integer;
    prev_hash  bytea;
BEGIN
    receipt := ledger.take_turn(command_id, request, 1);
    IF NOT receipt.appended THEN
        RETURN receipt;
    END IF;
    SELECT e.version, e.leaf_hash INTO last, prev_hash
        FROM ledger.event e WHERE e.stream_id = stream ORDER BY e.version DESC LIMIT 1;
    IF NOT FOUND THEN
        last := 0;
        prev_hash := '\x0000000000000000000000000000000000000000000000000000000000000000';
    END IF;
    IF version <> last + 1 THEN
        PERFORM ledger.refuse_version(stream, version - 1, last);
    END IF;
    INSERT INTO ledger.event VALUES (
        receipt.first_position, event_id, stream, version, type, schema, actor, effective,
        receipt.recorded_at, command_id, commitment, prev_hash,
        ledger.leaf_hash(receipt.first_position, event_id, stream, version, type, schema, actor,
                         effective, receipt.recorded_at, command_id, commitment, prev_hash));
    INSERT INTO ledger.payload VALUES (receipt.first_position, salt, body, NULL);
    INSERT INTO ledger.command VALUES (command_id, request, receipt.first_position,
                                       receipt.last_position, receipt.recorded_at);
    RETURN receipt;
END $$;

CREATE FUNCTION ledger.append_many(command_id uuid, request bytea, actor text, events jsonb)
RETURNS ledger.receipt LANGUAGE plpgsql AS $$
DECLARE
    drafts   ledger.event[];  -- their positions count from the command's first one
    payloads ledger.payload[];
    entries  ledger.event[] := '{}';
    entry    ledger.event;
    receipt  ledger.receipt;
    stream   uuid;
    last     integer;
    hash     bytea;
BEGIN
    -- Stream by stream, so that each leaf finds the one before it in a variable.
    SELECT array_agg(ROW(e.ordinality - 1, e.id, e.stream, e.version, e.type, e.schema, actor,
                         e.effective_at, NULL, command_id, sha256('\x02'::bytea
                         || decode(e.salt, 'hex') || convert_to(e.body, 'UTF8')),
                         NULL, NULL)::ledger.event ORDER BY e.stream, e.ordinality),
           array_agg(ROW(e.ordinality - 1, decode(e.salt, 'hex'), e.body, NULL)::ledger.payload)
    INTO drafts, payloads
    FROM ROWS FROM (jsonb_to_recordset(events) AS (
        id uuid, stream uuid, version integer, type text, schema smallint,
        effective_at timestamptz, body text, salt text
    )) WITH ORDINALITY AS e (id, stream, version, type, schema, effective_at, body, salt,
                             ordinality);

    receipt := ledger.take_turn(command_id, request, cardinality(drafts));
    IF NOT receipt.appended THEN
        RETURN receipt;
    END IF;
    FOREACH entry IN ARRAY drafts LOOP
        IF entry.stream_id IS DISTINCT FROM stream THEN
            stream := entry.stream_id;
            SELECT e.version, e.leaf_hash INTO last, hash
                FROM ledger.event e WHERE e.stream_id = stream ORDER BY e.version DESC LIMIT 1;
            IF NOT FOUND THEN
                last := 0;
                hash := '\x0000000000000000000000000000000000000000000000000000000000000000';
            END IF;
        END IF;
        IF entry.version <> last + 1 THEN
            PERFORM ledger.refuse_version(stream, entry.version - 1, last);
        END IF;
        entry.position := receipt.first_position + entry.position;
        entry.recorded_at := receipt.recorded_at;
        entry.prev_hash := hash;
        hash := ledger.leaf_hash(
            entry.position, entry.event_id, entry.stream_id, entry.version, entry.type,
            entry.schema_version, entry.actor, entry.effective_at, entry.recorded_at,
            entry.command_id, entry.commitment, entry.prev_hash);
        entry.leaf_hash := hash;
        last := entry.version;
        entries := entries || entry;
    END LOOP;

    -- One statement a table, whatever the number of events: that is what makes batches quick.
    INSERT INTO ledger.event SELECT e.* FROM unnest(entries) AS e ORDER BY e.position;
    INSERT INTO ledger.payload
        SELECT receipt.first_position + p.position, p.salt, p.body, NULL
        FROM unnest(payloads) AS p;
    INSERT INTO ledger.command VALUES (command_id, request, receipt.first_position,
                                       receipt.last_position, receipt.recorded_at);
    RETURN receipt;
END $$;

-- As described in 0001_ledger.sql.
CREATE OR REPLACE FUNCTION ledger.append(command jsonb) RETURNS SETOF ledger.receipt
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
DECLARE
    id      uuid := (command ->> 'id')::uuid;
    request bytea := decode(command ->> 'request', 'hex');
    actor   text := command ->> 'actor';
    events  jsonb := command -> 'events';
BEGIN
    CASE coalesce(jsonb_array_length(events), 0)
        WHEN 0 THEN
            RAISE EXCEPTION 'command % holds no event', id USING ERRCODE = 'CT422';
        WHEN 1 THEN
            RETURN NEXT ledger.append_one(id, request, actor, events -> 0);
        ELSE
            RETURN NEXT ledger.append_many(id, request, actor, events);
    END CASE;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ledger FROM PUBLIC;

RESET ROLE;
