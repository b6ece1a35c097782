"""Stories, tags and notes: how a desk groups its claims and talks about them."""

import django.db.models.deletion
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

RIGHTS = {
    "view": ("Reviewer", "Editor", "Auditor", "Operator"),
    "add": ("Reviewer", "Editor"),
    "change": ("Reviewer", "Editor"),
}


def allow(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    using = schema_editor.connection.alias
    kinds = apps.get_model("contenttypes", "ContentType").objects.using(using)
    kind, _ = kinds.get_or_create(app_label="claims", model="story")
    rights = apps.get_model("auth", "Permission").objects.using(using)
    groups = apps.get_model("auth", "Group").objects.using(using)
    for verb, names in RIGHTS.items():
        right, _ = rights.get_or_create(
            content_type=kind, codename=f"{verb}_story", defaults={"name": f"Can {verb} story"}
        )
        for group in groups.filter(name__in=names):
            group.permissions.add(right)


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0019_figures"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Story",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, unique=True, verbose_name="name")),
                ("description", models.TextField(blank=True, verbose_name="description")),
                (
                    "archived",
                    models.BooleanField(
                        default=False,
                        help_text="It is offered for no more claims.",
                        verbose_name="archived",
                    ),
                ),
            ],
            options={
                "verbose_name": "story",
                "verbose_name_plural": "stories",
                "ordering": ("name",),
            },
        ),
        migrations.CreateModel(
            name="Note",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("claim", models.UUIDField(db_index=True)),
                ("at", models.DateTimeField()),
                ("text", models.TextField()),
                ("deleted_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-at", "-id"),
            },
        ),
        migrations.CreateModel(
            name="Tag",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("claim", models.UUIDField(db_index=True)),
                ("word", models.CharField(max_length=40, verbose_name="tag")),
            ],
            options={
                "ordering": ("word",),
                "constraints": [
                    models.UniqueConstraint(fields=("word", "claim"), name="one_tag_a_word")
                ],
            },
        ),
        migrations.CreateModel(
            name="Mention",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("read_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mentions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "note",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mentions",
                        to="claims.note",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("read_at", None)),
                        fields=["person"],
                        name="mention_unread",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("note", "person"), name="one_mention_a_note")
                ],
            },
        ),
        migrations.CreateModel(
            name="StoryClaim",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("claim", models.UUIDField(db_index=True)),
                (
                    "story",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="claims",
                        to="claims.story",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("story", "claim"), name="once_in_a_story")
                ],
            },
        ),
        migrations.RunPython(allow, migrations.RunPython.noop),
    ]
