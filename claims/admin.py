"""Django finds the desk's pages here; they live in `claims.desk`."""

from claims.desk import (  # noqa: F401  -- they register pages
    claim,
    deliveries,
    entries,
    keys,
    people,
    queue,
    recalls,
    webhooks,
)
