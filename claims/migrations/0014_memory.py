"""What was judged is remembered however a print sets it, and for the claim it was accepted for.

Going back keeps the newer fingerprints: older rules then take some words for new, and ask again.
"""

import hashlib
import re
import unicodedata

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "\u00ad": None, "\u200b": None})
GROUPS = re.compile(r"(?<=\d)[ .,'’](?=\d{3}(?!\d))")
MOVE = """
UPDATE claims_finding AS moved SET claim = entry.stream_id
FROM claims_proposal AS proposal JOIN claims_entry AS entry USING (position)
WHERE moved.proposal_id = proposal.id AND proposal.state = 'accepted'
    AND moved.claim <> entry.stream_id
    AND NOT EXISTS (
        SELECT FROM claims_finding AS there
        WHERE there.claim = entry.stream_id AND there.document = moved.document
            AND (there.start, there."end") = (moved.start, moved."end")
    )
"""


def fingerprint(quote: str) -> str:
    plain = unicodedata.normalize("NFKC", quote).casefold().translate(LIGATURES)
    plain = re.sub(r"\W+", " ", GROUPS.sub("", " ".join(plain.split()))).strip()
    return hashlib.sha256(plain.encode()).hexdigest()


def compute(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    findings = apps.get_model("claims", "Finding").objects.using(schema_editor.connection.alias)
    kept = findings.exclude(quote="").only("id", "quote", "fingerprint").iterator(chunk_size=2000)
    for finding in kept:
        anew = fingerprint(finding.quote)
        if anew != finding.fingerprint:
            findings.filter(id=finding.id).update(fingerprint=anew)


class Migration(migrations.Migration):
    dependencies = (("claims", "0013_feeds"),)
    operations = (
        migrations.AlterField(
            "proposal",
            "state",
            models.CharField(
                choices=[
                    ("open", "Open"),
                    ("accepted", "Accepted"),
                    ("dismissed", "Dismissed"),
                    ("superseded", "Superseded"),
                ],
                default="open",
                max_length=12,
                verbose_name="state",
            ),
        ),
        migrations.RunPython(compute, migrations.RunPython.noop),
        migrations.RunSQL(MOVE, migrations.RunSQL.noop),
    )
