"""Decisions are counted by their time; who decided how much is for editors and auditors."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def allow(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    using = schema_editor.connection.alias
    kinds = apps.get_model("contenttypes", "ContentType").objects.using(using)
    kind, _ = kinds.get_or_create(app_label="claims", model="proposal")
    rights = apps.get_model("auth", "Permission").objects.using(using)
    right, _ = rights.get_or_create(
        content_type=kind,
        codename="view_decisions",
        defaults={"name": "Can see who decided how much"},
    )
    for group in (
        apps.get_model("auth", "Group")
        .objects.using(using)
        .filter(name__in=("Editor", "Auditor", "Operator"))
    ):
        group.permissions.add(right)


class Migration(migrations.Migration):
    dependencies = (("claims", "0018_webhooks"),)
    operations = (
        migrations.AlterModelOptions(
            "proposal",
            {
                "permissions": (
                    ("decide_proposal", "Can accept and dismiss proposals"),
                    ("view_decisions", "Can see who decided how much"),
                ),
                "verbose_name": "proposal",
                "verbose_name_plural": "proposals",
            },
        ),
        migrations.AddIndex(
            "proposal",
            models.Index(
                condition=models.Q(("decided_at__isnull", False)),
                fields=["-decided_at"],
                name="proposal_decided",
            ),
        ),
        migrations.RunPython(allow, migrations.RunPython.noop),
    )
