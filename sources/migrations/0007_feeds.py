"""Feeds and news sitemaps that are polled, and what they say of the articles they list."""

from django.core.validators import MinValueValidator
from django.db import migrations, models


def kept(name: str) -> models.Field:
    """A time that only polling writes."""
    return models.DateTimeField(editable=False, null=True, verbose_name=name)


class Migration(migrations.Migration):
    dependencies = (("sources", "0006_rechecks"),)
    operations = (
        migrations.AddField(
            "document",
            "hints",
            models.JSONField(blank=True, default=dict, verbose_name="what a feed says of it"),
        ),
        migrations.CreateModel(
            "Feed",
            [
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("url", models.TextField(unique=True, verbose_name="address")),
                (
                    "every",
                    models.PositiveIntegerField(
                        default=15,
                        validators=[MinValueValidator(5)],
                        verbose_name="minutes between two looks",
                    ),
                ),
                ("active", models.BooleanField(default=True, verbose_name="active")),
                ("etag", models.TextField(blank=True, default="", editable=False)),
                ("last_modified", models.TextField(blank=True, default="", editable=False)),
                ("next_at", kept("next look")),
                ("polled_at", kept("last look")),
                ("succeeded_at", kept("last success")),
                ("brought_at", kept("last new article")),
                (
                    "failures",
                    models.IntegerField(
                        default=0, editable=False, verbose_name="failures in a row"
                    ),
                ),
                (
                    "note",
                    models.TextField(
                        blank=True, default="", editable=False, verbose_name="what was wrong"
                    ),
                ),
            ],
            options={
                "verbose_name": "feed",
                "verbose_name_plural": "feeds",
                "indexes": [
                    models.Index(
                        condition=models.Q(("active", True)), fields=["next_at"], name="feed_due"
                    )
                ],
            },
        ),
    )
