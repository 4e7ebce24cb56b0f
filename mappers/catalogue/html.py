"""PrestaShop's descriptions are HTML; Hogia's are text.

The standard library's parser raises on what merchants paste (`<![o:p]>` from a word processor) and takes minutes for tags that are never
closed, so tags are found here. Time grows with the length alone.
"""

from __future__ import annotations

import re
from html import unescape

BREAKS = frozenset({"br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table"})
SILENT = {name: re.compile(f"</{name}", re.IGNORECASE | re.ASCII) for name in ("script", "style")}  # and how their contents end
TAG = re.compile(r"<[/!?]?([A-Za-z][A-Za-z0-9]*|(?<=[!?]))(?:\"[^\"]*+\"|'[^']*+'|[^'\">])*+>")
OPENS_A_TAG = re.compile(r"<(?:[A-Za-z!?]|/[A-Za-z])")
COMMENT, COMMENT_ENDS = "<!--", "-->"


def plain_text(html: str) -> str:
    """The text of a piece of HTML on one line; what is no HTML comes through as it is."""
    parts: list[str] = []
    at = 0
    while (found := OPENS_A_TAG.search(html, at)) is not None:
        start = found.start()
        parts.append(html[at:start])
        if html.startswith(COMMENT, start):
            ends = html.find(COMMENT_ENDS, start + len(COMMENT))
            at = len(html) if ends < 0 else ends + len(COMMENT_ENDS)
            continue
        tag = TAG.match(html, start)
        ends = tag.end() if tag is not None else html.find(">", start) + 1  # a quote that is never closed
        if not ends:  # no tag ends from here on: all of it is text
            at = start
            break
        name = tag.group(1).lower() if tag is not None else ""
        if name in BREAKS:
            parts.append(" ")
        at = ends
        if name in SILENT and not html.startswith("</", start):
            closed = SILENT[name].search(html, ends)
            at = len(html) if closed is None else closed.start()
    parts.append(html[at:])
    return " ".join(unescape("".join(parts)).split())
