"""The pages of signing in, invitations and one's own account."""

from eventmail.accounts.views import account, invited, late, password, signing  # noqa: F401
from eventmail.accounts.views.common import blueprint

__all__ = ["blueprint"]
