"""The one door to WeasyPrint. A machine without Pango still starts; only printing says what is missing."""

from __future__ import annotations

import logging
import mimetypes
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from trainings.core.paper.letters import printable
from trainings.core.static_files import name_in

BASE = "tsudoi:///"
"""A made-up address: whatever a document names is looked up by us, never on a network."""
TIGHTNESS = ("", "paper--tight", "paper--tighter", "paper--tightest")
"""Classes of a flowing document, from the ordinary one on, for `render_within` (css/paper.css)."""
OPTIONS = {"pdf_variant": "pdf/ua-1"}


class PdfUnavailable(Exception):
    """WeasyPrint or the system's Pango library is not installed."""


def render(html: str, *, static_dir: Path) -> bytes:
    """A PDF (PDF/UA-1) of a whole HTML document.

    A letter that no font of the machine has is printed as 〓 (`letters`).
    Addresses below /static/ are read from `static_dir`; any other one is left out, and WeasyPrint says so in the log.
    Raises `PdfUnavailable` when the libraries are missing.
    """
    return _written(_laid_out(html, static_dir))


def render_within(versions: Iterable[str], *, most_pages: int, static_dir: Path) -> bytes:
    """The first version of a document that needs no more pages than that, else the last one. Further ones are asked for only
    when they are needed. Raises `PdfUnavailable`."""
    for html in versions:
        document = _laid_out(html, static_dir)
        if len(document.pages) <= most_pages:
            break
    return _written(document)


class Press:
    """One PDF from several documents that are laid out one after another, each with the pages that it has alone. Fonts are
    looked up once. Raises `PdfUnavailable`."""

    def __init__(self, static_dir: Path) -> None:
        self._static_dir = static_dir
        self._fonts: Any = None
        self._documents: list[Any] = []

    def lay_out(self, html: str) -> None:
        document = _laid_out(html, self._static_dir, self._fonts)
        self._fonts = document.font_config
        self._documents.append(document)

    def written(self) -> bytes:
        """With the title of the first document."""
        pages = [page for document in self._documents for page in document.pages]
        return _written(self._documents[0].copy(pages))


def _written(document: Any) -> bytes:
    content: bytes = document.write_pdf(**OPTIONS)
    return content


def _laid_out(html: str, static_dir: Path, fonts: Any = None) -> Any:
    try:
        import weasyprint  # lazy door: 60 MiB that only printing needs
        from weasyprint.urls import URLFetcher, URLFetcherResponse
    except (ImportError, OSError) as missing:
        raise PdfUnavailable(str(missing)) from missing
    # It would tell of every property that only screens know.
    logging.getLogger("weasyprint").setLevel(logging.ERROR)

    class StaticFetcher(URLFetcher):  # type: ignore[misc]
        """Reads the product's own style sheets; refuses everything else."""

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
            if url.startswith("data:image/png;"):
                return super().fetch(url, headers)
            name = name_in(unquote(urlsplit(url).path))
            found = (static_dir / name).resolve()
            if not name or not found.is_relative_to(static_dir.resolve()):
                raise ValueError(f"a document may use static files only, not {url}")
            kind = mimetypes.guess_type(found.name)[0] or "application/octet-stream"
            return URLFetcherResponse(url, found.read_bytes(), {"Content-Type": kind})

    document = weasyprint.HTML(string=printable(html), base_url=BASE, url_fetcher=StaticFetcher())
    return document.render(font_config=fonts, **OPTIONS)
