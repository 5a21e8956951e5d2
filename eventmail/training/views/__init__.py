"""自主点検: one's own papers, the manager's lists, the bureau's figures."""

from eventmail.proposals import forms
from eventmail.training.forms import OverdueForm
from eventmail.training.views import managing, overseeing, own
from eventmail.training.views.common import blueprint
from eventmail.training.withdrawing import OVERDUE

forms.add(OVERDUE, OverdueForm)

__all__ = ["blueprint", "managing", "overseeing", "own"]
