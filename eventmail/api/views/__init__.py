"""The API's routes, and the page on which a manager makes its tokens."""

from eventmail.api.views import routes, tokens
from eventmail.api.views.calling import attach

__all__ = ["attach", "routes", "tokens"]
