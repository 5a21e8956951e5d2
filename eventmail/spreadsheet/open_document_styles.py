"""What of an OpenDocument file's styles a roster needs: what is struck, which sheet is hidden."""

from __future__ import annotations

from eventmail.spreadsheet import limits, markup
from eventmail.spreadsheet.markup import local
from eventmail.spreadsheet.refusal import unreadable

_S = "urn:oasis:names:tc:opendocument:xmlns:style:1.0 "
_T = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
_LINES = (_S + "text-line-through-style", _S + "text-line-through-type")
DEEPEST = 20  # styles over styles; a cycle has no end

Key = tuple[str, str]  # a style's family and name


class OpenStyles(markup.Quiet):
    """Listens to the styles of ``styles.xml``, then to those of ``content.xml``."""

    def __init__(self) -> None:
        self._struck: dict[Key, bool] = {}
        self._parents: dict[Key, str] = {}
        self._hidden: set[str] = set()
        self._key: Key = ("", "")
        self._known: dict[Key, bool | None] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        what = local(name)
        if what == "style":
            self._key = (attributes.get(_S + "family", ""), attributes.get(_S + "name", ""))
            self._parents[self._key] = attributes.get(_S + "parent-style-name", "")
            if len(self._parents) > limits.MOST_STYLES:
                raise unreadable("bomb")
        elif what == "text-properties":
            lines = [attributes[each] for each in _LINES if each in attributes]
            if lines:
                self._struck[self._key] = any(line != "none" for line in lines)
        elif what == "table-properties" and attributes.get(_T + "display") == "false":
            self._hidden.add(self._key[1])

    def end(self, name: str) -> None:
        """An element ends."""
        if local(name) == "style":
            self._key = ("", "")

    def struck(self, family: str, name: str) -> bool | None:
        """Whether a style strikes text through; None if it says nothing about it."""
        key = (family, name)
        if key not in self._known:
            self._known[key] = self._found(family, name)
        return self._known[key]

    def _found(self, family: str, name: str) -> bool | None:
        for _ in range(DEEPEST):
            if (family, name) in self._struck:
                return self._struck[family, name]
            name = self._parents.get((family, name), "")
        return None

    def is_hidden(self, name: str) -> bool:
        """Whether a sheet of that style is hidden."""
        return name in self._hidden
