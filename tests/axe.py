"""What axe finds on the page that a browser shows, by the levels that we hold ourselves to."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]  # as JIS X 8341-3 asks, and more
RULES = {"runOnly": {"type": "tag", "values": LEVELS}, "resultTypes": ["violations"]}


def violations(page: Page, *, styles: bool = True) -> list[str]:
    """Every rule of axe that the page breaks, with the element that breaks it.

    Without ``styles`` nothing is loaded a second time. One rule wants them read, about locking a
    screen's orientation, which is the same on all pages with the same style sheets.
    """
    found: dict[str, Any] = Axe().run(page, options=RULES | {"preload": styles}).response
    return [
        f"{rule['id']}: {node['html'][:200]}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
