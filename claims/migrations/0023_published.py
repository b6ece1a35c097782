"""A claim is public once an editor has published it."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def allow(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    using = schema_editor.connection.alias
    kinds = apps.get_model("contenttypes", "ContentType").objects.using(using)
    claim, _ = kinds.get_or_create(app_label="claims", model="claim")
    rights = apps.get_model("auth", "Permission").objects.using(using)
    right, _ = rights.get_or_create(
        content_type=claim,
        codename="publish_claim",
        defaults={"name": "Can publish a claim, and take it back"},
    )
    group, _ = apps.get_model("auth", "Group").objects.using(using).get_or_create(name="Editor")
    group.permissions.add(right)


class Migration(migrations.Migration):
    dependencies = (("claims", "0022_run"),)
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
                    ("publish_claim", "Can publish a claim, and take it back"),
                ),
                "verbose_name": "claim",
                "verbose_name_plural": "claims",
            },
        ),
        migrations.AddField(
            "claim",
            "published",
            models.BooleanField(db_default=False, default=False, verbose_name="public"),
        ),
        migrations.AddIndex(
            "claim",
            models.Index(
                condition=models.Q(("published", True)),
                fields=["-position"],
                name="claim_published",
            ),
        ),
        migrations.RunPython(allow, migrations.RunPython.noop),
    )
