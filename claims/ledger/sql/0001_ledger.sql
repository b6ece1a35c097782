-- The ledger: an append-only log of events in a schema of its own.
--
-- Everything here belongs to tracker_ledger, a role that nobody can log in as. The application's
-- role may read the tables and call append; that is all it may do.
--
-- A position is dense from 0 and becomes visible in order, because append takes it from the one
-- row of `head` and holds that row's lock until it commits. With an identity column a reader could
-- see 41 before 40 and would miss 40 for ever.

CREATE SCHEMA ledger AUTHORIZATION tracker_ledger;
SET LOCAL ROLE tracker_ledger;

-- The low fillfactor leaves room on the page, so that each append is a heap-only update.
CREATE TABLE ledger.head (
    singleton   boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    size        bigint NOT NULL,
    recorded_at timestamptz NOT NULL
) WITH (fillfactor = 10);
INSERT INTO ledger.head VALUES (true, 0, '2000-01-01T00:00:00Z');

-- The envelope of an event: no personal data, so that it can be published and proved for ever.
-- The leaf is made of lines, which is why no text in it may hold a line break. Lengths are checked
-- apart from patterns: a pattern that counts costs more than the rest of the row.
CREATE TABLE ledger.event (
    position       bigint PRIMARY KEY CHECK (position >= 0),
    event_id       uuid NOT NULL,
    stream_id      uuid NOT NULL,
    version        integer NOT NULL CHECK (version > 0),
    type           text NOT NULL CHECK (type ~ '^[a-z][a-z_]*$' AND length(type) < 64),
    schema_version smallint NOT NULL CHECK (schema_version > 0),
    actor          text NOT NULL CHECK (actor ~ '^[!-~]+$' AND length(actor) <= 200),
    effective_at   timestamptz NOT NULL
        CHECK (effective_at >= '0001-01-01T00:00:00Z' AND effective_at < '10000-01-01T00:00:00Z'),
    recorded_at    timestamptz NOT NULL,
    command_id     uuid NOT NULL,
    commitment     bytea NOT NULL CHECK (octet_length(commitment) = 32),
    prev_hash      bytea NOT NULL CHECK (octet_length(prev_hash) = 32),
    leaf_hash      bytea NOT NULL CHECK (octet_length(leaf_hash) = 32),
    UNIQUE (stream_id, version)
);

-- What was said, apart from the envelope: erasing it leaves every hash and proof valid.
-- There is no foreign key to event: append alone writes both, in one statement each.
CREATE TABLE ledger.payload (
    position  bigint PRIMARY KEY,
    salt      bytea CHECK (octet_length(salt) = 32),
    body      text,
    erased_by bigint,
    CHECK ((salt IS NULL) = (body IS NULL) AND (body IS NULL) = (erased_by IS NOT NULL))
);

-- What has been done already, so that a command sent twice is done once.
CREATE TABLE ledger.command (
    id             uuid PRIMARY KEY,
    request        bytea NOT NULL CHECK (octet_length(request) = 32),
    first_position bigint NOT NULL,
    last_position  bigint NOT NULL,
    recorded_at    timestamptz NOT NULL
);

CREATE FUNCTION ledger.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only: % of %.% is refused',
        TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'CT403';
END $$;

CREATE FUNCTION ledger.refuse_shrinking() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.size <= OLD.size OR NEW.recorded_at < OLD.recorded_at THEN
        RAISE EXCEPTION 'the ledger only grows: from % events it cannot go to %', OLD.size, NEW.size
            USING ERRCODE = 'CT403';
    END IF;
    RETURN NEW;
END $$;

-- Statement triggers meet TRUNCATE too, and ALWAYS holds even for a superuser in replica mode.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['event', 'payload', 'command'] LOOP
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE
            ON ledger.%I FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse()', name);
        EXECUTE format('ALTER TABLE ledger.%I ENABLE ALWAYS TRIGGER append_only', name);
    END LOOP;
END $$;
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON ledger.head
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse();
ALTER TABLE ledger.head ENABLE ALWAYS TRIGGER append_only;
CREATE TRIGGER only_grows BEFORE UPDATE ON ledger.head
    FOR EACH ROW EXECUTE FUNCTION ledger.refuse_shrinking();
ALTER TABLE ledger.head ENABLE ALWAYS TRIGGER only_grows;

-- Where the events of a command stand; `appended` tells this call from an earlier one like it.
CREATE TYPE ledger.receipt AS (
    first_position bigint,
    last_position  bigint,
    recorded_at    timestamptz,
    appended       boolean
);

-- The receipt of a command that is known; refuses its id for another request.
CREATE FUNCTION ledger.receipt_of(command_id uuid, request bytea) RETURNS SETOF ledger.receipt
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
DECLARE
    known ledger.command;
BEGIN
    SELECT * INTO known FROM ledger.command c WHERE c.id = receipt_of.command_id;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    IF known.request <> receipt_of.request THEN
        RAISE EXCEPTION 'command % was used before for another request', command_id
            USING ERRCODE = 'CT422';
    END IF;
    RETURN NEXT (known.first_position, known.last_position, known.recorded_at, false);
