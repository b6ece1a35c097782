"""The desk's addresses, and beside them those that it is measured against."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from rest_framework.generics import RetrieveAPIView
from rest_framework.permissions import AllowAny
from rest_framework.serializers import ModelSerializer

from claims.models import Claim


class Plain(ModelSerializer[Claim]):
    """What Django REST framework makes of a claim's row by itself."""

    class Meta:
        model = Claim
        exclude = ("search",)


class PlainClaim(RetrieveAPIView[Claim]):
    """The same row without a key, a limit, a recall list or a checkpoint."""

    queryset = Claim.objects.all()
    serializer_class = Plain
    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes: Any = ()


def hello(request: HttpRequest) -> HttpResponse:
    """The least that Django answers, behind the same middleware."""
    return HttpResponse(b'{"hello":"world"}', content_type="application/json")


urlpatterns = [
    path("hello", hello),
    path("plain/<uuid:pk>", PlainClaim.as_view()),
    path("", include("tracker.urls")),
]
