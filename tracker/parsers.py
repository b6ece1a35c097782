"""What the API reads as JSON: UTF-8, RFC 8259, and nothing else.

Python's own reader takes lone surrogates, NaN and numbers of any size, and answers deep nesting
with a RecursionError; each of these would be a surprise further in. msgspec refuses them all.
"""

from collections.abc import Mapping
from typing import IO, Any

import msgspec
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class StrictJSONParser(JSONParser):
    """A JSON body; REST framework hands over no more of it than Django's limit allows."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        try:
            return msgspec.json.decode(stream.read())
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise ParseError(f"The body is not JSON: {error}.") from error
        except RecursionError as error:
            raise ParseError("The body is nested too deeply.") from error
