"""Answers made shorter for slow lines: gzip, for whoever may not be made to ask.

A compressed answer tells by its length what it holds. Somebody who can put words of their own into it and have it asked for
again and again may guess a secret in it letter by letter (BREACH). A browser asks on behalf of strangers wherever a cookie
opens the door; so this is for answers that only a header of our own opens, which no other site's page can send.
"""

from __future__ import annotations

import gzip

from flask import Response, request

PACKET = 1400
"""Bytes that travel together anyway; a shorter answer gains nothing."""
EFFORT = 6
"""Of gzip, 1 to 9. More than this makes lists of names hardly shorter and takes twice as long."""


def shorten(response: Response) -> Response:
    """The answer in gzip where the asker takes it and it is worth it; for `after_request`."""
    response.vary.add("Accept-Encoding")
    if response.is_streamed or "Content-Encoding" in response.headers:
        return response
    if request.accept_encodings["gzip"] and (response.content_length or 0) > PACKET:
        response.set_data(gzip.compress(response.get_data(), EFFORT, mtime=0))
        response.content_encoding = "gzip"
    return response
