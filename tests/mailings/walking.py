"""The two looks as the pages ask for them: every task of the checker, the approver's password."""

from __future__ import annotations

import re
from typing import Any

from eventmail import sample
from tests.pages import Page, Pages

PASSWORDS = {each["role"]: each["password"] for each in sample.story()["staff"]}


def hidden(page: Page, name: str) -> str:
    """The value of a hidden field on a page."""
    for each in page.all("input"):
        if each.attributes.get("name") == name:
            return each.attributes.get("value") or ""
    raise AssertionError(f"no field {name}")


def values(page: Page, name: str) -> list[str]:
    """The values of all fields of that name."""
    return [
        each.attributes.get("value") or ""
        for each in page.all("input")
        if each.attributes.get("name") == name
    ]


def open_letters(page: Page) -> list[str]:
    """Where the machine's choice of letters can be seen."""
    found = (each.attributes.get("href") or "" for each in page.all("a"))
    return [each for each in found if re.search(r"/check/letter/\d+$", each)]


def materials(page: Page) -> list[str]:
    """Where the attached materials can be seen page by page."""
    found = (each.attributes.get("href") or "" for each in page.all("a"))
    return [each for each in found if re.fullmatch(r"/materials/\d+/look", each)]


def turn_pages(browser: Pages, material: str) -> None:
    """See every page of a material."""
    pages = re.search(r"資料(\d+)ページ中", browser.get(material).text)
    for number in range(1, int(pages[1]) + 1 if pages else 1):
        browser.post(f"{material.removesuffix('look')}pages/{number}/seen")


def look(checker: Pages, mailing_id: int, counted: int = 30) -> str:
    """Every task of the checker, one by one; the digest that he has looked at."""
    path = f"/mailings/{mailing_id}/check"
    page = checker.get(path)
    digest = {"digest": hidden(page, "digest")}
    checker.post(f"{path}/recipients", digest | {"counted": str(counted)})
    for material in materials(page):
        turn_pages(checker, material)
    for sha256 in values(checker.get(path), "sha256"):
        checker.post(f"{path}/material", digest | {"sha256": sha256})
    for letter in open_letters(page):
        checker.get(letter)
        checker.post(letter, digest)
    for position in values(page, "position"):
        checker.post(f"{path}/finding", digest | {"position": position})
    return digest["digest"]


def check(checker: Pages, mailing_id: int, counted: int = 30) -> Page:
    """All tasks, and the checker's yes."""
    digest = look(checker, mailing_id, counted)
    return checker.post(f"/mailings/{mailing_id}/check", {"digest": digest})


def yes(page: Page, **more: Any) -> dict[str, Any]:
    """The approver's form on this page, filled in."""
    return {"digest": hidden(page, "digest"), "password": PASSWORDS["approver"]} | more
