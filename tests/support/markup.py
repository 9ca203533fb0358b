"""A parsed page: reading HTML5 strictly, finding elements, and what a person or a screen reader gets of them."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any
from xml.etree.ElementTree import Element

import cssselect2
import html5lib
from html5lib.constants import DataLossWarning, E

SVG = "{http://www.w3.org/2000/svg}"
_BLANK = re.compile(r"\s+")
_PICTURES = ("img", "svg", f"{SVG}svg")


def squeezed(text: str) -> str:
    """Without any white space: Japanese sentences carry none, and line breaks of a template mean nothing."""
    return _BLANK.sub("", text)


def spaced(text: str) -> str:
    """White space folded to single blanks."""
    return _BLANK.sub(" ", text).strip()


@dataclass(frozen=True)
class Node:
    """One element and its page."""

    element: Element
    page: Markup

    @property
    def tag(self) -> str:
        return str(self.element.tag).removeprefix(SVG)

    def __getitem__(self, attribute: str) -> str:
        return self.element.attrib[attribute]

    def get(self, attribute: str, default: str = "") -> str:
        return self.element.get(attribute, default)

    def has(self, attribute: str) -> bool:
        return attribute in self.element.attrib

    @property
    def text(self) -> str:
        """All text inside, folded to single blanks."""
        return spaced("".join(self.element.itertext()))

    @property
    def spoken(self) -> str:
        """The name that a screen reader speaks: labels, alternative texts, no hidden parts."""
        for label in self.get("aria-labelledby").split():
            target = self.page.by_id(label)
            if target is not None:
                return target.text
        return self.get("aria-label") or spaced("".join(_spoken(self.element)))

    @property
    def parent(self) -> Node | None:
        above = self.page.parents.get(self.element)
        return None if above is None else Node(above, self.page)

    @property
    def ancestors(self) -> Iterator[Node]:
        above = self.parent
        while above is not None:
            yield above
            above = above.parent

    def inside(self, *tags: str) -> Node | None:
        """The nearest ancestor with one of these tags."""
        return next((above for above in self.ancestors if above.tag in tags), None)

    @property
    def children(self) -> list[Node]:
        return [Node(child, self.page) for child in self.element if not _is_comment(child)]

    def walk(self) -> Iterator[Node]:
        """This element and all elements in it, in document order."""
        for element in self.element.iter():
            if not _is_comment(element):
                yield Node(element, self.page)

    def all(self, selector: str) -> list[Node]:
        """Elements inside that fit a CSS selector, in document order."""
        return self.page.inside(self, selector)

    def one(self, selector: str) -> Node:
        return _only(self.all(selector), selector)

    def __str__(self) -> str:
        shown = "".join(f' {name}="{self.get(name)}"' for name in ("id", "name", "class") if self.has(name))
        return f"<{self.tag}{shown}>"


def _is_comment(element: Element) -> bool:
    return callable(element.tag)  # ElementTree marks a comment by a function in place of its name


def _spoken(element: Element) -> Iterator[str]:
    if element.get("aria-hidden") == "true" or element.get("hidden") is not None:
        return
    if element.tag in _PICTURES:
        titles = [child for child in element if str(child.tag).removeprefix(SVG) == "title"]
        yield element.get("aria-label") or element.get("alt") or "".join(title.text or "" for title in titles)
        return
    yield element.get("aria-label") or element.text or ""
    for child in element:
        if not _is_comment(child):
            yield from _spoken(child)
        yield child.tail or ""


_TEMPLATE = re.compile(r"(<template\b[^>]*>)(.*?)(</template>)", re.DOTALL)


def _emptied(template: re.Match[str]) -> str:
    """A template without its inert contents, which html5lib does not know how to parse; the lines stay in place."""
    return template[1] + "\n" * template[2].count("\n") + template[3]


@lru_cache(maxsize=1000)
def _tests(selector: str) -> tuple[Callable[[Any], bool], ...]:
    """What cssselect2 makes of a selector: functions of a wrapped element."""
    return tuple(compiled.test for compiled in cssselect2.compile_selector_list(selector))


class Markup:
    """One HTML document. `errors` are the parser's own: the document is valid HTML5 syntax only if it is empty."""

    def __init__(self, html: str) -> None:
        parser = html5lib.HTMLParser(
            tree=html5lib.getTreeBuilder("etree"), strict=False, namespaceHTMLElements=False
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DataLossWarning)
            self.root: Element = parser.parse(_TEMPLATE.sub(_emptied, html))
        lines = html.splitlines()
        self.errors = [
            f"line {line}: {E[code] % data} in: {lines[line - 1].strip()[:120] if line <= len(lines) else ''}"
            for (line, _column), code, data in parser.errors
        ]
        self.parents = {child: parent for parent in self.root.iter() for child in parent}
        # Wrapped once and kept: cssselect2 would wrap the whole document anew for every question.
        self._wrapped = list(cssselect2.ElementWrapper.from_html_root(self.root).iter_subtree())
        self._places = {wrapped.etree_element: place for place, wrapped in enumerate(self._wrapped)}
        self._by_id = {
            element.attrib["id"]: Node(element, self)
            for element in self.root.iter()
            if "id" in element.attrib
        }

    def by_id(self, name: str) -> Node | None:
        return self._by_id.get(name)

    def walk(self) -> Iterator[Node]:
        return Node(self.root, self).walk()

    def all(self, selector: str) -> list[Node]:
        """Elements that fit a CSS selector, in document order."""
        return self._fitting(selector, 0, len(self._wrapped))

    def inside(self, node: Node, selector: str) -> list[Node]:
        """Elements inside a node that fit a CSS selector, in document order, the node itself not among them."""
        after = self._places[node.element] + 1
        return self._fitting(selector, after, after + sum(1 for _ in node.walk()) - 1)

    def _fitting(self, selector: str, begin: int, end: int) -> list[Node]:
        tests = _tests(selector)
        return [
            Node(wrapped.etree_element, self)
            for wrapped in islice(self._wrapped, begin, end)
            if any(test(wrapped) for test in tests)
        ]

    def one(self, selector: str) -> Node:
        """The only element that fits."""
        return _only(self.all(selector), selector)


@lru_cache(maxsize=4)
def parsed(html: str) -> Markup:
    """The document of this text. The inspector and the test read the same page one after the other: parsed once."""
    return Markup(html)


def _only(found: list[Node], selector: str) -> Node:
    assert len(found) == 1, f"{len(found)} elements fit {selector!r}"
    return found[0]
