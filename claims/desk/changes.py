"""What changed between two sentences, word by word, as a page shows it."""

import re
from difflib import SequenceMatcher

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

_TOKEN = re.compile(r"\s+|\w+|[^\w\s]")
MOST_TOKENS = 2000  # of a longer text the beginning is compared


def marked(before: str, after: str) -> SafeString:
    """The later sentence with what is new in it, and what is gone from the earlier one, marked.

    Both are somebody else's text, and are only ever shown escaped.
    """
    old, new = (_TOKEN.findall(text)[:MOST_TOKENS] for text in (before, after))
    pieces = []
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            pieces.append(("span", "".join(old[a:b])))
            continue
        pieces += [("del", "".join(old[a:b]))] if b > a else []
        pieces += [("ins", "".join(new[c:d]))] if d > c else []
    return format_html_join("", "<{0}>{1}</{0}>", pieces)
