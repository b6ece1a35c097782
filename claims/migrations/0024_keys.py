"""Keys have scopes, networks, a rate, an end, a last use, and a secret before the last one."""

import django.contrib.postgres.fields
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def as_before(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The keys that exist go on doing what any key could do before."""
    keys = apps.get_model("claims", "ApiKey").objects.using(schema_editor.connection.alias)
    keys.update(scopes=["read", "log", "submit"])


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0023_published"),
    ]

    operations = [
        migrations.AddField(
            model_name="apikey",
            name="expires_at",
            field=models.DateTimeField(null=True, verbose_name="expires at"),
        ),
        migrations.AddField(
            model_name="apikey",
            name="former_digest",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name="apikey",
            name="former_prefix",
            field=models.CharField(blank=True, db_index=True, max_length=12),
        ),
        migrations.AddField(
            model_name="apikey",
            name="former_until",
            field=models.DateTimeField(null=True, verbose_name="the former one works until"),
        ),
        migrations.AddField(
            model_name="apikey",
            name="last_used_at",
            field=models.DateTimeField(
                help_text="To within ten minutes.", null=True, verbose_name="last used"
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="networks",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=43),
                default=list,
                help_text="Networks as in 203.0.113.0/24; none: from everywhere.",
                size=None,
                verbose_name="only from",
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="per_minute",
            field=models.PositiveIntegerField(
                help_text="Empty: what the desk allows any key.",
                null=True,
                verbose_name="requests a minute",
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="scopes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("read", "Read claims, sources, documents and proposals"),
                        ("log", "Follow the log: every event with what it says"),
                        ("submit", "Send documents"),
                        ("decide", "Decide proposals, in the name of its user"),
                    ],
                    max_length=10,
                ),
                default=list,
                size=None,
                verbose_name="may",
            ),
        ),
        migrations.RunPython(as_before, migrations.RunPython.noop),
    ]
