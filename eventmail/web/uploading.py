"""Where a script sends a form with files (upload.js), it is told where to go instead of being led
there: the message that waits for that page would be shown to nobody otherwise.
"""

from __future__ import annotations

from flask import Flask, Response, json, request

from eventmail.web.sizes import TAKE_FILES

HEADER, VALUE = "X-Upload", "progress"
LED = (302, 303)


def attach(app: Flask) -> None:
    """Turn these redirects into a word for the script."""
    app.after_request(_told)


def _told(response: Response) -> Response:
    asked = request.headers.get(HEADER) == VALUE and request.method == "POST"
    if asked and response.status_code in LED and request.endpoint in TAKE_FILES:
        place = response.headers.pop("Location")
        response.status_code, response.mimetype = 200, "application/json"
        response.set_data(json.dumps({"to": place}))
    return response
