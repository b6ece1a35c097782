"""What is shown first in the queue, who sees to a proposal, and lists under a name."""

import django.db.models.deletion
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Q

PRIORITY = """
UPDATE claims_proposal SET priority = score - 0.02 * extract(epoch FROM created_at) / 86400
"""


def allow(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Reviewers and editors assign and snooze."""
    using = schema_editor.connection.alias
    kinds = apps.get_model("contenttypes", "ContentType").objects.using(using)
    permissions = apps.get_model("auth", "Permission").objects.using(using)
    groups = apps.get_model("auth", "Group").objects.using(using)
    kind, _ = kinds.get_or_create(app_label="claims", model="handling")
    right, _ = permissions.get_or_create(
        content_type=kind,
        codename="assign_proposal",
        defaults={"name": "Can assign and snooze proposals"},
    )
    for name in ("Reviewer", "Editor"):
        groups.get_or_create(name=name)[0].permissions.add(right)


class Migration(migrations.Migration):
    dependencies = (
        ("claims", "0014_memory"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    )
    operations = (
        migrations.AddField(
            "proposal", "priority", models.FloatField(default=0, verbose_name="priority")
        ),
        migrations.RunSQL(PRIORITY, migrations.RunSQL.noop),
        migrations.AlterField("proposal", "priority", models.FloatField(verbose_name="priority")),
        migrations.RemoveIndex("proposal", "proposal_queue"),
        migrations.AddIndex(
            "proposal",
            models.Index(
                condition=Q(("state", "open")),
                fields=["-disputed", "-priority", "id"],
                name="proposal_queue",
            ),
        ),
        migrations.CreateModel(
            name="Handling",
            fields=[
                (
                    "proposal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="handling",
                        serialize=False,
                        to="claims.proposal",
                    ),
                ),
                (
                    "snoozed_until",
                    models.DateField(null=True, verbose_name="snoozed until"),
                ),
                (
                    "assignee",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="assigned to",
                    ),
                ),
            ],
            options={
                "verbose_name": "handling",
                "verbose_name_plural": "handlings",
                "permissions": (("assign_proposal", "Can assign and snooze proposals"),),
            },
        ),
        migrations.CreateModel(
            name="SavedFilter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("query", models.CharField(max_length=1000, verbose_name="query")),
                (
                    "shared",
                    models.BooleanField(default=False, verbose_name="for the whole desk"),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_filters",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "saved filter",
                "verbose_name_plural": "saved filters",
                "ordering": ("name",),
                "constraints": (
                    models.UniqueConstraint(fields=("owner", "name"), name="one_filter_a_name"),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        name="a_filter_has_its_name",
                    ),
                ),
            },
        ),
        migrations.RunPython(allow, migrations.RunPython.noop),
    )
