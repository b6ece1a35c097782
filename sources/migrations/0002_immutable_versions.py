"""A version's bytes, and its text once it is read, never change: evidence is pinned to them."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION sources_version_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE'
        OR (NEW.sha256, NEW.document_id, NEW.number, NEW.body, NEW.captured_at)
            IS DISTINCT FROM (OLD.sha256, OLD.document_id, OLD.number, OLD.body, OLD.captured_at)
        OR (OLD.text IS NOT NULL AND NEW.text IS DISTINCT FROM OLD.text)
    THEN
        RAISE EXCEPTION 'version % of a document never changes', OLD.sha256
            USING ERRCODE = 'CT403';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE ON sources_version
    FOR EACH ROW EXECUTE FUNCTION sources_version_is_immutable();
ALTER TABLE sources_version ENABLE ALWAYS TRIGGER immutable;
"""

REVERSE = """
DROP TRIGGER immutable ON sources_version;
DROP FUNCTION sources_version_is_immutable();
"""


class Migration(migrations.Migration):
    dependencies = (("sources", "0001_sources"),)
    operations = (migrations.RunSQL(FORWARD, REVERSE),)
