"""Finding whole sentences in the text and tags of a template."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from jinja2 import nodes

JAPANESE_LETTER = re.compile(r"[\u3040-\u30ff\u3400-\u9fff々]")
# What must be said in another way in English: letters, and Japanese brackets and stops.
JAPANESE = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uff01-\uff60]")
# Tags that stand within a sentence; any other ends it.
INLINE = frozenset({"a", "abbr", "b", "br", "code", "em", "small", "span", "strong", "time", "wbr"})
# Macros that make a part of its own, which is not a word of the sentence beside it.
PARTS = frozenset(
    {"actions", "button", "caller", "hidden", "icon", "link_button", "notice", "post_button", "tag"}
)
EMPTY = frozenset({"br", "wbr"})
_MARK = 0xE000  # private characters stand for the values while tags are looked for
_MARKS = re.compile(r"[\ue000-\uf8ff]")
# A tag; or, where a statement stands within one, its beginning at the end or its end at the start.
_TOKEN = re.compile(
    r"<!--.*?-->"
    r"|<(?P<end>/?)(?P<name>[a-zA-Z][\w-]*)(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>"
    r"|(?P<part><[a-zA-Z][^<>]*\Z|\A[^<>]*>)",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"(?<=\s)(?P<name>[\w-]+)=\"(?P<value>[^\"]*)\"")


@dataclass
class Sentence:
    """One sentence: its pattern, its values by their places, its tags, and how it was written."""

    pattern: str = ""
    words: str = ""
    values: dict[str, nodes.Expr] = field(default_factory=dict)
    tags: dict[str, list[nodes.Expr]] = field(default_factory=dict)
    original: list[nodes.Expr] = field(default_factory=list)

    def add_text(self, text: str) -> None:
        """Words; runs of white space are one space, as a browser shows them."""
        self.words += text
        self.pattern += re.sub(r"\s+", " ", text).replace("{", "{{").replace("}", "}}")

    def add_value(self, value: nodes.Expr) -> None:
        """A place for a value, named after what is filled in."""
        name = _free(_name_of(value), self.values)
        self.values[name] = value
        self.pattern += "{" + name + "}"

    def open_tag(self, name: str, parts: list[nodes.Expr]) -> str:
        """An inline tag with its attributes; a second of its name is told apart by a number."""
        free = _free(name, self.tags)
        self.tags[free] = parts
        self.pattern += f"<{free}>"
        return free


def _free(name: str, taken: Iterable[str]) -> str:
    used = set(taken)
    return next(each for each in (name, *(f"{name}{n}" for n in range(2, 99))) if each not in used)


def _name_of(value: nodes.Node) -> str:
    """``mailing.count|x`` is *count*, ``hidden("…")`` is *hidden*, ``names[3]`` is *names*."""
    if isinstance(value, nodes.Getattr):
        return value.attr
    if isinstance(value, nodes.Name):
        return value.name.strip("_")
    for inner in ("node", "expr1", "left"):
        found = getattr(value, inner, None)
        if isinstance(found, nodes.Node):
            return _name_of(found)
    return "value"


@dataclass
class _Flat:
    """An Output as one string, each value a private character."""

    text: str
    values: list[nodes.Expr]

    def parts(self, start: int, end: int) -> list[nodes.Expr]:
        """The piece between two places, as nodes again."""
        return list(self._parts(start, end))

    def is_edge(self, at: int) -> bool:
        """Whether what stands there belongs to no sentence that begins or ends with it."""
        if not _MARKS.match(self.text[at]):
            return self.text[at].isspace()
        value = self.values[ord(self.text[at]) - _MARK]
        target = value.node if isinstance(value, nodes.Call) else None
        return isinstance(target, nodes.Name) and target.name in PARTS

    def _parts(self, start: int, end: int) -> Iterator[nodes.Expr]:
        at = start
        for mark in _MARKS.finditer(self.text, start, end):
            if mark.start() > at:
                yield nodes.TemplateData(self.text[at : mark.start()])
            yield self.values[ord(mark.group()) - _MARK]
            at = mark.end()
        if at < end:
            yield nodes.TemplateData(self.text[at:end])


def split_html(parts: list[nodes.Expr]) -> list[list[nodes.Expr] | Sentence]:
    """The nodes of an Output as sentences and what stands between them, in order."""
    flat = _flatten(parts)
    pieces: list[list[nodes.Expr] | Sentence] = []
    at = 0
    for start, end, inside_tag in _spans(flat):
        pieces.append(flat.parts(at, start))
        pieces.append(_sentence(flat, start, end, inside_tag))
        at = end
    pieces.append(flat.parts(at, len(flat.text)))
    return pieces


def _flatten(parts: list[nodes.Expr]) -> _Flat:
    text, values = "", list[nodes.Expr]()
    for part in parts:
        if isinstance(part, nodes.TemplateData):
            text += part.data
        else:
            text += chr(_MARK + len(values))
            values.append(part)
    return _Flat(text, values)


def _spans(flat: _Flat) -> Iterator[tuple[int, int, bool]]:
    """Where each sentence begins and ends, and whether it is the value of an attribute."""
    text = flat.text
    found = list[tuple[int, int, bool]]()
    start = 0
    for token in _TOKEN.finditer(text):
        if token.group("name") or token.group("part"):
            found += _attributes(token)
        if (token.group("name") or "").lower() in INLINE:
            continue
        found += _balanced(flat, start, token.start())
        start = token.end()
    found += _balanced(flat, start, len(text))
    covered = [each for each in found if not each[2]]
    within = [
        each for each in found if each[2] and not any(c[0] <= each[0] < c[1] for c in covered)
    ]
    return iter(sorted(covered + within))


def _attributes(tag: re.Match[str]) -> Iterator[tuple[int, int, bool]]:
    for each in _ATTRIBUTE.finditer(tag.group()):
        if JAPANESE.search(each.group("value")):
            yield tag.start() + each.start("value"), tag.start() + each.end("value"), True


def _balanced(flat: _Flat, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
    """Split where a tag has no partner within, then leave out what surrounds the words."""
    opened, cuts = list[re.Match[str]](), list[tuple[int, int]]()
    for token in _TOKEN.finditer(flat.text, start, end):
        name = token.group("name")
        if name is None or name.lower() in EMPTY:
            continue
        if not token.group("end"):
            opened.append(token)
        elif opened and opened[-1].group("name") == name:
            opened.pop()
        else:
            cuts.append(token.span())
    cuts += [each.span() for each in opened]
    at = start
    for cut in [*sorted(cuts), (end, end)]:
        yield from _trimmed(flat, at, cut[0])
        at = cut[1]


def _trimmed(flat: _Flat, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
    while start < end and flat.is_edge(start):
        start += 1
    while end > start and flat.is_edge(end - 1):
        end -= 1
    inside = _wrapped(flat.text, start, end)
    if inside:
        yield from _trimmed(flat, *inside)
    elif JAPANESE.search(_TOKEN.sub("", flat.text[start:end])):
        yield start, end, False


def _wrapped(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The inside of one tag that holds the whole, if one does."""
    first = _TOKEN.match(text, start, end)
    if not first or first.group("end") or (first.group("name") or "br").lower() in EMPTY:
        return None
    depth = 0
    for token in _TOKEN.finditer(text, start, end):
        if (token.group("name") or "br").lower() in EMPTY:
            continue
        depth += -1 if token.group("end") else 1
        if depth == 0:
            return (first.end(), token.start()) if token.end() == end else None
    return None


def _sentence(flat: _Flat, start: int, end: int, inside_tag: bool) -> Sentence:
    sentence = Sentence(original=flat.parts(start, end))
    opened = list[str]()
    at = start
    for token in [] if inside_tag else list(_TOKEN.finditer(flat.text, start, end)):
        _add(sentence, flat, at, token.start())
        name = token.group("name")
        if name is None:
            continue
        if token.group("end"):
            sentence.pattern += f"</{opened.pop()}>"
        else:
            tag = sentence.open_tag(name.lower(), flat.parts(*token.span()))
            if name.lower() not in EMPTY:
                opened.append(tag)
        at = token.end()
    _add(sentence, flat, at, end)
    return sentence


def _add(sentence: Sentence, flat: _Flat, start: int, end: int) -> None:
    for part in flat.parts(start, end):
        if isinstance(part, nodes.TemplateData):
            sentence.add_text(part.data)
        else:
            sentence.add_value(part)
