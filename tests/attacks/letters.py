"""Around a letter: a test mail to somebody else, another office's wording."""

from __future__ import annotations

from eventmail.addresses import EmailAddress
from eventmail.letters import trying
from eventmail.mailings import service
from eventmail.wordings import service as wordings
from tests.attacks.arena import Attack, Barrier, Family
from tests.attacks.http_form import OTHER, stranger
from tests.attacks.lowering import both, cut, instead
from tests.attacks.world import World

WORDS = "この所だけの言い方です"


def _test_mail(world: World) -> bool:
    """A participant's address where the form names one of our mailboxes."""
    with world.database.reading() as session:
        mailing = world.mailing(session)
        content = service.current_content(session, mailing)
        box = trying.box_named(world.people.author, mailing, OTHER)
        cleared = trying.make(session, content, box, content.recipients[0])
    trying.send(world.relay, cleared, box)
    return any(each.startswith(f"{OTHER}\n") for each in world.received)


def _any_box(_actor: object, _mailing: object, key: str) -> trying.Box:
    return trying.Box(key, "だれか", EmailAddress.parse(key))


def _wording(world: World) -> bool:
    """The office next door reads how this one writes."""
    world.run(
        "INSERT INTO wordings (id, office_id, kind, retired) VALUES (7, 1, 'own', FALSE)",
        "INSERT INTO wording_versions VALUES "
        f"(7, 1, '礼', '礼', '{WORDS}', 1, '2026-11-26 00:00:00+00:00')",
    )
    return WORDS in stranger(world).source("/wordings/7")


ATTACKS = (
    Attack(
        Family.SERVICE,
        Barrier.FORMS,
        "a test mail to a participant",
        _test_mail,
        both(
            instead(trying, "box_named", _any_box),
            instead(trying.events, "known_addresses", lambda *_: frozenset()),
        ),
        level="meeting",
        leaves_nothing=True,
    ),
    Attack(
        Family.HTTP,
        Barrier.OFFICE_WALL,
        "another office's wording",
        _wording,
        cut(wordings, "get_wording", ", Wording.office_id == actor.office.id"),
        level="meeting",
    ),
)
