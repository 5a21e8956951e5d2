"""Texts that are a programme to somebody: to a template, to a browser, to Python's formatting."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import jinja2
from flask import render_template, render_template_string
from markupsafe import Markup

from eventmail.events import views as event_views
from eventmail.mailings import letter
from eventmail.mailings.views import drafting as mailing_views
from eventmail.offices import service as offices
from eventmail.proposals import mailboxes
from eventmail.web import cells
from tests import settling
from tests.attacks.arena import Attack, Barrier, Family
from tests.attacks.lowering import instead, replaced
from tests.attacks.merge_value import send_first
from tests.attacks.reading import body
from tests.attacks.world import World

SCRIPT = "<script>fetch('/mailings/1/approve')</script>"
# Where a text is kept, the statement that puts it there, and a page on which it stands.
PLACES = {
    "the event's name": ("UPDATE events SET name = '{0}'", "/events/1"),
    "the event's place": ("UPDATE events SET place = '{0}'", "/events/1"),
    "a company's name": ("UPDATE participants SET company = '{0}'", "/events/1/participants"),
    "a contact's name": ("UPDATE contacts SET name = '{0}'", "/events/1/participants"),
    "the letter": ("UPDATE mailings SET body = '{0}'", "/mailings/1"),
    "the letter beside another": ("UPDATE mailings SET body = '{0}'", "/mailings/1/compare"),
    "the subject": ("UPDATE mailings SET subject = '{0}'", "/mailings/1"),
    "the purpose": ("UPDATE mailings SET purpose = '{0}'", "/mailings/1"),
    "a reason for returning": ("UPDATE mailings SET notice = '{0}'", "/mailings/1"),
    "a file's name": ("UPDATE materials SET filename = '{0}' WHERE id = 1", "/events/1"),
    "the sender's name": ("UPDATE mailboxes SET name = '{0}'", "/events/1"),
}


SENDER = "the sender's name"


def _rename(world: World, name: str) -> None:
    """Two people agree on it."""
    with world.database.writing() as session:
        box = offices.mailboxes(session, world.people.author.office.id)[0]
        place = mailboxes.place_of(box.office_id, box.address)
        settling.settle(session, place, {"name": name})


def _kept(place: str, text: str) -> Callable[[World], str]:
    """Put a text there, and give back the markup of the page that shows it."""
    statement, path = PLACES[place]

    def page(world: World) -> str:
        written = statement.format(text.replace("'", "''")).replace("{", "{{").replace("}", "}}")
        if place == SENDER:
            _rename(world, text)
        else:
            world.run(written)
        return world.browser("author").source(path)

    return page


def _scripted(place: str) -> Callable[[World], bool]:
    return lambda world: SCRIPT in _kept(place, SCRIPT)(world)


@contextmanager
def _no_escaping(world: World) -> Iterator[None]:
    environment = world.browser().app.jinja_env
    before, environment.autoescape = environment.autoescape, False
    _forget(environment)
    try:
        with replaced(cells, "escape", Markup):
            yield
    finally:
        environment.autoescape = before
        _forget(environment)


def _forget(environment: jinja2.Environment) -> None:
    assert environment.cache is not None
    environment.cache.clear()


def _evaluated(place: str, text: str) -> Callable[[World], bool]:
    """What stands in a row is worked out as part of the page's template."""
    return lambda world: "3141592" in _kept(place, text)(world)


def _twice(name: str, **values: object) -> str:
    return render_template_string(render_template(name, **values), **values)


@contextmanager
def _rendered_twice(_world: World) -> Iterator[None]:
    with (
        replaced(mailing_views, "render_template", _twice),
        replaced(event_views, "render_template", _twice),
    ):
        yield


PROGRAMMES = {
    "an expression": "{{ 3141500 + 92 }}",
    "a statement": "{% if true %}{{ 3141500 + 92 }}{% endif %}",
}


def _in_mail(text: str, result: str) -> Callable[[World], bool]:
    """A company's name is worked out on its way into the letter."""

    def strike(world: World) -> bool:
        received = send_first(world, first={"company": text}, body="会社：{会社名}")
        return f"会社：{result}" in body(received)

    return strike


def _jinja(text: str, values: dict[str, str]) -> str:
    filled = letter.FIELD.sub(lambda found: values.get(found[1], found[0]), text)
    return jinja2.Template(filled).render(values)


def _percent(text: str, values: dict[str, str]) -> str:
    filled = letter.FIELD.sub(lambda found: values.get(found[1], found[0]), text)
    return filled % values


def _dollar(text: str, values: dict[str, str]) -> str:
    filled = letter.FIELD.sub(lambda found: values.get(found[1], found[0]), text)
    return re.sub(r"\$<(\w+)>", lambda found: values[found[1]], filled)


def _format(text: str, values: dict[str, str]) -> str:
    filled = letter.FIELD.sub(lambda found: values.get(found[1], found[0]), text)
    return filled.format(letter)


MAILS: dict[str, tuple[str, str, Callable[[str, dict[str, str]], str]]] = {
    "a template's expression": ("{{ 3141500 + 92 }}", "3141592", _jinja),
    "a template's way to all values": ("{{ 役職 }}", "課長", _jinja),
    "a percent format": ("%(役職)s", "課長", _percent),
    "a dollar template": ("$<役職>", "課長", _dollar),
    "a format's way to the module": ("{0.__name__}", "eventmail.mailings.letter", _format),
}

ATTACKS = (
    *(
        Attack(
            Family.TEMPLATE,
            Barrier.PAGES,
            f"a script in {place}",
            _scripted(place),
            _no_escaping,
            level="meeting",
            leaves_nothing=True,
        )
        for place in PLACES
    ),
    *(
        Attack(
            Family.TEMPLATE,
            Barrier.PAGES,
            f"{name} in {place}",
            _evaluated(place, text),
            _rendered_twice,
            level="meeting",
            leaves_nothing=True,
        )
        for name, text in PROGRAMMES.items()
        for place in ("the event's name", "the letter", "a file's name")
    ),
    *(
        Attack(
            Family.TEMPLATE,
            Barrier.LETTER,
            f"{name} in a company's name",
            _in_mail(text, result),
            instead(letter, "_fill", fill),
        )
        for name, (text, result, fill) in MAILS.items()
    ),
)
