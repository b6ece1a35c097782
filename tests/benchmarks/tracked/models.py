"""The claim's row as an ordinary Django project would keep it, with its history by triggers."""

import pghistory
from django.db import models


@pghistory.track()
class Tracked(models.Model):
    """What was last said of a claim; the library keeps what was said before."""

    stream_id = models.UUIDField()
    version = models.IntegerField()
    type = models.TextField()
    actor = models.TextField()
    effective_at = models.DateTimeField()
    body = models.TextField()

    class Meta:
        app_label = "tracked"

    def __str__(self) -> str:
        return f"{self.stream_id} {self.version}"
