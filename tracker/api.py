"""How the API's libraries are set: REST framework, its description, CORS, compression."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "claims.clients.keys.KeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["claims.clients.rights.InScope"],
    "DEFAULT_THROTTLE_CLASSES": ["claims.clients.limits.PerMinute"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["tracker.parsers.StrictJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "tracker.pages.paging.Pages",
    # OPTIONS would describe each address a second time, and less exactly.
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "tracker.errors.problem",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

SPECTACULAR: dict[str, Any] = {
    "TITLE": "Claim Tracker",
    "DESCRIPTION": "Claims, their status, their whole history and the gap-free feed of it all.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "ClaimStatus": "claims.models.Claim.STATUSES",
        "ProposalState": "claims.models.Proposal.STATES",
        "DocumentState": "sources.models.Document.State",
        "VerdictState": ["pending", "confirmed"],
        "Stance": ["supports", "disputes"],
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "tracker.schema.with_problems",
    ],
}

# What a script of another site may read of an answer, and send.
EXPOSED = [
    "ETag", "Link", "Location", "RateLimit", "RateLimit-Policy", "Retry-After", "Content-Language",
]  # fmt: skip
TAKEN = [
    "accept", "accept-language", "authorization", "content-type", "idempotency-key", "if-match",
    "if-none-match", "last-event-id",
]  # fmt: skip


class Compressed(GZipMiddleware):
    """Answers of the API are compressed for those who take it, but for streams, whose events would
    wait for each other in the compressor. The admin's pages hold the secrets of their forms."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        stream = response.get("Content-Type", "").startswith("text/event-stream")
        if stream or not request.path.startswith(("/api/", "/claims/")):
            return response
        return super().process_response(request, response)
