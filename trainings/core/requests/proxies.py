"""A proxy in front that nobody told us of: then all visitors have its one address, and limits count them as one."""

from __future__ import annotations

from flask import Flask, current_app, request

FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP")
NONE_TRUSTED = (
    "TSUDOI_TRUSTED_PROXIES is 0: right only if no proxy stands in front. "
    "Behind one, all visitors count as one sender."
)
FORGOTTEN = (
    "a request came with %s while TSUDOI_TRUSTED_PROXIES is 0: "
    "if a proxy stands in front, all visitors count as one sender."
)


def init_app(app: Flask) -> None:
    """Say at the start of production that no proxy is trusted, and once more when a forwarded request arrives."""
    settings = app.config["TSUDOI"]
    if settings.trusted_proxies:
        return
    if settings.environment == "production":
        app.logger.warning(NONE_TRUSTED)
    app.before_request(_tell_once)


def is_forgotten() -> bool:
    """Whether this request came through a proxy although none is trusted."""
    trusted = current_app.config["TSUDOI"].trusted_proxies
    return trusted == 0 and any(name in request.headers for name in FORWARDED)


def _tell_once() -> None:
    if is_forgotten() and not current_app.extensions.get("forgotten_proxy_told"):
        current_app.extensions["forgotten_proxy_told"] = True
        named = next(name for name in FORWARDED if name in request.headers)
        current_app.logger.warning(FORGOTTEN, named)
