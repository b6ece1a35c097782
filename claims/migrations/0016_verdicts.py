"""Withdrawing a confirmed verdict is for editors; rated claims are found at once."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def allow(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    using = schema_editor.connection.alias
    kind = apps.get_model("contenttypes", "ContentType").objects.using(using)
    claim, _ = kind.get_or_create(app_label="claims", model="claim")
    permissions = apps.get_model("auth", "Permission").objects.using(using)
    right, _ = permissions.get_or_create(
        content_type=claim,
        codename="withdraw_verdict",
        defaults={"name": "Can withdraw a confirmed verdict"},
    )
    group, _ = apps.get_model("auth", "Group").objects.using(using).get_or_create(name="Editor")
    group.permissions.add(right)


class Migration(migrations.Migration):
    dependencies = (("claims", "0015_queue"),)
    operations = (
        migrations.AlterModelOptions(
            "claim",
            {
                "permissions": (
                    ("reword_claim", "Can reword a claim"),
                    ("withdraw_evidence", "Can withdraw evidence"),
                    ("rate_claim", "Can rate a claim"),
                    ("confirm_rating", "Can confirm a rating"),
                    ("merge_claims", "Can merge and unmerge claims"),
                    ("withdraw_verdict", "Can withdraw a confirmed verdict"),
                ),
                "verbose_name": "claim",
                "verbose_name_plural": "claims",
            },
        ),
        migrations.AddIndex(
            "claim",
            models.Index(
                condition=models.Q(("verdict__isnull", False)),
                fields=["-position"],
                name="claim_rated",
            ),
        ),
        migrations.RunPython(allow, migrations.RunPython.noop),
    )
