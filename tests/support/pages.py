"""A page as a person meets it: read it, follow its links, fill in its forms, press its buttons."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urljoin, urlsplit

from tests.support.markup import Node, parsed, squeezed

if TYPE_CHECKING:
    from tests.support.client import Client

FileValue = tuple[bytes, str]
"""Content and file name of an upload."""


class Page:
    """A fetched page that has passed the inspection.

    `"…" in page` looks for words in the text of the page, blanks aside.
    """

    def __init__(self, client: Client, path: str, status: int, html: str) -> None:
        self.client = client
        self.path = path
        self.status = status
        self.html = html
        self.markup = parsed(html)

    def __contains__(self, words: str) -> bool:
        return squeezed(words) in squeezed(self.text)

    def __repr__(self) -> str:
        return f"<Page {self.path} {self.status} 「{self.h1}」>\n{self.text}"

    @property
    def text(self) -> str:
        return self.markup.one("body").text

    @property
    def main(self) -> Node:
        return self.markup.one("main")

    @property
    def h1(self) -> str:
        return self.markup.one("h1").text

    @property
    def title(self) -> str:
        return self.markup.one("head > title").text

    @property
    def errors(self) -> list[str]:
        """The sentences of the error summary."""
        return [item.text for item in self.markup.all(".error-summary li")]

    def all(self, selector: str) -> list[Node]:
        return self.markup.all(selector)

    def one(self, selector: str) -> Node:
        return self.markup.one(selector)

    def texts(self, selector: str) -> list[str]:
        return [node.text for node in self.markup.all(selector)]

    def rows(self, selector: str = "table") -> list[list[str]]:
        """The cells of the only table that fits, row by row, its heading included."""
        table = self.one(selector)
        return [[cell.text for cell in row.all("th, td")] for row in table.all("tr")]

    # -- links ------------------------------------------------------------------------------------

    def link(self, words: str) -> str:
        """Where the link with these words leads; one address, however often it stands on the page."""
        links = [link for link in self.all("a[href]") if squeezed(words) in squeezed(link.spoken)]
        exact = [link for link in links if squeezed(words) == squeezed(link.spoken)]
        found = {link["href"] for link in exact or links}
        assert len(found) == 1, f"{len(found)} links say 「{words}」 on {self!r}"
        return urljoin(self.path, found.pop())

    def has_link(self, words: str) -> bool:
        return any(squeezed(words) in squeezed(link.spoken) for link in self.all("a[href]"))

    def follow(self, words: str, *, status: int = 200) -> Page:
        return self.client.get(self.link(words), status=status)

    # -- forms ------------------------------------------------------------------------------------

    def form(self, selector: str = "main form", *, button: str = "") -> Form:
        """The only form that fits the selector and has a button with these words."""
        found = [
            form
            for form in self.all(selector)
            if not button or any(squeezed(button) in squeezed(press.spoken) for press in buttons_of(form))
        ]
        assert len(found) == 1, f"{len(found)} forms fit {selector!r} {button!r} on {self!r}"
        return Form(self, found[0])

    def press(self, button: str, *, status: int = 200, **values: Any) -> Page:
        """Fill in the form that has this button and press it."""
        return self.form(button=button).fill(**values).submit(button, status=status)


class Form:
    """A form being filled in. Values are checked as a browser would: no unknown field, no choice not offered."""

    def __init__(self, page: Page, node: Node) -> None:
        self.page = page
        self.node = node
        self._uploads: dict[str, FileValue] = {}
        self._fields: dict[str, list[Node]] = {}
        for control in page.all("input, select, textarea"):
            if control.get("name") and _owner(control) is node.element:
                self._fields.setdefault(control["name"], []).append(control)
        self.values: dict[str, list[str]] = {name: _initial(nodes) for name, nodes in self._fields.items()}

    def fill(self, given: Mapping[str, Any] | None = None, /, **values: Any) -> Form:
        """Set fields by their name. A text field takes text; radios and selects one offered value; check boxes a
        list of values, or True/False if there is one; a file field `(content, file name)`."""
        for name, value in {**(given or {}), **values}.items():
            assert name in self._fields, f"no field {name!r} among {sorted(self._fields)}"
            self._set(name, value)
        return self

    def _set(self, name: str, value: Any) -> None:
        nodes = self._fields[name]
        kind = nodes[0].get("type", "text") if nodes[0].tag == "input" else nodes[0].tag
        if kind == "file":
            self._uploads[name] = value
            return
        if isinstance(value, bool):
            assert kind == "checkbox", f"{name!r} takes no {value!r}: it is no check box"
            assert len(nodes) == 1, f"{name!r} has several check boxes; name their values"
            value = [nodes[0].get("value", "on")] if value else []
        chosen = [str(one) for one in value] if isinstance(value, list | tuple | set) else [str(value)]
        offered = _offered(nodes, kind)
        if offered is not None:
            assert set(chosen) <= set(offered), f"{name!r} offers {offered}, not {chosen}"
        self.values[name] = chosen

    def submit(self, button: str = "", *, status: int = 200) -> Page:
        """Press a button (needed by its words if there are several) and return the page one ends up on."""
        pressed = self._button(button)
        data = {name: list(values) for name, values in self.values.items() if values}
        if pressed is not None and pressed.get("name"):
            data.setdefault(pressed["name"], []).append(pressed.get("value"))
        action = (pressed.get("formaction") if pressed else "") or self.node.get("action") or self.page.path
        path = urljoin(self.page.path, action)
        if self.node.get("method", "get").lower() == "get":
            return self.page.client.get(f"{urlsplit(path).path}?{urlencode(data, doseq=True)}", status=status)
        uploads = {name: (io.BytesIO(content), file) for name, (content, file) in self._uploads.items()}
        for name, nodes in self._fields.items():
            if nodes[0].get("type") == "file":
                # A browser sends an empty part for a file field that was left alone.
                uploads.setdefault(name, (io.BytesIO(), ""))
        return self.page.client.send_form(path, data | uploads, status=status)

    def _button(self, words: str) -> Node | None:
        found = [button for button in buttons_of(self.node) if squeezed(words) in squeezed(button.spoken)]
        exact = [button for button in found if squeezed(words) == squeezed(button.spoken)]
        found = exact or found
        assert len(found) == 1, f"{len(found)} buttons of {self.node} say 「{words}」"
        return found[0]


def buttons_of(form: Node) -> list[Node]:
    """The buttons that send a form, in the order of the page; Enter in a field presses the first."""
    inside = [node for node in form.page.all("button, input[type=submit]") if _owner(node) is form.element]
    return [button for button in inside if button.get("type", "submit") == "submit"]


def _owner(control: Node) -> object:
    if control.get("form"):
        named = control.page.by_id(control["form"])
        return named.element if named else None
    form = control.inside("form")
    return form.element if form else None


def _initial(nodes: list[Node]) -> list[str]:
    values = []
    for node in nodes:
        if node.tag == "select":
            options = node.all("option")
            chosen = [option for option in options if option.has("selected")] or (
                [] if node.has("multiple") else options[:1]
            )
            values += [option.get("value", option.text) for option in chosen]
        elif node.tag == "textarea":
            values.append((node.element.text or "").removeprefix("\n"))
        elif node.get("type") in ("radio", "checkbox"):
            if node.has("checked"):
                values.append(node.get("value", "on"))
        elif node.get("type") not in ("file", "submit", "button", "image", "reset"):
            values.append(node.get("value"))
    return values


def _offered(nodes: list[Node], kind: str) -> list[str] | None:
    if kind in ("radio", "checkbox"):
        return [node.get("value", "on") for node in nodes]
    if kind == "select":
        return [option.get("value", option.text) for node in nodes for option in node.all("option")]
    return None
