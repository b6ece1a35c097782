"""Operators keep people, keys and what is read, and decide nothing; auditors see these too."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SEES = (
    ("claims", "entry", "view_entry"),
    ("claims", "claim", "view_claim"),
    ("claims", "proposal", "view_proposal"),
    ("claims", "finding", "view_finding"),
    ("claims", "apikey", "view_apikey"),
    ("sources", "source", "view_source"),
    ("sources", "document", "view_document"),
    ("sources", "version", "view_version"),
    ("sources", "passage", "view_passage"),
    ("sources", "feed", "view_feed"),
    ("auth", "user", "view_user"),
    ("auth", "group", "view_group"),
)
KEEPS = (
    ("auth", "user", "add_user"),
    ("auth", "user", "change_user"),
    ("claims", "apikey", "add_apikey"),
    ("claims", "apikey", "change_apikey"),
    ("sources", "source", "add_source"),
    ("sources", "source", "change_source"),
    ("sources", "feed", "add_feed"),
    ("sources", "feed", "change_feed"),
    ("sources", "feed", "delete_feed"),
    # Handing a document in and having a failed one read again are one permission.
    ("sources", "document", "add_document"),
)
RIGHTS = {"Operator": SEES + KEEPS, "Auditor": SEES}


def allow(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Django makes permissions after all migrations; these are made at once."""
    using = schema_editor.connection.alias
    kinds = apps.get_model("contenttypes", "ContentType").objects.using(using)
    permissions = apps.get_model("auth", "Permission").objects.using(using)
    groups = apps.get_model("auth", "Group").objects.using(using)
    for name, rights in RIGHTS.items():
        group, _ = groups.get_or_create(name=name)
        for app, model, codename in rights:
            kind, _ = kinds.get_or_create(app_label=app, model=model)
            title = f"Can {codename.partition('_')[0]} {'API key' if model == 'apikey' else model}"
            right, _ = permissions.get_or_create(
                content_type=kind, codename=codename, defaults={"name": title}
            )
            group.permissions.add(right)


def forget(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    groups = apps.get_model("auth", "Group").objects.using(schema_editor.connection.alias)
    groups.filter(name="Operator").delete()


class Migration(migrations.Migration):
    dependencies = (("claims", "0016_verdicts"), ("sources", "0007_feeds"))
    operations = (migrations.RunPython(allow, forget),)
