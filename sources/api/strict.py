"""What is asked and sent is taken as it is described, and nothing else is."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request


class Strict(serializers.Serializer[Any]):
    """What is unknown is refused and never ignored, be it a parameter or a member of the body."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = set(data) - set(self.fields) if isinstance(data, dict) else set()
        if unknown:
            told = _("This is not known here; there are: {known}.")
            known = ", ".join(self.fields)
            raise serializers.ValidationError(
                {name: [told.format(known=known)] for name in unknown}
            )
        return super().to_internal_value(data)


class Text(serializers.CharField):
    """Text; a number is none, whatever REST framework makes of it."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Listing(Strict):
    """The parameters of every list with cursors."""

    @classmethod
    def of(cls, request: Request) -> dict[str, Any]:
        """The valid parameters of a request; a ValidationError names each one that is not."""
        given = request.query_params.lists()
        asked = cls(data={name: v[0] if len(v) == 1 else v for name, v in given})
        asked.is_valid(raise_exception=True)
        valid: dict[str, Any] = asked.validated_data
        return valid

    limit = serializers.IntegerField(
        required=False, min_value=1, max_value=200, help_text="Rows on a page; 50 if not given."
    )
    cursor = serializers.CharField(
        required=False, help_text="From `next` or `previous` of another page of the same list."
    )
