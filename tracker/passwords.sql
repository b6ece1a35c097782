-- The roles of roles.sql with their passwords, which are read from files and stand on no command line.
--
-- For psql, as a superuser in the desk's database: SECRETS names the folder that holds owner_password,
-- app_password and signer_password; a container finds them in /run/secrets. Running it again gives the
-- roles the passwords that the files hold by then.

\set ON_ERROR_STOP on
\set owner `cat "${SECRETS:-/run/secrets}/owner_password"`
\set app `cat "${SECRETS:-/run/secrets}/app_password"`
\set signer `cat "${SECRETS:-/run/secrets}/signer_password"`

SET tracker.owner_password = :'owner';
SET tracker.app_password = :'app';
SET tracker.signer_password = :'signer';

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['owner', 'app', 'signer'] LOOP
        IF current_setting('tracker.' || name || '_password') = '' THEN
            RAISE 'The file % holds no password, or cannot be read.', name || '_password';
        END IF;
    END LOOP;
END $$;

\ir roles.sql
