"""What the record asks for next, in short, on the incident's own page."""

from __future__ import annotations

from dataclasses import dataclass

from eventmail import clock
from eventmail.incidents.models import Incident
from eventmail.incidents.record import reporting, service
from eventmail.incidents.record.deadlines import Applies
from eventmail.incidents.record.reporting import Standing
from eventmail.incidents.record.views.common import blueprint
from eventmail.web.context import reading


@dataclass(frozen=True, slots=True)
class Summary:
    """``unknown``: nobody has said yet whether the commission must be told."""

    next_due: Standing | None
    unknown: bool
    measures: int
    done: int
    late: int

    @property
    def is_late(self) -> bool:
        """Whether anything is overdue."""
        return bool(self.late or (self.next_due and self.next_due.is_overdue))


def summary(incident: Incident) -> Summary:
    """Of one incident."""
    db = reading()
    standings = reporting.standings(db, incident)
    measures = service.measures(db, incident)
    today = clock.today()
    return Summary(
        next_due=reporting.next_due(standings),
        unknown=any(each.deadline.applies is Applies.UNKNOWN for each in standings),
        measures=len(measures),
        done=sum(each.done_on is not None for each in measures),
        late=sum(service.is_overdue(each, today) for each in measures),
    )


@blueprint.app_context_processor
def _for_templates() -> dict[str, object]:
    return {"incident_summary": summary, "incident_today": clock.today}
