"""Where the manual speaks of each page: by the page itself, or else by its room."""

from __future__ import annotations

# A page, or a whole room (what stands before the dot of its pages): chapter and section.
PLACES: dict[str, str] = {
    "accounts": "start#sign-in",
    "accounts.account": "start#factors",
    "administration": "administrator#offices",
    "administration.manager_page": "administrator#managers",
    "agenda": "author#agenda",
    "alerts": "start#trouble",
    "allowed": "approver#allowed",
    "answers": "author#answers",
    "api": "manager#api",
    "api_tokens": "manager#api",
    "audit": "manager#audit",
    "bounces": "author#bounce",
    "corrections": "author#changes",
    "desk": "start#home",
    "doctor": "administrator#doctor",
    "events": "author#event",
    "events.participants": "author#changes",
    "factors": "start#factors",
    "gateway": "manager#gateway",
    "home": "start#home",
    "incidents": "incident#begin",
    "incidents.show": "incident#begin",
    "incident_calls": "incident#calls",
    "incident_papers": "incident#papers",
    "incident_record": "incident#papers",
    "incident_record.deadlines": "incident#deadlines",
    "incident_record.report": "incident#deadlines",
    "letters": "author#letter",
    "letters.copy_event_page": "author#event",
    "mailings": "author#submit",
    "mailings.approve_page": "approver#approve",
    "mailings.check_page": "checker#start",
    "mailings.edit": "author#letter",
    "mailings.letter_page": "checker#letters",
    "mailings.new": "author#letter",
    "manual": "start#flow",
    "materials": "author#materials",
    "materials.look": "checker#materials",
    "notices": "bureau#notices",
    "notices.index": "training#notices",
    "notices.show": "training#notices",
    "offices": "approver#deputies",
    "outbox": "author#sending",
    "outbox.stop_page": "approver#stop",
    "overview": "bureau#overview",
    "papers": "approver#papers",
    "papers.recipients": "checker#recipients",
    "people": "manager#people",
    "privacy": "manager#privacy",
    "proposals": "manager#settings",
    "relays": "manager#relay",
    "roster": "author#roster",
    "roster.add_page": "author#changes",
    "roster.edit_page": "author#changes",
    "setup": "administrator#first",
    "staffmail": "start#home",
    "suppression": "author#suppression",
    "training": "training#answer",
    "training.assignment": "training#manage",
    "training.manage": "training#manage",
    "training.order": "bureau#training",
    "training.overview": "bureau#training",
    "training.result": "training#manage",
    "webhooks": "manager#webhooks",
    "wordings": "author#letter",
}
# Shown to participants or read by machines, who have no use for the office's manual.
WITHOUT = frozenset(
    {"observing", "own_page", "page_links", "suppression.stop", "suppression.stop_page"}
)


def place_of(endpoint: str) -> str | None:
    """``author#roster`` for a page of the roster; None for a page without help."""
    room = endpoint.partition(".")[0]
    if endpoint in WITHOUT or room in WITHOUT:
        return None
    return PLACES.get(endpoint) or PLACES.get(room)


def path_for(endpoint: str | None) -> str:
    """The address of the help of a page; the contents where nothing is said of it, or ''."""
    if endpoint is None:
        return "/manual"
    if endpoint in WITHOUT or endpoint.partition(".")[0] in WITHOUT:
        return ""
    place = place_of(endpoint)
    return f"/manual/{place}" if place else "/manual"
