"""The desk's groups and what each may do; a later change to them is a later migration."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SEES = (
    ("claims", "entry", "view_entry"),
    ("claims", "claim", "view_claim"),
    ("claims", "proposal", "view_proposal"),
    ("claims", "finding", "view_finding"),
    ("sources", "source", "view_source"),
    ("sources", "document", "view_document"),
    ("sources", "version", "view_version"),
    ("sources", "passage", "view_passage"),
)
DECIDES = (
    ("claims", "proposal", "decide_proposal"),
    ("claims", "claim", "reword_claim"),
    ("claims", "claim", "rate_claim"),
    ("claims", "claim", "confirm_rating"),
    ("sources", "document", "add_document"),
)
EDITS = (
    ("claims", "claim", "withdraw_evidence"),
    ("claims", "claim", "merge_claims"),
    ("sources", "source", "add_source"),
    ("sources", "source", "change_source"),
)
GROUPS = {
    "Reviewer": SEES + DECIDES,
    "Editor": SEES + DECIDES + EDITS,
    "Auditor": SEES,
}
NAMES = {
    "decide_proposal": "Can accept and dismiss proposals",
    "reword_claim": "Can reword a claim",
    "rate_claim": "Can rate a claim",
    "confirm_rating": "Can confirm a rating",
    "withdraw_evidence": "Can withdraw evidence",
    "merge_claims": "Can merge and unmerge claims",
}


def make(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Django makes permissions after all migrations; those named here are made at once."""
    using = schema_editor.connection.alias
    content_types = apps.get_model("contenttypes", "ContentType").objects.using(using)
    permissions = apps.get_model("auth", "Permission").objects.using(using)
    groups = apps.get_model("auth", "Group").objects.using(using)
    for name, rights in GROUPS.items():
        group, _ = groups.get_or_create(name=name)
        for app, model, codename in rights:
            kind, _ = content_types.get_or_create(app_label=app, model=model)
            verb = codename.partition("_")[0]
            title = NAMES.get(codename, f"Can {verb} {model}")
            right, _ = permissions.get_or_create(
                content_type=kind, codename=codename, defaults={"name": title}
            )
            group.permissions.add(right)


def remove(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    groups = apps.get_model("auth", "Group").objects.using(schema_editor.connection.alias)
    groups.filter(name__in=GROUPS).delete()


class Migration(migrations.Migration):
    dependencies = (
        ("claims", "0003_entry_view"),
        ("sources", "0002_immutable_versions"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    )
    operations = (migrations.RunPython(make, remove),)
