"""What every page must fulfil (architecture.md, ui.md). Each check says in one sentence what is wrong and where."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from tests.support.markup import Markup, Node, parsed, squeezed

ERROR_TITLE = "エラー："
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
DOOR_POLICY = (
    POLICY.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'") + "; worker-src 'self'"
)
DATA_SCRIPTS = ("application/ld+json", "application/json")
CONTROLS = ("input", "select", "textarea")
NO_LABEL_NEEDED = ("hidden", "submit", "button", "reset")
_FOREIGN = re.compile(r"^(https?:)?//")

Check = Callable[[Markup, int], Iterator[str]]


def page_problems(html: str, status: int) -> list[str]:
    """Everything wrong with a full page that was answered with this HTTP status."""
    page = parsed(html)
    return [problem for check in CHECKS for problem in check(page, status)]


def header_problems(headers: Mapping[str, str], *, is_page: bool, may_go_back: bool = False) -> list[str]:
    """What is wrong with the headers of an answer that is no static file."""
    found = []
    is_door = "camera=(self)" in headers.get("Permissions-Policy", "")
    wanted = {
        "Content-Security-Policy": DOOR_POLICY if is_door else POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if is_page:
        wanted["Cache-Control"] = "private, no-cache" if may_go_back else "no-store"
    for name, value in wanted.items():
        if not _same(headers.get(name, ""), value):
            found.append(f"header {name} is {headers.get(name)!r}, not {value!r}")
    if headers.get("Content-Type", "").count("charset") > 1:
        found.append(f"header Content-Type names its charset twice: {headers['Content-Type']!r}")
    if "microphone=()" not in headers.get("Permissions-Policy", ""):
        found.append("header Permissions-Policy does not close the microphone")
    if is_page and headers.get("Content-Type") != "text/html; charset=utf-8":
        found.append(f"header Content-Type is {headers.get('Content-Type')!r}")
    return found


def _same(given: str, wanted: str) -> bool:
    def parts(text: str) -> set[str]:
        return {part.strip() for part in text.split(";")}

    return parts(given) == parts(wanted)


# -- the checks -------------------------------------------------------------------------------------------


def _syntax(page: Markup, _status: int) -> Iterator[str]:
    yield from (f"HTML: {error}" for error in page.errors)


def _frame(page: Markup, status: int) -> Iterator[str]:
    if page.one("html").get("lang") != "ja":
        yield 'the page is not marked lang="ja"'
    if len(page.all("main")) != 1:
        yield f"the page has {len(page.all('main'))} main elements"
    if not page.all('meta[name="viewport"]'):
        yield "the page names no viewport"
    headings, titles = page.all("h1"), page.all("head > title")
    if len(headings) != 1 or len(titles) != 1:
        yield f"the page has {len(headings)} h1 and {len(titles)} titles"
        return
    begins = (ERROR_TITLE if status == 422 else "") + squeezed(headings[0].spoken)
    if not squeezed(headings[0].spoken) or not squeezed(titles[0].text).startswith(begins):
        yield f"the title 「{titles[0].text}」 does not begin with 「{begins}」"


def _is_hidden(node: Node) -> bool:
    """Whether a script shows it later, when it fills it."""
    return node.has("hidden") or any(above.has("hidden") for above in node.ancestors)


def _headings(page: Markup, _status: int) -> Iterator[str]:
    last = 0
    for heading in page.all("h1, h2, h3, h4, h5, h6"):
        level = int(heading.tag[1])
        if not heading.spoken and not _is_hidden(heading):
            yield f"{heading} is empty"
        if last and level > last + 1:
            yield f"{heading} 「{heading.text}」 skips a level after h{last}"
        last = level


def _ids(page: Markup, _status: int) -> Iterator[str]:
    counted = Counter(node["id"] for node in page.walk() if node.has("id"))
    yield from (f"id {name!r} occurs {times} times" for name, times in counted.items() if times > 1)
    yield from (f"id {name!r} is empty or has a blank" for name in counted if not name or " " in name)
    for node in page.walk():
        for attribute in ("for", "list", "form", "aria-describedby", "aria-labelledby", "aria-controls"):
            for target in node.get(attribute).split():
                if page.by_id(target) is None:
                    yield f"{node}: {attribute} points to {target!r}, which is not on the page"
        if node.tag == "a" and node.get("href").startswith("#") and page.by_id(node["href"][1:]) is None:
            yield f"the link 「{node.text}」 points to {node['href']!r}, which is not on the page"


def _controls(page: Markup, _status: int) -> Iterator[str]:
    targets = {label["for"]: label for label in page.all("label[for]")}
    for control in page.all(", ".join(CONTROLS)):
        if control.get("type") in NO_LABEL_NEEDED:
            continue
        label = control.inside("label") or targets.get(control.get("id"))
        named = bool(label and label.spoken) or bool(control.get("aria-label"))
        if not named and not _label_by_ids(control):
            yield f"{control} has no label"
        if control.has("placeholder"):
            yield f"{control} has a placeholder"
    for control in page.all("input, select, textarea, button, fieldset"):
        if control.has("disabled"):
            yield f"{control} is disabled"
    for button in page.all("button"):
        if not button.spoken and not _is_hidden(button):
            yield f"{button} has no text"
    for name, group in _choice_groups(page).items():
        if len(group) > 1 and not all(_is_in_named_group(choice) for choice in group):
            yield f"the choices of {name!r} stand in no fieldset with a legend"


def _label_by_ids(control: Node) -> bool:
    return any(
        target is not None and bool(target.text)
        for target in map(control.page.by_id, control.get("aria-labelledby").split())
    )


def _choice_groups(page: Markup) -> dict[str, list[Node]]:
    groups: dict[str, list[Node]] = {}
    for control in page.all('input[type="radio"], input[type="checkbox"]'):
        form = control.inside("form")
        key = f"{form and form.get('id')} {control.get('name')}".strip()
        groups.setdefault(key, []).append(control)
    return groups


def _is_in_named_group(choice: Node) -> bool:
    for above in choice.ancestors:
        if above.tag == "fieldset":
            return any(child.tag == "legend" and child.spoken for child in above.children)
        if above.get("role") in ("group", "radiogroup"):
            return bool(above.get("aria-label")) or _label_by_ids(above)
    return False


def _forms(page: Markup, _status: int) -> Iterator[str]:
    for form in page.all("form"):
        method = form.get("method", "get").lower()
        tokens = form.all('input[name="csrf_token"]')
        if method == "post" and len(tokens) != 1:
            yield f"{form} posts with {len(tokens)} CSRF tokens"
        if method == "post" and not form.has("novalidate") and form.all("input:not([type=hidden])"):
            yield f"{form} leaves the checking to the browser (no novalidate)"
        if method == "get" and tokens:
            yield f"{form} would show the CSRF token in the address"
        if form.get("action").startswith("#") or _FOREIGN.match(form.get("action")):
            yield f"{form} goes to {form.get('action')!r}"
        if form.all('input[type="file"]') and form.get("enctype") != "multipart/form-data":
            yield f"{form} has a file field and no enctype"


def _errors(page: Markup, status: int) -> Iterator[str]:
    summaries = page.all('.error-summary[role="alert"]')
    wrong = page.all('[aria-invalid="true"]')
    if status == 422 and not page.all('[role="alert"]'):
        yield "the page answers 422 and says in no role=alert what is wrong"
    if status < 400 and (summaries or wrong):
        yield f"the page shows errors but answers {status}"
    if wrong and len(summaries) != 1:
        yield f"the page marks errors and has {len(summaries)} error summaries"
    linked = {link.get("href").removeprefix("#") for summary in summaries for link in summary.all("a")}
    for control in wrong:
        group = [control, *page.all(f'[name="{control.get("name")}"]'), *control.ancestors]
        if not linked & {member.get("id") for member in group if member.get("id")}:
            yield f"no link of the error summary leads to {control}"
        if not control.get("aria-describedby") and not _is_in_described_group(control):
            yield f"{control} is wrong and not described by its error"
    for summary in summaries:
        if summary.get("tabindex") != "-1":
            yield "the error summary cannot take the focus (tabindex -1)"


def _is_in_described_group(control: Node) -> bool:
    return any(above.tag == "fieldset" and above.get("aria-describedby") for above in control.ancestors)


def _nothing_inline(page: Markup, _status: int) -> Iterator[str]:
    for node in page.walk():
        if node.tag == "style":
            yield "the page has a style element"
        if node.tag == "script" and not node.has("src") and node.get("type") not in DATA_SCRIPTS:
            yield "the page has an inline script"
        for attribute in node.element.attrib:
            if attribute == "style" or re.match(r"on[a-z]", attribute):
                yield f"{node} has an inline {attribute}"
        for attribute in ("src", "href"):
            address = node.get(attribute)
            if address.lower().startswith("javascript:"):
                yield f"{node} has a javascript: address"
            if _FOREIGN.match(address) and node.tag != "a" and node.get("rel") != "canonical":
                yield f"{node} loads from another host: {address}"


def _links(page: Markup, _status: int) -> Iterator[str]:
    for link in page.all("a"):
        if not link.get("href"):
            yield f"the link 「{link.text}」 leads nowhere"
        if not link.spoken:
            yield f"the link to {link.get('href')!r} has no text"
    for inner in page.all("a a, a button, button a, button button, a input, button input"):
        yield f"{inner} is inside another link or button"


def _pictures(page: Markup, _status: int) -> Iterator[str]:
    for picture in page.all("img"):
        if not picture.has("alt"):
            yield f"{picture} has no alt"
    for node in page.walk():
        if node.tag == "svg" and node.get("aria-hidden") != "true":
            if node.get("role") != "img" and not any(a.get("aria-hidden") == "true" for a in node.ancestors):
                yield f"{node} is neither role=img nor hidden from screen readers"
            elif node.get("role") == "img" and not node.spoken:
                yield f"{node} says nothing to a screen reader"


def _structure(page: Markup, _status: int) -> Iterator[str]:
    allowed = {
        "ul": {"li", "template"},
        "ol": {"li", "template"},
        "dl": {"dt", "dd", "div", "template"},
        "tr": {"th", "td"},
        "select": {"option", "optgroup", "hr"},
    }
    for node in page.walk():
        for child in node.children:
            if child.tag not in allowed.get(node.tag, {child.tag}):
                yield f"{child} is a child of {node}"
    for table in page.all("table"):
        if table.get("role") == "presentation":
            yield f"{table} is used for layout"
        caption = [child for child in table.children if child.tag == "caption"]
        if not caption and not table.get("aria-label") and not _label_by_ids(table):
            yield f"{table} has no caption"
        if not table.all("th"):
            yield f"{table} has no heading cells"
        yield from (
            f"{cell} 「{cell.text}」 has no scope" for cell in table.all("th") if not cell.get("scope")
        )


CHECKS: tuple[Check, ...] = (
    _syntax,
    _frame,
    _headings,
    _ids,
    _controls,
    _forms,
    _errors,
    _nothing_inline,
    _links,
    _pictures,
    _structure,
)
