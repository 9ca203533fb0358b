"""What a scanner from outside the house finds: Wapiti crawls the sample city, served as `make run` serves it, once as a
guest and once signed in as a planner, and attacks every page and form that it saw.

Everything stays on the loopback address and ends by itself: so many seconds for crawling, so many for each kind of
attack. The modules that want a server of the scanner's makers on the internet (ssrf, xxe, log4shell …) are left out.
Limits are off here: they would keep the scanner outside the forms that it is to attack.
"""

from __future__ import annotations

import http.cookiejar
import json
import re
import subprocess
import sys
import tempfile
import threading
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.results import Row, report
from tests.integration.cli.test_serve import free_port, read_until, sample_city

ROOT = Path(__file__).resolve().parent.parent
WAPITI = ROOT / ".venv-scan" / "bin" / "wapiti"
MODULES = "cookieflags,csp,csrf,crlf,exec,file,http_headers,ldap,methods,permanentxss,redirect,sql,upload,xss"
CRAWL_SECONDS, ATTACK_SECONDS, LONGEST_SECONDS = 60, 10, 420
SEVERITIES = ("info", "low", "medium", "high", "critical")
COOKIE = "tsudoi"
JUDGED = {
    "X-Frame-Options is not set": "frame-ancestors of the policy does what that header did",
    "Secure flag is not set": "the sample city is served over http; over https the cookie has it (test_web.py)",
    "LDAP Injection via": "there is no directory: the answer to a NUL is taken for one of it",
}
"""Words of a finding → why it is none."""


def main() -> None:
    """Print the table and write bench/results/scan.json."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder, city(Path(folder)) as (site, planner_link):
        rows += _rows("guest", scan(site, mailed_links(site), "", Path(folder) / "guest"))
        cookie = signed_in(planner_link)
        starts = ["/staff", "/staff/events", "/staff/directory/offices", "/staff/mail", "/staff/people"]
        rows += _rows("planner", scan(site, starts, cookie, Path(folder) / "planner"))
    report("scan", rows)


@contextmanager
def city(folder: Path) -> Iterator[tuple[str, str]]:
    """Address of a running sample city, and a planner's sign-in link."""
    site = f"http://127.0.0.1:{free_port()}"
    settings = {
        "TSUDOI_PUBLIC_URL": site,
        "TSUDOI_SMTP_PORT": str(free_port()),
        "TSUDOI_RATE_LIMITS": "false",
    }
    with sample_city(ROOT, folder, **settings) as process:
        said = read_until(process, "Ctrl-C")
        link = re.search(rf"^ +planner +\S+@\S+ +({site}/staff/sign-in/\S+)$", said, re.MULTILINE)
        assert link is not None, said
        # What the servers say from now on must be read, or they would wait for a reader.
        threading.Thread(target=_pass_on, args=(process,), daemon=True).start()
        yield site, link[1]
        process.terminate()
        process.wait(60)


def _pass_on(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        print(line, end="", file=sys.stderr)


def mailed_links(site: str) -> list[str]:
    """The first address of each kind that the sample city's mailbox shows: of an application, person, ticket, survey."""
    found: dict[str, str] = {}
    mailbox = urllib.request.urlopen(f"{site}/mailbox", timeout=60).read().decode()
    for mail in re.findall(r'href="(/mailbox/[0-9a-f-]+)"', mailbox)[:30]:
        text = urllib.request.urlopen(site + mail, timeout=60).read().decode()
        for path, kind in re.findall(r'href="(/(a|p|t|s)/[0-9A-Za-z]+)"', text):
            found.setdefault(kind, path)
    return list(found.values())


def signed_in(link: str) -> str:
    """The session cookie of whoever opened a sign-in link and pressed its button, with the token of forms in it."""
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    page = browser.open(link, timeout=60).read().decode()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token is not None
    body = urllib.parse.urlencode({"csrf_token": token[1]}).encode()
    assert "/staff" in browser.open(link, body, timeout=60).geturl()
    return next(str(cookie.value) for cookie in jar if cookie.name == COOKIE)


def scan(site: str, starts: Sequence[str], cookie: str, folder: Path) -> dict[str, Any]:
    """Wapiti's report. starts: paths to begin with, besides the first page."""
    folder.mkdir()
    jar = {"value": cookie, "version": 0, "expires": None, "secure": False, "port": None}
    cookies = folder / "cookies.json"
    cookies.write_text(json.dumps({"127.0.0.1": {"/": {COOKIE: jar}}} if cookie else {}), "utf-8")
    command = [
        *(str(WAPITI), "--url", f"{site}/", "--scope", "domain", "--module", MODULES, "--level", "1"),
        *("--exclude", f"{site}/staff/sign-out", "--max-files-per-dir", "12", "--max-links-per-page", "40"),
        *("--max-scan-time", str(CRAWL_SECONDS), "--max-attack-time", str(ATTACK_SECONDS), "--tasks", "4"),
        *("--max-parameters", "40", "--timeout", "20", "--no-bugreport", "--verbose", "1"),
        *("--store-session", str(folder), "--store-config", str(folder)),
        *("--format", "json", "--output", str(folder / "report.json")),
        *(("--cookie", str(cookies)) if cookie else ()),
        *(part for path in starts for part in ("--start", site + path)),
        # It asks for the name of its makers' server at every start otherwise.
        *("--dns-endpoint", "127.0.0.1", "--endpoint", "http://127.0.0.1:9/"),
    ]
    subprocess.run(command, cwd=folder, timeout=LONGEST_SECONDS, check=True, stdout=sys.stderr)
    found: dict[str, Any] = json.loads((folder / "report.json").read_text("utf-8"))
    return found


def _rows(who: str, found: dict[str, Any]) -> list[Row]:
    counts: Counter[str] = Counter()
    judged = 0
    for part in ("vulnerabilities", "anomalies"):
        for kind, cases in found[part].items():
            for case in cases:
                words = f"{case['method']} {case['path']} {case['parameter']}: {case['info']}"
                print(f"{who}: {kind} ({SEVERITIES[case['level']]}) {words}", file=sys.stderr)
                if any(known in case["info"] for known in JUDGED):
                    judged += 1
                else:
                    counts[f"{kind} ({SEVERITIES[case['level']]})"] += 1
    pages = found["infos"]["crawled_pages_nbr"]
    return [
        Row(f"{who}: pages and forms seen", pages, "pages"),
        Row(f"{who}: reports that are none", judged, "reports"),
        Row(f"{who}: findings", sum(counts.values()), "findings", aim=0, of="value", better="less"),
        *(
            Row(f"{who}: {kind}", n, "findings", aim=0, of="value", better="less")
            for kind, n in sorted(counts.items())
        ),
    ]


if __name__ == "__main__":
    main()
