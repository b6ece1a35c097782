"""What may be asked for in an address or sent in a body; what is unknown is refused, not ignored.

A filter that is misspelt and then ignored would give a client all claims instead of a few, and
nothing to notice it by.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request


class Strict(serializers.Serializer[Any]):
    """What has these members and no others."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = set(data) - set(self.fields) if isinstance(data, dict) else set()
        if unknown:
            told = _("There is no such parameter; there are: {known}.")
            known = ", ".join(self.fields)
            raise serializers.ValidationError(
                {name: [told.format(known=known)] for name in unknown}
            )
        return super().to_internal_value(data)


class Parameters(Strict):
    """The parameters of an address."""

    @classmethod
    def of(cls, request: Request) -> dict[str, Any]:
        """The valid parameters of a request; a ValidationError names each one that is not."""
        given = request.query_params.lists()
        asked = cls(data={name: v[0] if len(v) == 1 else v for name, v in given})
        asked.is_valid(raise_exception=True)
        valid: dict[str, Any] = asked.validated_data
        return valid


class Text(serializers.CharField):
    """Text; a number is none, whatever REST framework makes of it."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Identifier(serializers.UUIDField):
    """A UUID as text; a number or a truth value is none, whatever Python makes of it."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


class Names(serializers.MultipleChoiceField):
    """Several of a few names, with commas between them or each for itself."""

    def to_internal_value(self, data: Any) -> Any:
        given = [data] if isinstance(data, str) else data
        names = [name for one in given for name in str(one).split(",")]
        return super().to_internal_value(names)  # type: ignore[arg-type]  # a list


class Listing(Parameters):
    """The parameters of every list with cursors."""

    limit = serializers.IntegerField(
        required=False, min_value=1, max_value=200, help_text="Rows on a page; 50 if not given."
    )
    cursor = serializers.CharField(
        required=False, help_text="From `next` or `previous` of another page of the same list."
    )
