"""`manage.py screenshots --password ...`: pictures of the running demo, as they stand in docs/."""

from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

FOLDER = Path(settings.BASE_DIR) / "docs" / "images"
SIZE = {"width": 1280, "height": 900}


class Screen(NamedTuple):
    """A picture: its file, whether it is dark, its language, and how to get there."""

    name: str
    dark: bool
    language: str
    address: str
    click: str = ""  # what is clicked there, as a selector


SCREENS = (
    Screen("overview", False, "en", "/admin/"),
    Screen("queue", False, "en", "/admin/claims/proposal/"),
    Screen("review", False, "en", "/admin/claims/proposal/?kind=link", "[data-key=a]"),
    Screen("review-dark-french", True, "fr", "/admin/claims/proposal/?kind=link", "[data-key=a]"),
    Screen("claim", False, "en", "/admin/claims/claim/?status__exact=disputed", "a.desk-wrap"),
)


class Command(BaseCommand):
    help = "Take the pictures of docs/ from the running demo."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--address", default="http://127.0.0.1:8000")
        parser.add_argument("--name", default="editor")
        parser.add_argument("--password", required=True, help="as `manage.py demo` tells it")
        parser.add_argument("--chromium", default="/usr/bin/chromium")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            from playwright.sync_api import sync_playwright
        except ImportError as error:
            told = "Install what develops the desk: pip install -r requirements.txt."
            raise CommandError(told) from error
        with sync_playwright() as started:
            path, flags = options["chromium"], ["--no-sandbox"]
            browser = started.chromium.launch(executable_path=path, args=flags)
            for screen in SCREENS:
                self.take(browser, screen, options)

    def take(self, browser: Any, screen: Screen, options: dict[str, Any]) -> None:
        """Log in as somebody new, go there, and keep what is seen."""
        scheme = "dark" if screen.dark else "light"
        window = browser.new_page(
            base_url=options["address"], viewport=SIZE, color_scheme=scheme, locale=screen.language
        )
        window.goto("/admin/login/")
        window.fill("[name=username]", options["name"])
        window.fill("[name=password]", options["password"])
        window.press("[name=password]", "Enter")
        window.wait_for_url("**/admin/")
        window.goto(screen.address)
        if screen.click:
            window.locator(screen.click).first.click()
        window.wait_for_load_state("networkidle")
        window.screenshot(path=FOLDER / f"{screen.name}.png")
        window.close()
        self.stdout.write(f"{screen.name}.png")
