"""How static files are asked for and answered: versioned addresses are kept for a year."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any

from flask import Flask, Response, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from trainings.core.static_files import INSIDE, OF_A_VERSION, PREFIX, TYPES, StaticFiles, read

FOR_EVER = "public, max-age=31536000, immutable"
FOR_A_MINUTE = "public, max-age=60"


def init_app(app: Flask) -> None:
    files = read(Path(app.static_folder or ""))
    app.extensions["static_files"] = files
    app.view_functions["static"] = _answer
    app.url_defaults(_put_version)


def present() -> StaticFiles:
    """Those of this application."""
    files: StaticFiles = current_app.extensions["static_files"]
    return files


def _put_version(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "static":
        values["filename"] = present().address(values["filename"]).removeprefix(PREFIX)


def _answer(filename: str) -> ResponseReturnValue:
    files = present()
    name = OF_A_VERSION.sub("", filename)
    if name not in files.contents or name in INSIDE:
        abort(404)
    if filename not in (name, f"{files.version}/{name}"):
        # Asked for by a page of another version of the program: what there is, and nobody may keep it for that.
        gone_on = redirect(url_for("static", filename=name))
        gone_on.headers["Cache-Control"] = "no-store"
        return gone_on
    response = Response(files.contents[name], content_type=TYPES[PurePosixPath(name).suffix])
    response.headers["Cache-Control"] = FOR_A_MINUTE if filename == name else FOR_EVER
    response.add_etag()
    return response.make_conditional(
        request.environ, accept_ranges=True, complete_length=len(files.contents[name])
    )
