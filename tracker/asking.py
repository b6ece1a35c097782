"""What a client of the API may ask for in an address or send in a body, and nothing else.

What is unknown is refused, not ignored: a filter that is misspelt and then ignored would give a
client all claims instead of a few, and nothing to notice it by. These forms know nothing of any
room, so that every room may use them.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request


class Strict(serializers.Serializer[Any]):
    """What has these members and no others."""

    default_error_messages = {"unknown": _("This is not known here; there are: {known}.")}

    def to_internal_value(self, data: Any) -> Any:
        unknown = set(data) - set(self.fields) if isinstance(data, dict) else set()
        if unknown:
            told = self.error_messages["unknown"].format(known=", ".join(self.fields))
            raise serializers.ValidationError({name: [told] for name in unknown})
        return super().to_internal_value(data)


class Parameters(Strict):
    """The parameters of an address."""

    default_error_messages = {"unknown": _("There is no such parameter; there are: {known}.")}

    @classmethod
    def of(cls, request: Request) -> dict[str, Any]:
        """The valid parameters of a request; a ValidationError names each one that is not."""
        given = request.query_params.lists()
        asked = cls(data={name: v[0] if len(v) == 1 else v for name, v in given})
        asked.is_valid(raise_exception=True)
        valid: dict[str, Any] = asked.validated_data
        return valid


class Listing(Parameters):
    """The parameters of every list with cursors."""

    limit = serializers.IntegerField(
        required=False, min_value=1, max_value=200, help_text="Rows on a page; 50 if not given."
    )
    cursor = serializers.CharField(
        required=False, help_text="From `next` or `previous` of another page of the same list."
    )


class Text(serializers.CharField):
    """Text; a number is none, whatever REST framework makes of it."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)
