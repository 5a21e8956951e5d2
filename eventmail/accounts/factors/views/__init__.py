"""Pages of the second factors: one's own, the second step, and what a manager takes away."""

from eventmail.accounts.factors.views import account, requiring, resetting, sheet, stepping
from eventmail.accounts.factors.views.common import blueprint

__all__ = ["account", "blueprint", "requiring", "resetting", "sheet", "stepping"]
