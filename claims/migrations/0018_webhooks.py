"""Webhooks, their deliveries, and the recall list; who keeps an eye on them sees them."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SEE, KEEP = ("Editor", "Auditor", "Operator"), ("Operator",)
RIGHTS = (
    ("subscription", "view", SEE),
    ("delivery", "view", SEE),
    ("pulled", "view", SEE),
    ("subscription", "add", KEEP),
    ("subscription", "change", KEEP),
)
NAMES = {"pulled": "copy that a client holds", "subscription": "webhook"}


def allow(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Django makes permissions after all migrations; these are made at once."""
    using = schema_editor.connection.alias
    kinds = apps.get_model("contenttypes", "ContentType").objects.using(using)
    rights = apps.get_model("auth", "Permission").objects.using(using)
    groups = apps.get_model("auth", "Group").objects.using(using)
    for model, verb, names in RIGHTS:
        kind, _ = kinds.get_or_create(app_label="claims", model=model)
        name = f"Can {verb} {NAMES.get(model, model)}"
        right, _ = rights.get_or_create(
            content_type=kind, codename=f"{verb}_{model}", defaults={"name": name}
        )
        for group in groups.filter(name__in=names):
            group.permissions.add(right)


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0017_operator"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Subscription",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        help_text="Who hears of it, and where.", max_length=100, verbose_name="name"
                    ),
                ),
                ("url", models.TextField(verbose_name="address")),
                (
                    "types",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        default=list,
                        size=None,
                        verbose_name="events",
                    ),
                ),
                (
                    "statuses",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        default=list,
                        size=None,
                        verbose_name="status of the claim",
                    ),
                ),
                (
                    "claims",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(),
                        default=list,
                        size=None,
                        verbose_name="claims",
                    ),
                ),
                ("secret", models.CharField(max_length=100)),
                ("old_secret", models.CharField(blank=True, default="", max_length=100)),
                ("old_until", models.DateTimeField(null=True)),
                ("cursor", models.BigIntegerField()),
                ("created_at", models.DateTimeField(verbose_name="made at")),
                ("succeeded_at", models.DateTimeField(null=True, verbose_name="last success")),
                ("not_before", models.DateTimeField(null=True)),
                ("stopped_at", models.DateTimeField(null=True, verbose_name="stopped at")),
                (
                    "stopped_because",
                    models.TextField(blank=True, default="", verbose_name="why it is stopped"),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="subscriptions",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
            ],
            options={
                "verbose_name": "webhook",
                "verbose_name_plural": "webhooks",
            },
        ),
        migrations.CreateModel(
            name="Pulled",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("claim", models.UUIDField(db_index=True, verbose_name="claim")),
                ("version", models.IntegerField(verbose_name="version")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("asserted", "Asserted"),
                            ("corroborated", "Corroborated"),
                            ("disputed", "Disputed"),
                            ("withdrawn", "Withdrawn"),
                            ("merged", "Merged"),
                        ],
                        max_length=20,
                        verbose_name="status",
                    ),
                ),
                ("verdict", models.TextField(blank=True, default="", verbose_name="verdict")),
                ("pulled_at", models.DateTimeField(verbose_name="taken at")),
                (
                    "key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pulled",
                        to="claims.apikey",
                        verbose_name="API key",
                    ),
                ),
            ],
            options={
                "verbose_name": "copy that a client holds",
                "verbose_name_plural": "copies that clients hold",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("key", "claim"), name="one_copy_a_key_and_claim"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("message", models.CharField(max_length=40, unique=True, verbose_name="message")),
                ("kind", models.CharField(max_length=20, verbose_name="event")),
                ("position", models.BigIntegerField(null=True, verbose_name="position")),
                ("claim", models.UUIDField(null=True, verbose_name="claim")),
                ("version", models.IntegerField(null=True)),
                (
                    "status",
                    models.CharField(blank=True, default="", max_length=20, verbose_name="status"),
                ),
                ("verdict", models.TextField(blank=True, default="")),
                ("held", models.JSONField(default=list)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("delivered", "Delivered"),
                            ("failed", "Failed"),
                        ],
                        default="waiting",
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                ("attempts", models.IntegerField(default=0, verbose_name="attempts")),
                ("answer", models.TextField(blank=True, default="", verbose_name="last answer")),
                ("created_at", models.DateTimeField(verbose_name="made at")),
                ("begun_at", models.DateTimeField(null=True)),
                ("next_at", models.DateTimeField(null=True, verbose_name="next attempt")),
                ("done_at", models.DateTimeField(null=True, verbose_name="done at")),
                (
                    "subscription",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="claims.subscription",
                        verbose_name="webhook",
                    ),
                ),
            ],
            options={
                "verbose_name": "delivery",
                "verbose_name_plural": "deliveries",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["subscription", "claim", "id"],
                        name="delivery_waiting",
                    ),
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["subscription", "id"],
                        name="delivery_next",
                    ),
                    models.Index(
                        condition=models.Q(("kind", "recall")),
                        fields=["subscription", "claim", "-id"],
                        name="delivery_recall",
                    ),
                    models.Index(
                        condition=models.Q(("state", "delivered")),
                        fields=["done_at"],
                        name="delivery_done",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("subscription", "position", "kind"), name="one_delivery_an_event"
                    )
                ],
            },
        ),
        migrations.RunPython(allow, migrations.RunPython.noop),
    ]
