"""Each finding says why its origin is what it is; reviewers and editors may overrule it."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

WHO = ("Reviewer", "Editor")


def allow(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Django makes permissions after all migrations; this one is made at once."""
    using = schema_editor.connection.alias
    kinds = apps.get_model("contenttypes", "ContentType").objects.using(using)
    kind, _ = kinds.get_or_create(app_label="sources", model="document")
    right, _ = (
        apps.get_model("auth", "Permission")
        .objects.using(using)
        .get_or_create(
            content_type=kind,
            codename="change_origin",
            defaults={"name": "Can say whose words a document prints"},
        )
    )
    for group in apps.get_model("auth", "Group").objects.using(using).filter(name__in=WHO):
        group.permissions.add(right)


def disallow(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    using = schema_editor.connection.alias
    rights = apps.get_model("auth", "Permission").objects.using(using)
    rights.filter(codename="change_origin").delete()


class Migration(migrations.Migration):
    dependencies = (("claims", "0008_erasure"), ("sources", "0004_origins"))
    operations = (
        migrations.AddField(
            "finding",
            "origin_because",
            models.TextField(blank=True, default="", verbose_name="why this origin"),
        ),
        migrations.RunPython(allow, disallow),
    )
