"""How many queries a request made, in a header of its answer.

Statements are counted, and beginning and ending transactions is not: the driver does that.
"""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponseBase

HEADER = "X-Queries"


class Counted:
    """Middleware before every other one, so that what they ask is counted, too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        made = 0

        def count(execute: Callable[..., Any], *asked: Any) -> Any:
            nonlocal made
            made += 1
            return execute(*asked)

        with connection.execute_wrapper(count):
            response = self.get_response(request)
        response[HEADER] = str(made)
        return response
