"""How rules say where something stands, and make one finding of many places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from eventmail.language import said
from eventmail.mailings.findings.finding import Finding, Level, Place, Where
from eventmail.mailings.findings.reading import Written, written
from eventmail.mailings.snapshot import Attachment, Content, Recipient

NAMED = 3  # named in one sentence, the rest counted
LONGEST_QUOTE = 30
# How many more there are than are named.
_MORE = {
    "items": said("{names}ほか{rest}件"),
    "companies": said("{names}ほか{rest}社"),
    "places": said("{names}ほか{rest}か所"),
}
PARTS = {Where.SUBJECT: said("件名"), Where.BODY: said("本文")}


def letter(content: Content) -> Iterator[tuple[Where, str, Written]]:
    """Subject and body as they were written, each with its folded text."""
    for where, text in ((Where.SUBJECT, content.subject), (Where.BODY, content.body)):
        yield where, text, written(text)


def place_in(where: Where, told: Written, start: int, end: int) -> Place:
    """A span of the folded text as a place in what was written."""
    return Place(where, *told.span(start, end))


def of_material(material: Attachment, spot: str = "") -> Place:
    """A place in a material."""
    return Place(Where.MATERIAL, material=material.sha256, spot=spot)


def of_recipients(recipients: Iterable[Recipient]) -> Place:
    """The recipients concerned."""
    return Place(Where.RECIPIENTS, contact_ids=tuple(each.contact_id for each in recipients))


def found(
    code: str,
    level: Level,
    message: str,
    places: Sequence[Place] = (),
    about: Sequence[str] = (),
) -> Finding:
    """One finding with all its places."""
    first, rest = (places[0], tuple(places[1:])) if places else (Place(Where.MAILING), ())
    return Finding(code, message, level, first, rest, tuple(about))


def listed(values: Iterable[str], unit: str = "items") -> str:
    """``A、B、C`` and how many more, each once."""
    each = list(dict.fromkeys(values))
    names = said("、").join(each[:NAMED])
    rest = len(each) - NAMED
    return _MORE[unit].format(names=names, rest=rest) if rest > 0 else names


def quoted(text: str) -> str:
    """A piece of what was written, on one line and not too long."""
    line = " ".join(text.split())
    short = line if len(line) <= LONGEST_QUOTE else line[: LONGEST_QUOTE - 1] + "…"
    return said("「{text}」", text=short)


def said_at(content: Content, place: Place) -> str:
    """What was written at a place of the letter."""
    text = content.subject if place.where is Where.SUBJECT else content.body
    return text[place.start : place.end]
