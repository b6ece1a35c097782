"""Pages by cursor: a list that grows at its head shows no row twice and skips none.

A cursor is signed for the list that it was given for (path and filters, but not the size of a
page), so that one of another list, or one that was tampered with, is refused and never guessed at.
"""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.core.signing import BadSignature, Signer
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param


class Pages(CursorPagination):
    """Pages in the order that the view names in `ordering`, with `next` and `previous`."""

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200

    def get_ordering(self, request: Request, queryset: Any, view: Any) -> tuple[str, ...]:
        ordering: tuple[str, ...] = view.ordering
        return ordering

    def decode_cursor(self, request: Request) -> Cursor | None:
        given = request.query_params.get("cursor")
        if given is None:
            return None
        try:
            return Cursor(*self._signer().unsign_object(given))
        except BadSignature as error:
            told = _("This is no cursor of this list; follow `next` from its first page.")
            raise ValidationError({"cursor": [told]}) from error

    def encode_cursor(self, cursor: Cursor) -> str:
        signed = self._signer().sign_object(list(cursor))
        return replace_query_param(self.base_url or "", "cursor", signed)

    def get_paginated_response(self, data: Any) -> Response:
        links = {"next": self.get_next_link(), "previous": self.get_previous_link()}
        header = ", ".join(f'<{url}>; rel="{name}"' for name, url in links.items() if url)
        headers = {"Link": header} if header else None
        return Response({**links, "results": data}, headers=headers)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        properties = {"next": link, "previous": link, "results": schema}
        return {"type": "object", "required": [*properties], "properties": properties}

    def _signer(self) -> Signer:
        parts = urlsplit(self.base_url or "")
        filters = [pair for pair in parse_qsl(parts.query) if pair[0] not in ("cursor", "limit")]
        return Signer(salt=f"{parts.path}?{sorted(filters)}")
