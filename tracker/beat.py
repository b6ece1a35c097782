"""When beat does what: Celery's scheduler, which a clock that is set back does not stop.

Celery counts from when something was done last. Where the machine's clock is set back by an hour,
that lies an hour ahead, and nothing at all would be done until the hour has passed once more.
"""

from typing import Any

from celery.beat import PersistentScheduler


class Scheduler(PersistentScheduler):
    """Counts from now whatever was done at a time that has not come yet."""

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Do what is due; in how many seconds something is due next."""
        for entry in self.schedule.values():
            last, now = entry.last_run_at, entry.default_now()
            if last is not None and last > now:
                entry.last_run_at = now
                self._heap = None  # it is in the order of the times before
        return float(super().tick(*args, **kwargs))
