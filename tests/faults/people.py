"""What people do while it sends: STOP under full load; the web process killed as they approve."""

from __future__ import annotations

import http.client
import http.cookiejar
import re
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import sqlalchemy as sa

from eventmail import sample
from eventmail.mailings.models import Mailing, MailingState, Snapshot
from eventmail.outbox import control
from eventmail.outbox.models import Attempt, Delivery, DeliveryState, Dispatch
from tests import recorder
from tests.faults.scenarios import Scenario
from tests.faults.sink import HERE
from tests.faults.world import WIDTH, World

TRIES = 12
_FIELD = re.compile(r'name="(csrf_token|digest)"[^>]*value="([^"]+)"')


def _stop(found: World) -> None:
    """From the end of the STOP's transaction nothing is handed over; then it goes on."""
    found.until_settled(found.count() // 5)
    with found.database.writing() as session:
        control.stop_office(session, found.person(session, "author"), "all wrong")
    stopped_at = time.time()
    handed = _handed_over(found)
    taken = len(found.sink.taken())
    found.until(lambda: not found.count(Delivery.state == DeliveryState.CLAIMED))
    time.sleep(1)
    late = [each.at - stopped_at for each in found.sink.taken()[taken:]]
    slowest = max(late, default=0.0)
    found.notes.append(f"{len(late)} mails under way at the STOP, the last {slowest:.2f} s later")
    if _handed_over(found) != handed:
        found.remarks.append("a mail was handed over after the STOP")
    if len(late) > WIDTH * found.settings.mail_lanes * len(found.workers):
        found.remarks.append(f"{len(late)} mails were taken after the STOP")
    _stays_stopped(found, handed)
    with found.database.writing() as session:
        control.resume_office(session, found.person(session, "approver"))
    found.finish()
    if found.uncertain_ids():
        found.remarks.append("uncertain after a STOP")


def _stays_stopped(found: World, handed: int) -> None:
    """Also over a restart."""
    for each in list(found.workers):
        found.kill(each)
    time.sleep(1.5)
    if _handed_over(found) != handed:
        found.remarks.append("a new worker did not know of the STOP")


def _handed_over(found: World) -> int:
    with found.database.reading() as session:
        return session.scalars(sa.select(sa.func.count(Attempt.id))).one()


class Browser:
    """As much of one as signing in and approving takes."""

    def __init__(self, port: int) -> None:
        recorder.allow_port(port)
        self._base = f"http://{HERE}:{port}"
        jar = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))

    def await_up(self) -> None:
        """Until somebody answers."""
        for _ in range(600):
            try:
                self.get("/sign-in")
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise TimeoutError("the web process does not answer")

    def get(self, path: str) -> dict[str, str]:
        """The hidden fields of the first form on a page."""
        return self._fields(urllib.request.Request(self._base + path))

    def post(self, path: str, fields: dict[str, str]) -> dict[str, str]:
        """Send a form."""
        content = urllib.parse.urlencode(fields).encode()
        return self._fields(urllib.request.Request(self._base + path, content))

    def _fields(self, request: urllib.request.Request) -> dict[str, str]:
        with self._opener.open(request, timeout=60) as answer:
            page = answer.read().decode()
        found: dict[str, str] = {}
        for name, value in _FIELD.findall(page):
            found.setdefault(name, value)
        return found


def _approval_killed(found: World) -> None:
    """The POST is on its way when the process dies: all of the approval is there, or none."""
    with found.database.reading() as session:
        mailing_id, found.snapshot_id = session.execute(
            sa.select(Snapshot.mailing_id, Snapshot.id)
        ).one()
    path = f"/mailings/{mailing_id}/approve"
    browser, form = Browser(found.settings.port), {}
    wait = 0.0
    for _ in range(TRIES):
        web = found.start("web")
        browser.await_up()
        if not form:
            told = _sign_in(browser)
            form = browser.get(path) | {"password": told["password"]}
        posting = threading.Thread(target=_post, args=(browser, path, form))
        posting.start()
        wait += found.dice.uniform(0, 0.25)
        time.sleep(wait)
        found.kill_other(web)
        posting.join()
        if _is_whole(found):
            break
    else:
        found.approve()
    found.notes.append(f"approval under way for {wait:.2f} s at the last kill")
    found.run(2)
    found.finish()


def _sign_in(browser: Browser) -> dict[str, str]:
    staff: list[dict[str, str]] = sample.story()["staff"]
    told = next(each for each in staff if each["role"] == "approver")
    form = browser.get("/sign-in")
    browser.post("/sign-in", form | {"login": told["login"], "password": told["password"]})
    return told


def _post(browser: Browser, path: str, form: dict[str, str]) -> None:
    try:
        browser.post(path, form)
    except (OSError, http.client.HTTPException):
        return  # that is how it looks to the person as well


def _is_whole(found: World) -> bool:
    """Whether it is approved; half of it is no answer."""
    with found.database.reading() as session:
        state = session.scalars(sa.select(Mailing.state)).one()
        begun = session.scalar(sa.select(Dispatch.snapshot_id)) is not None
        recipients = session.scalars(sa.select(Snapshot.recipient_count)).one()
    rows = found.count()
    if (state, begun, rows) not in (
        (MailingState.APPROVING, False, 0),
        (MailingState.SENDING, True, recipients + 1),
    ):
        found.remarks.append(f"half an approval: {state.value}, {rows} of {recipients} rows")
    return begun


SCENARIOS = (
    Scenario("STOP under full load", _stop, mails=600, pace=0.004),
    Scenario("kill -9 of the web process, approving", _approval_killed, mails=1_000, begins=False),
)
