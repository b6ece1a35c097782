"""Django finds the desk's pages here; they live in `claims.desk`."""

from claims.desk import claim, entries, keys, people, queue  # noqa: F401  -- they register pages
