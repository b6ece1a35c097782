-- The roles of the desk's database, with no more rights than each needs.
--
-- tracker_ledger   owns the log and its functions; nobody can log in as it
-- tracker_owner    owns every other table; for migrations, backups and restoring alone
-- tracker_app      web server, workers and beat: reads and writes what the desk shows, appends to the log
-- tracker_signer   publishes checkpoints of the log, and no more
--
-- Run in every database of the desk: by a superuser where the roles do not exist yet, by
-- tracker_owner in one more database of the same server. Running it again changes nothing.
-- Plain SQL for psql, for a container's init folder and for any driver. Passwords come from the
-- settings tracker.owner_password, tracker.app_password and tracker.signer_password (SET, or
-- PGOPTIONS="-c ...", or from files: see passwords.sql); where they are missing, the passwords stay
-- as they are. Of what each role may do the rest is granted where the tables are made
-- (claims/migrations, claims/ledger/sql), and tests/claims/ledger/test_privileges.py holds it to that.

DO $$
DECLARE
    name     text;
    password text;
BEGIN
    -- Nobody can log in as the owner of the ledger, so nobody can switch its triggers off by mistake.
    IF to_regrole('tracker_ledger') IS NULL THEN
        CREATE ROLE tracker_ledger NOLOGIN;
    END IF;
    IF to_regrole('tracker_owner') IS NULL THEN
        CREATE ROLE tracker_owner LOGIN;
    END IF;
    IF to_regrole('tracker_app') IS NULL THEN
        CREATE ROLE tracker_app LOGIN;
    END IF;
    -- Who vouches for the log is not who writes it: see claims/ledger/sql/0002_checkpoints.sql.
    IF to_regrole('tracker_signer') IS NULL THEN
        CREATE ROLE tracker_signer LOGIN;
    END IF;
    IF NOT pg_has_role('tracker_owner', 'tracker_ledger', 'MEMBER') THEN
        GRANT tracker_ledger TO tracker_owner;
    END IF;
    FOREACH name IN ARRAY ARRAY['owner', 'app', 'signer'] LOOP
        password := current_setting('tracker.' || name || '_password', true);
        IF length(password) BETWEEN 1 AND 15 THEN
            RAISE 'The password of tracker_% is weak: it needs at least 16 characters.', name;
        END IF;
        IF password <> '' THEN
            EXECUTE format('ALTER ROLE %I PASSWORD %L', 'tracker_' || name, password);
        END IF;
    END LOOP;

    -- The owner of the database may create schemas, tables and trusted extensions in it.
    EXECUTE format('ALTER DATABASE %I OWNER TO tracker_owner', current_database());
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    -- Temporary tables are where replay builds the read side anew.
    EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO tracker_app', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO tracker_signer', current_database());
END $$;

-- What migrations will create is readable and writable for the application, and nothing more:
-- it can neither truncate nor alter a table, and the ledger grants it less than that.
GRANT USAGE ON SCHEMA public TO tracker_app;
ALTER DEFAULT PRIVILEGES FOR ROLE tracker_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO tracker_app;
ALTER DEFAULT PRIVILEGES FOR ROLE tracker_owner IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO tracker_app;