END $$;

-- Appends the events of one command, in order, to as many streams as it names:
--   {"id": uuid, "request": hex, "actor": text,
--    "events": [{"id", "stream", "version", "type", "schema", "effective_at", "body", "salt"}]}
-- Each event states the version it takes in its stream, which is the expected version plus one.
-- Raises CT409 where the stream has moved on, CT422 where the id stands for another request.
CREATE FUNCTION ledger.append(command jsonb) RETURNS SETOF ledger.receipt
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
DECLARE
    id        uuid := (command ->> 'id')::uuid;
    request   bytea := decode(command ->> 'request', 'hex');
    actor     text := command ->> 'actor';
    head      ledger.head;
    now       timestamptz;
    stamp     text;
    draft     record;
    stream_id uuid;
    version   integer;  -- of the stream so far
    prev_hash bytea;
    leaf_hash bytea;
    entries   ledger.event[] := '{}';
    latest    bigint;
BEGIN
    RETURN QUERY SELECT * FROM ledger.receipt_of(id, request);
    IF FOUND THEN
        RETURN;
    END IF;

    -- From here on commands queue; whoever waited may find its command done meanwhile.
    SELECT * INTO head FROM ledger.head FOR UPDATE;
    RETURN QUERY SELECT * FROM ledger.receipt_of(id, request);
    IF FOUND THEN
        RETURN;
    END IF;

    now := greatest(clock_timestamp(), head.recorded_at);
    stamp := to_char(now AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
    -- Stream by stream, so that each leaf finds the one before it in a variable.
    FOR draft IN
        SELECT head.size + e.ordinality - 1 AS position, e.*,
               sha256('\x02'::bytea || decode(e.salt, 'hex') || convert_to(e.body, 'UTF8'))
                   AS commitment,
               coalesce(last.version, 0) AS last_version,
               coalesce(last.leaf_hash, decode(repeat('00', 32), 'hex')) AS last_hash
        FROM ROWS FROM (jsonb_to_recordset(command -> 'events') AS (
            id uuid, stream uuid, version integer, type text, schema smallint,
            effective_at timestamptz, body text, salt text
        )) WITH ORDINALITY AS e (event_id, stream_id, version, type, schema_version,
                                 effective_at, body, salt, ordinality)
        LEFT JOIN LATERAL (
            SELECT l.version, l.leaf_hash FROM ledger.event l
            WHERE l.stream_id = e.stream_id ORDER BY l.version DESC LIMIT 1
        ) AS last ON true
        ORDER BY e.stream_id, e.ordinality
    LOOP
        IF draft.stream_id IS DISTINCT FROM stream_id THEN
            stream_id := draft.stream_id;
            version := draft.last_version;
            leaf_hash := draft.last_hash;
        END IF;
        IF draft.version <> version + 1 THEN
            RAISE EXCEPTION 'stream % is at version %, not %',
                stream_id, version, draft.version - 1
                USING ERRCODE = 'CT409', DETAIL = json_build_object('stream', stream_id,
                    'expected', draft.version - 1, 'actual', version);
        END IF;
        version := draft.version;
        prev_hash := leaf_hash;
        -- The leaf is spelt out here and not in a function of its own: a call costs ten times it.
        leaf_hash := sha256('\x00'::bytea || convert_to(concat_ws(E'\n',
            'claim-tracker event 1', draft.position, draft.event_id, draft.stream_id,
            draft.version, draft.type, draft.schema_version, actor,
            to_char(draft.effective_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
            stamp, id, encode(draft.commitment, 'hex'), encode(prev_hash, 'hex'), ''), 'UTF8'));
        entries := entries || ROW(
            draft.position, draft.event_id, draft.stream_id, draft.version, draft.type,
            draft.schema_version, actor, draft.effective_at, now, id,
            draft.commitment, prev_hash, leaf_hash)::ledger.event;
    END LOOP;
    IF entries = '{}' THEN
        RAISE EXCEPTION 'command % holds no event', id USING ERRCODE = 'CT422';
    END IF;

    -- One statement a table, whatever the number of events: that is what makes batches quick.
    INSERT INTO ledger.event SELECT e.* FROM unnest(entries) AS e ORDER BY e.position;
    INSERT INTO ledger.payload
        SELECT head.size + e.ordinality - 1, decode(e.salt, 'hex'), e.body, NULL
        FROM ROWS FROM (jsonb_to_recordset(command -> 'events') AS (body text, salt text))
            WITH ORDINALITY AS e (body, salt, ordinality);
    latest := head.size + cardinality(entries) - 1;
    UPDATE ledger.head SET size = latest + 1, recorded_at = now;
    INSERT INTO ledger.command VALUES (id, request, head.size, latest, now);
    RETURN NEXT (head.size, latest, now, true);
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ledger FROM PUBLIC;
GRANT USAGE ON SCHEMA ledger TO tracker_app;
GRANT SELECT ON ALL TABLES IN SCHEMA ledger TO tracker_app;
GRANT EXECUTE ON FUNCTION ledger.append(jsonb), ledger.receipt_of(uuid, bytea) TO tracker_app;

RESET ROLE;
