"""A version may be taken down, once and whole; apart from that it still never changes."""

from importlib import import_module

from django.db import migrations, models

FORWARD = """
CREATE OR REPLACE FUNCTION sources_version_is_immutable() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    removes boolean := TG_OP = 'UPDATE' AND OLD.removed_at IS NULL AND NEW.removed_at IS NOT NULL;
BEGIN
    IF TG_OP = 'DELETE'
        OR (NEW.sha256, NEW.document_id, NEW.number, NEW.captured_at)
            IS DISTINCT FROM (OLD.sha256, OLD.document_id, OLD.number, OLD.captured_at)
        OR (removes AND (NEW.body <> '' OR NEW.text IS DISTINCT FROM '' OR NEW.removed_because = ''
            OR (NEW.content_type, NEW.reader) IS DISTINCT FROM (OLD.content_type, OLD.reader)
            OR EXISTS (SELECT FROM sources_passage p WHERE p.version_id = OLD.sha256)))
        OR (NOT removes AND (NEW.body <> OLD.body
            OR (OLD.text IS NOT NULL AND NEW.text IS DISTINCT FROM OLD.text)
            OR (NEW.removed_at, NEW.removed_because)
                IS DISTINCT FROM (OLD.removed_at, OLD.removed_because)))
    THEN
        RAISE EXCEPTION 'version % of a document never changes', OLD.sha256
            USING ERRCODE = 'CT403';
    END IF;
    RETURN NEW;
END $$;
"""
BEFORE = import_module("sources.migrations.0002_immutable_versions")
REVERSE = (
    "DROP TRIGGER immutable ON sources_version; DROP FUNCTION sources_version_is_immutable();"
    + BEFORE.FORWARD
)


class Migration(migrations.Migration):
    dependencies = (("sources", "0002_immutable_versions"),)
    operations = (
        migrations.AddField(
            "version",
            "removed_at",
            models.DateTimeField(null=True, verbose_name="taken down at"),
        ),
        migrations.AddField(
            "version",
            "removed_because",
            models.TextField(blank=True, default="", verbose_name="taken down because"),
        ),
        migrations.AlterModelOptions(
            "version",
            {
                "permissions": (("take_down_version", "Can take a version down"),),
                "verbose_name": "version",
                "verbose_name_plural": "versions",
            },
        ),
        migrations.RunSQL(FORWARD, REVERSE),
    )
