"""Watching a browser page: whatever goes wrong in it without being seen ends up in a list."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
# A refused form answers 422 and Chromium notes that in the console; the page is as it should be.
REFUSED_FORM = re.compile(r"the server responded with a status of 422")
REPORT_VIOLATIONS = """
document.addEventListener('securitypolicyviolation', event => {
  console.error(`CSP: ${event.violatedDirective} forbids ${event.blockedURI} at ${event.sourceFile}:${event.lineNumber}`);
});
"""


class Watch:
    """Collects console errors and warnings, uncaught errors, failed requests, 5xx answers and CSP violations."""

    def __init__(self, context: BrowserContext) -> None:
        self.trouble: list[str] = []
        self._allowed = [REFUSED_FORM]
        context.add_init_script(REPORT_VIOLATIONS)
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self.trouble.append(f"uncaught: {error.error}"))
        context.on("requestfailed", self._on_failure)
        context.on("response", self._on_response)

    def allow(self, pattern: str) -> None:
        """Trouble that the test brings about on purpose: a regular expression that is found in its line."""
        self._allowed.append(re.compile(pattern))

    def assert_quiet(self) -> None:
        left = [line for line in self.trouble if not any(allowed.search(line) for allowed in self._allowed)]
        assert not left, "the browser complains:\n" + "\n".join(left)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.trouble.append(f"console {message.type}: {message.text} ({message.location.get('url')})")

    def _on_failure(self, request: Request) -> None:
        # "Aborted": a navigation that became a download, or a file that the page asked for and that was not there yet
        # when the page was left. All is well; a file that cannot be had fails with another word or answers 4xx.
        if request.failure != "net::ERR_ABORTED":
            self.trouble.append(f"request failed: {request.method} {request.url}: {request.failure}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 500:
            self.trouble.append(f"answer {response.status}: {response.request.method} {response.url}")


def axe_violations(page: Page) -> list[str]:
    """What axe finds on the page as it stands: one line for each rule and element. Empty is good."""
    session = page.context.new_cdp_session(page)
    try:
        # The strict policy forbids a script tag of ours; the debugger is not bound by it.
        _evaluate(session, AXE.read_text("utf-8") + "; true")
        options = json.dumps({"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]})
        found = _evaluate(
            session, f"axe.run(document, {options}).then(result => JSON.stringify(result.violations))"
        )
    finally:
        session.detach()
    return [
        f"{violation['id']}: {node['target']} {node['html'][:200]} — {node['failureSummary']}"
        for violation in json.loads(found)
        for node in violation["nodes"]
    ]


def _evaluate(session: Any, expression: str) -> Any:
    answer = session.send(
        "Runtime.evaluate", {"expression": expression, "awaitPromise": True, "returnByValue": True}
    )
    assert "exceptionDetails" not in answer, answer["exceptionDetails"]
    return answer["result"]["value"]


def layout_problems(page: Page) -> list[str]:
    """Sideways scrolling at this width, and targets under 44×44 px (24×24 inside running text, by WCAG 2.5.8)."""
    found: list[str] = page.evaluate(
        """() => {
          const found = [];
          const width = document.documentElement.scrollWidth;
          if (width > innerWidth) {
            const wide = [...document.querySelectorAll('body *')]
              .filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.scroll'))
              .slice(-3).map(e => e.outerHTML.slice(0, 120));
            found.push(`the page is ${width} px wide in a window of ${innerWidth}: ${wide.join(' | ')}`);
          }
          const seen = e => {
            const box = e.getBoundingClientRect();
            const style = getComputedStyle(e);
            return box.width > 1 && box.height > 1 && style.visibility !== 'hidden' && box.bottom > 0;
          };
          for (const e of document.querySelectorAll('button, input, select, textarea, summary, a.button')) {
            if (e.type === 'hidden' || !seen(e)) continue;
            const target = e.matches('input[type=radio], input[type=checkbox]') ? e.closest('label') || e : e;
            const box = target.getBoundingClientRect();
            if (box.width < 43.5 || box.height < 43.5)
              found.push(`${Math.round(box.width)}×${Math.round(box.height)} px: ${e.outerHTML.slice(0, 120)}`);
          }
          return found;
        }"""
    )
    return found
