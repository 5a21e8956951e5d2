"""期限・経過・原因と再発防止策の画面."""

from eventmail.incidents.record.views import chronology, due, measure, measures, summary
from eventmail.incidents.record.views.common import blueprint

__all__ = ["blueprint", "chronology", "due", "measure", "measures", "summary"]
