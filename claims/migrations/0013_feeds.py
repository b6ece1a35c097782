"""Editors keep the list of feeds; everybody at the desk sees it."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

KEEP = ("view_feed", "add_feed", "change_feed", "delete_feed")
RIGHTS = {"Editor": KEEP, "Reviewer": KEEP[:1], "Auditor": KEEP[:1]}


def allow(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Django makes permissions after all migrations; these are made at once."""
    using = schema_editor.connection.alias
    kinds = apps.get_model("contenttypes", "ContentType").objects.using(using)
    rights = apps.get_model("auth", "Permission").objects.using(using)
    groups = apps.get_model("auth", "Group").objects.using(using)
    kind, _ = kinds.get_or_create(app_label="sources", model="feed")
    for group in groups.filter(name__in=RIGHTS):
        for codename in RIGHTS[group.name]:
            name = f"Can {codename.partition('_')[0]} feed"
            right, _ = rights.get_or_create(
                content_type=kind, codename=codename, defaults={"name": name}
            )
            group.permissions.add(right)


class Migration(migrations.Migration):
    dependencies = (("claims", "0012_source_changed"), ("sources", "0007_feeds"))
    operations = (migrations.RunPython(allow, migrations.RunPython.noop),)
