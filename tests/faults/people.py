"""Run as a program in a desk's environment: who works there; what they need to, as JSON."""

import json
import sys

import django
from django.utils import timezone


def main(hook: str) -> None:
    """Make reviewers, a client with a key, and a webhook to an address."""
    django.setup()
    from claims.clients import keys, webhooks
    from tests.client import SCOPES
    from tests.journeys.at_work import PASSWORD, reviewer

    names = ["amina", "bruno", "chloe"]
    users = [reviewer(name, name.title()) for name in names]
    many = 10**6  # requests a minute: how many are too many is tested elsewhere
    at = timezone.now()
    _key, secret = keys.make(name="tool", user=users[2], at=at, scopes=SCOPES, per_minute=many)
    made = webhooks.subscribe(name="Site", user=users[0], url=hook, at=at)
    told = {
        "reviewers": names,
        "password": PASSWORD,
        "key": secret,
        "secret": made.secret,
    }
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1])
