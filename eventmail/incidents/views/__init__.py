"""漏えい等事案: the pages."""

from eventmail.incidents.views import adding, linking, parties, seeing, starting
from eventmail.incidents.views.common import blueprint

__all__ = ["adding", "blueprint", "linking", "parties", "seeing", "starting"]
