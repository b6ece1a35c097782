-- The Merkle tree over the events, kept in tiles, and what was signed of it.
--
-- A tile is computed here, from the events themselves, so that nobody can store a wrong one; it is
-- stored once it is full and never changes. What is not full yet is computed when it is asked for.
-- Only the signer's role may write: the application that appends events cannot vouch for them.

SET LOCAL ROLE tracker_ledger;

-- 256 hashes of a level, and the root over them, which is one hash of the level above. The root
-- is kept beside, so that the right edge of the tree is read without reading any tile.
CREATE TABLE ledger.tile (
    level  smallint NOT NULL CHECK (level >= 0),
    index  bigint NOT NULL CHECK (index >= 0),
    hashes bytea NOT NULL CHECK (octet_length(hashes) = 256 * 32),
    root   bytea NOT NULL CHECK (octet_length(root) = 32),
    PRIMARY KEY (level, index)
);
-- Said apart from the column, since PostgreSQL 15 takes it in no other way.
ALTER TABLE ledger.tile ALTER COLUMN hashes SET STORAGE EXTERNAL;

-- Signed notes as they were published, numbered in order: a size can be signed again by more keys.
CREATE TABLE ledger.checkpoint (
    number    bigint PRIMARY KEY CHECK (number > 0),
    size      bigint NOT NULL CHECK (size > 0),
    root      bytea NOT NULL CHECK (octet_length(root) = 32),
    note      text NOT NULL,
    signed_at timestamptz NOT NULL
);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['tile', 'checkpoint'] LOOP
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE
            ON ledger.%I FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse()', name);
        EXECUTE format('ALTER TABLE ledger.%I ENABLE ALWAYS TRIGGER append_only', name);
    END LOOP;
END $$;

-- The root (RFC 9162) over a tile's hashes, which are a power of two in number.
CREATE FUNCTION ledger.root_of(hashes bytea) RETURNS bytea LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    WHILE octet_length(hashes) > 32 LOOP
        SELECT string_agg(sha256('\x01'::bytea || substring(hashes FROM i * 64 + 1 FOR 64)),
                          ''::bytea ORDER BY i)
            INTO hashes FROM generate_series(0, octet_length(hashes) / 64 - 1) AS i;
    END LOOP;
    RETURN hashes;
END $$;

-- Stores every full tile of the first `size` events that is not stored yet; how many those were.
CREATE FUNCTION ledger.store_tiles(size bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
DECLARE
    depth  smallint := 0;
    full_  bigint := size / 256;
    first  bigint;
    hashes bytea;
    stored bigint := 0;
BEGIN
    IF size > (SELECT h.size FROM ledger.head h) THEN
        RAISE EXCEPTION 'the ledger does not hold % events', size USING ERRCODE = 'CT403';
    END IF;
    LOCK TABLE ledger.tile IN SHARE ROW EXCLUSIVE MODE;
    WHILE full_ > 0 LOOP
        SELECT coalesce(max(t.index) + 1, 0) INTO first FROM ledger.tile t WHERE t.level = depth;
        FOR n IN first .. full_ - 1 LOOP
            IF depth = 0 THEN
                SELECT string_agg(e.leaf_hash, ''::bytea ORDER BY e.position) INTO hashes
                    FROM ledger.event e
                    WHERE e.position >= n * 256 AND e.position < (n + 1) * 256;
            ELSE
                SELECT string_agg(t.root, ''::bytea ORDER BY t.index) INTO hashes
                    FROM ledger.tile t
                    WHERE t.level = depth - 1 AND t.index >= n * 256 AND t.index < (n + 1) * 256;
            END IF;
            INSERT INTO ledger.tile VALUES (depth, n, hashes, ledger.root_of(hashes));
            stored := stored + 1;
        END LOOP;
        depth := depth + 1;
        full_ := full_ / 256;
    END LOOP;
    RETURN stored;
END $$;

-- Publishes a signed note; its number. The last one again changes nothing.
CREATE FUNCTION ledger.store_checkpoint(size bigint, root bytea, note text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
DECLARE
    last ledger.checkpoint;
BEGIN
    LOCK TABLE ledger.checkpoint IN SHARE ROW EXCLUSIVE MODE;
    SELECT * INTO last FROM ledger.checkpoint c ORDER BY c.number DESC LIMIT 1;
    IF last.note = store_checkpoint.note THEN
        RETURN last.number;
    END IF;
    IF size > (SELECT h.size FROM ledger.head h) OR size < last.size
        OR (size = last.size AND root <> last.root)
    THEN
        RAISE EXCEPTION 'a checkpoint of % events does not follow one of %', size, last.size
            USING ERRCODE = 'CT403';
    END IF;
    INSERT INTO ledger.checkpoint VALUES (
        coalesce(last.number, 0) + 1, size, root, note, clock_timestamp());
    RETURN coalesce(last.number, 0) + 1;
END $$;

REVOKE ALL ON FUNCTION ledger.root_of(bytea), ledger.store_tiles(bigint),
    ledger.store_checkpoint(bigint, bytea, text) FROM PUBLIC;
GRANT SELECT ON ledger.tile, ledger.checkpoint TO tracker_app;
-- The signer sees envelopes and hashes, and never what was said.
GRANT USAGE ON SCHEMA ledger TO tracker_signer;
GRANT SELECT ON ledger.head, ledger.event, ledger.tile, ledger.checkpoint TO tracker_signer;
GRANT EXECUTE ON FUNCTION ledger.store_tiles(bigint),
    ledger.store_checkpoint(bigint, bytea, text) TO tracker_signer;

RESET ROLE;
