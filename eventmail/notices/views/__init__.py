"""お知らせ（労働局から）: one's own, the manager's list, and the bureau that sends them."""

from eventmail.notices import examples
from eventmail.notices.views import overseeing, own, sending
from eventmail.notices.views.common import blueprint

__all__ = ["blueprint", "examples", "overseeing", "own", "sending"]
