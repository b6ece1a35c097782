"""The web server's door. Readers of the feed wait in it by the hundred, and no thread for each."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")
application = get_asgi_application()
