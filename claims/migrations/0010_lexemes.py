"""How many claims hold each word, kept with every change, for ranking what a search finds.

A change adds rows and changes none, so that no writer waits for another on a common word; a lexeme
is in as many claims as its rows add up to. `claims.lexemes.fold` adds them up now and then. Two
rows are no lexemes: '' counts the claims, and ' ' the lexemes of all of them together.
"""

from django.db import migrations

FORWARD = """
CREATE TABLE claims_lexeme (lexeme text NOT NULL, claims integer NOT NULL);
CREATE INDEX lexeme_claims ON claims_lexeme (lexeme) INCLUDE (claims);

CREATE FUNCTION claims_count_lexemes(before tsvector, after tsvector) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO claims_lexeme (lexeme, claims)
    SELECT lexeme, sum(n) FROM (
        SELECT unnest(tsvector_to_array(after)), 1
        UNION ALL SELECT unnest(tsvector_to_array(before)), -1
        UNION ALL VALUES ('', (after IS NOT NULL)::integer - (before IS NOT NULL)::integer),
            (' ', coalesce(length(after), 0) - coalesce(length(before), 0))
    ) AS change (lexeme, n)
    GROUP BY lexeme HAVING sum(n) <> 0
$$;

-- What can be found: claims that stand by themselves, and claims that wait as proposals.
CREATE FUNCTION claims_claim_lexemes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before tsvector;
    after  tsvector;
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.status <> 'merged' THEN before := OLD.search; END IF;
    IF TG_OP <> 'DELETE' AND NEW.status <> 'merged' THEN after := NEW.search; END IF;
    IF before IS DISTINCT FROM after THEN
        PERFORM claims_count_lexemes(before, after);
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION claims_proposal_lexemes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before tsvector;
    after  tsvector;
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.begins AND OLD.state = 'open' THEN before := OLD.search; END IF;
    IF TG_OP <> 'DELETE' AND NEW.begins AND NEW.state = 'open' THEN after := NEW.search; END IF;
    IF before IS DISTINCT FROM after THEN
        PERFORM claims_count_lexemes(before, after);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER count_lexemes AFTER INSERT OR UPDATE OR DELETE ON claims_claim
    FOR EACH ROW EXECUTE FUNCTION claims_claim_lexemes();
CREATE TRIGGER count_lexemes AFTER INSERT OR UPDATE OR DELETE ON claims_proposal
    FOR EACH ROW EXECUTE FUNCTION claims_proposal_lexemes();

INSERT INTO claims_lexeme
    SELECT lexeme, count(*) FROM (
        SELECT search FROM claims_claim WHERE status <> 'merged'
        UNION ALL SELECT search FROM claims_proposal WHERE begins AND state = 'open'
    ) AS found, unnest(tsvector_to_array(search) || '{""}'::text[]) AS lexeme
    GROUP BY lexeme;
INSERT INTO claims_lexeme
    SELECT ' ', coalesce(sum(claims), 0) FROM claims_lexeme WHERE lexeme <> '';
"""
REVERSE = """
DROP TRIGGER count_lexemes ON claims_claim;
DROP TRIGGER count_lexemes ON claims_proposal;
DROP FUNCTION claims_claim_lexemes(), claims_proposal_lexemes();
DROP FUNCTION claims_count_lexemes(tsvector, tsvector);
DROP TABLE claims_lexeme;
"""


class Migration(migrations.Migration):
    dependencies = (("claims", "0009_why_an_origin"),)
    operations = (migrations.RunSQL(FORWARD, REVERSE),)
