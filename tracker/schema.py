"""What drf-spectacular cannot see by itself: problems, answers without a body, sparse claims."""

from typing import Any

from tracker.errors import MEDIA_TYPE

TEXT = {"type": "string"}
PROBLEM = {
    "type": "object",
    "description": "A refusal, by RFC 9457; `type` leads to what it means and what to do.",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": TEXT,
        "status": {"type": "integer"},
        "detail": TEXT,
        "instance": {"type": "string", "format": "uri-reference"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["detail"],
                "properties": {"parameter": TEXT, "pointer": TEXT, "detail": TEXT},
            },
        },
    },
}


NOT_MODIFIED = {"description": "The version you have is still the last."}


def with_problems(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A hook for the finished description: the default answer of every operation."""
    schemas = result["components"]["schemas"]
    schemas["Problem"] = PROBLEM
    for sparse in ("ClaimSummary", "ClaimDetail"):
        schemas[sparse]["required"] = ["id"]  # The others where `fields` does not leave them out.
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for operations in result["paths"].values():
        for operation in operations.values():
            asked = {one["name"] for one in operation.get("parameters", ())}
            if "If-None-Match" in asked:
                operation["responses"]["304"] = NOT_MODIFIED
            operation["responses"]["default"] = {"description": "A problem.", "content": content}
    return result
