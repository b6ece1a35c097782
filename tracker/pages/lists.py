"""Any list of the admin as a file: the columns of the page, of the rows that are ticked.

Only what the list shows leaves it, so that nobody gets more than they see; hashes and secrets are
in no list. Whatever the desk gives as CSV is written here, so that no cell of it is a formula.
"""

import csv
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import label_for_field, lookup_field
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _

from claims.desk.recalls import held_otherwise

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would compute
CSV = "text/csv; charset=utf-8"
CHUNK = 500  # rows that are read at once


class Line:
    """Takes what a CSV writer writes, and hands it on."""

    def write(self, text: str) -> str:
        return text


@admin.action(description=_("Save as CSV"), permissions=["view"])
def as_csv(
    kept: "admin.ModelAdmin[Any]", request: HttpRequest, queryset: QuerySet[Any]
) -> HttpResponseBase:
    """The rows as CSV (RFC 4180), under the names that the columns have on the page."""
    names = columns(kept, request)

    def lines() -> Iterator[str]:
        yield "\ufeff"  # Without it spreadsheets take UTF-8 for something older.
        heads = [label_for_field(name, queryset.model, kept) for name in names]
        yield from written([("id", *heads)])
        yield from written(rows(kept, names, queryset))

    return _file(lines(), CSV, f"{queryset.model._meta.model_name}.csv")


def table(name: str, rows: Iterable[Iterable[object]]) -> HttpResponse:
    """A table as a CSV file of this name, its head first."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return HttpResponse("".join(written(rows)), content_type=CSV, headers=headers)


def recalls(request: HttpRequest) -> HttpResponse:
    """The recall list as CSV, for other programs."""
    if not request.user.has_perm("claims.view_pulled"):
        raise PermissionDenied
    return table("recall", held_otherwise())


@admin.action(description=_("Save as JSON"), permissions=["view"])
def as_json(
    kept: "admin.ModelAdmin[Any]", request: HttpRequest, queryset: QuerySet[Any]
) -> HttpResponseBase:
    """The rows as a JSON list of objects, under the names that the columns have in the program."""
    names = columns(kept, request)

    def lines() -> Iterator[str]:
        before = "[\n"
        for row in rows(kept, names, queryset):
            told = dict(zip(("id", *names), row, strict=True))
            yield before + json.dumps(told, ensure_ascii=False)
            before = ",\n"
        yield "[]\n" if before == "[\n" else "\n]\n"

    return _file(lines(), "application/json", f"{queryset.model._meta.model_name}.json")


def columns(kept: "admin.ModelAdmin[Any]", request: HttpRequest) -> list[Any]:
    """The columns of a list, but for the box to tick."""
    return [name for name in kept.get_list_display(request) if name != "action_checkbox"]


def rows(
    kept: "admin.ModelAdmin[Any]", names: list[Any], queryset: QuerySet[Any]
) -> Iterator[list[str]]:
    """The rows of a list as text, each with its primary key first.

    An admin whose columns need more than a row says in `prepared` how rows come by it.
    """
    prepared: Any = getattr(kept, "prepared", list)
    found = queryset.iterator(chunk_size=CHUNK)
    while batch := prepared(list(islice(found, CHUNK))):
        for row in batch:
            yield [str(row.pk), *(_cell(kept, name, row) for name in names)]


def _cell(kept: "admin.ModelAdmin[Any]", name: Any, row: Any) -> str:
    """What stands in a column, without the marks that make it look as it does."""
    try:
        field, _attribute, value = lookup_field(name, row, kept)
    except ObjectDoesNotExist:
        return ""
    if field is not None and field.flatchoices:
        value = dict(field.flatchoices).get(value, value)
    if isinstance(value, datetime):
        return value.isoformat()
    return "" if value is None else " ".join(strip_tags(str(value)).split())


def written(rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """The lines of a CSV file."""
    writer = csv.writer(Line())
    for row in rows:
        yield writer.writerow([safe(cell) for cell in row])


def safe(cell: object) -> str:
    """The cell as text that no spreadsheet takes for a formula."""
    text = str(cell)
    return f"'{text}" if text.startswith(FORMULA) else text


def _file(lines: Iterable[str], content_type: str, name: str) -> HttpResponseBase:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(lines, content_type=content_type, headers=headers)
