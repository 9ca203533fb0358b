"""One event from its preset to the certificate, through pages and forms only, as the people of the evening use them.

Nothing here reaches past a page, a mail or the device API; the worker is run between the steps as `make run` runs it.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import Flask
from openpyxl import Workbook, load_workbook
from pypdf import PdfReader

from tests.support.arrivals import scan
from tests.support.client import Client
from tests.support.hands import Clock, link_in
from tests.support.pages import Page
from tests.support.smtp import Mail, MailServer
from trainings.core.clock import TOKYO
from trainings.worker.rounds import run_round

GIVEN = ("美咲", "誠", "千鶴", "恵一", "修", "あかり", "健", "直子", "洋介", "里奈", "亮", "文")
KANA = (
    *("ミサキ", "マコト", "チヅル", "ケイイチ", "オサム", "アカリ"),
    *("ケン", "ナオコ", "ヨウスケ", "リナ", "リョウ", "フミ"),
)


@dataclass
class Guest:
    """Somebody who applies: where they are reached, and the path of their own page."""

    name: str
    mail: str
    link: str
    client: Client
    told: list[Page] = field(default_factory=list)
    """The pages of their application: 確認 and 完了."""

    def page(self) -> Page:
        return self.client.get(self.link)


@dataclass
class Journey:
    """An organiser (planner and trainer), guests with browsers of their own, a door device and a mail server."""

    app: Flask
    staff: Client
    new_client: Callable[[], Client]
    mails: MailServer
    clock: Clock
    staff_mail: str
    slug: str = ""
    title: str = ""
    guests: list[Guest] = field(default_factory=list)
    door: str = ""

    # -- the organiser ------------------------------------------------------------------------------------

    def on(self, instant: datetime) -> None:
        """Later; the organiser signs in again if it has been a while, by the link of a mail."""
        self.clock.set(instant)
        page = self.staff.get("/staff/sign-in")
        if page.h1 == "サインインしています":
            return
        page.press("リンクを送る", mail=self.staff_mail)
        self.work()
        told = [mail.text for mail in self.mails.to(self.staff_mail)]
        link = link_in(next(text for text in reversed(told) if "/staff/sign-in/" in text))
        self.staff.get(link).form().submit()

    def path(self, rest: str = "") -> str:
        return f"/staff/events/{self.slug}{rest}"

    def create(self, kind: str, on: str) -> Page:
        """From the list of events to the draft of a preset; the page that edits it."""
        page = self.staff.get("/staff").follow("催し").follow("新しい催し")
        page = page.press("下書きを作る", kind=kind, on=on, venue="けやき市民会館", responsible="joint")
        self.slug = page.path.split("/")[3]
        self.title = page.form(button="この内容にする").values["title"][0]
        return page

    def edit(self, page: Page, reserved: dict[str, tuple[int, int | None]], **fields: str) -> Page:
        """Type other quotas (group → reserved, cap; the rest gets none) and fields, and publish."""
        form = page.form(button="この内容にする")
        self.title = fields.get("title", self.title)
        values: dict[str, str] = dict(fields)
        for place in range(99):
            name = form.values.get(f"groups-{place}-name", [""])[0]
            if not name:
                break
            seats, cap = reserved.get(name, (0, None))
            values |= {f"groups-{place}-reserved": str(seats), f"groups-{place}-cap": str(cap or "")}
        return form.fill(values).submit("この内容にして公開する")

    def work(self) -> None:
        """One round of the worker: jobs and mails."""
        done = run_round(self.app)
        assert (done.given_up, done.mails.given_up, done.mails.put_off) == (0, 0, 0), done

    def add_office(self, draw: Page, name: str) -> Page:
        """An office that people typed themselves, made known from the page of the draw; that page again."""
        added = draw.follow("名前を確かめる").follow(f"一覧に新しく加える：{name}")
        district = first_choice(added, "district")
        done = added.press("加えて結び付ける", kind="home_nursing", district=district)
        assert "結び付ける名前はありません" in done
        return self.staff.get(draw.path)

    def workbook(self, page: Page, button: str) -> Workbook:
        """The file behind a button."""
        form = page.form(button=button)
        answer = self.staff.open("POST", form.node.get("action"), data=form.values)
        assert answer.status_code == 200
        return load_workbook(io.BytesIO(answer.data))

    # -- guests -------------------------------------------------------------------------------------------

    def apply(self, group: str, profession: str, *, status: int = 200, **said: Any) -> Guest:
        """Somebody applies, the first coming from the page of the event; every guest is somebody else."""
        number = len(self.guests)
        client = self.new_client()
        first = f"/e/{self.slug}"
        page = client.get(f"{first}/apply") if self.guests else client.get(first).follow("申し込む")
        given, kana = GIVEN[number % len(GIVEN)], KANA[number % len(KANA)]
        mail = f"guest{number}@guest.example"
        values = {
            "group": choice(page, "group", group),
            "profession": choice(page, "profession", profession),
            "organisation_name": "なし",
            "family": f"高橋{number}",
            "given": given,
            "family_kana": "たかはし",
            "given_kana": kana,
            "mail": mail,
            "phone": f"０９０－{number:04}－００００",
            "heard_via": first_choice(page, "heard_via"),
        }
        confirm = page.press("確認へ進む", **(values | said))
        done = confirm.press("この内容で申し込む")
        guest = Guest(f"高橋{number} {given}", mail, done.link("わたしの申込を開く"), client, [confirm, done])
        self.guests.append(guest)
        return guest

    def mail_to(self, guest: Guest, words: str) -> Mail:
        """The one mail to a guest whose subject has these words."""
        (found,) = [mail for mail in self.mails.to(guest.mail) if words in mail.subject]
        return found

    def guests_by(self, *words: str) -> list[list[Guest]]:
        """For each of these words the guests whose own page says them; every page is fetched once."""
        pages = [(guest, guest.page()) for guest in self.guests]
        return [[guest for guest, page in pages if one in page] for one in words]

    # -- the door -----------------------------------------------------------------------------------------

    def open_door(self) -> None:
        """The organiser opens the door; a volunteer enrols a device by the link."""
        page = self.staff.get(self.path()).follow("受付の準備と状況").press("受付を開く")
        if page.h1 == "受付を開く":  # days before the event it is asked about
            page = page.press("いま受付を開く")
        link = link_in(page.one("main a[href*='/door/enrol/']").get("href"))
        enrolled = self.new_client().get(link).press("この端末を登録する", name="受付1")
        self.door = enrolled.one("[data-door-token]").get("data-door-token")

    def arrive(self, guest: Guest) -> dict[str, Any]:
        """Show the ticket; the answer of the door."""
        ticket = guest.page().follow("チケットを表示する")
        return self.send("scans", {"scans": [scan(ticket.path.rsplit("/", 1)[1])]})

    def walk_in(self, name: str, kana: str, group: str) -> dict[str, Any]:
        roster = self.new_client().api("GET", "/api/v1/door/roster", bearer=self.door)
        (row,) = [one for one in roster["groups"] if one["name"] == group]
        said = {"name": name, "kana": kana, "group": row["id"], "reason": "欠席の方の席"}
        return self.send("walk-ins", scan() | said)

    def send(self, what: str, body: dict[str, Any]) -> dict[str, Any]:
        answers = self.new_client().api("POST", f"/api/v1/door/{what}", body, bearer=self.door)["answers"]
        (answer,) = answers
        return dict(answer)

    # -- afterwards ---------------------------------------------------------------------------------------

    def close(self) -> Page:
        page = self.staff.get(self.path()).follow("受付を閉じる")
        (button,) = [one.text for one in page.all("main button") if "アンケートを送る" in one.text]
        return page.press(button)

    def answer(self, guest: Guest, **answers: str) -> Page:
        """By the link of the mail, without JavaScript: the code of the mail is typed."""
        text = self.mail_to(guest, "アンケート").text
        link, _, code = link_in(text).partition("#")
        page = guest.client.get(link)
        values: dict[str, Any] = {f"q-{key}": said for key, said in answers.items()}
        return page.press("この内容で送る", token=code, **values)

    def skills_of(self, guest: Guest) -> Page:
        """As the training officer sees them, from the list of the event."""
        one = self.staff.get(self.path()).follow("名簿を開く").follow(guest.name)
        return one.follow("この人のページ").follow("この人のスキルを見る")

    def certificate_number(self, guest: Guest) -> str:
        """As their own page shows it."""
        page = guest.page()
        (told,) = [link.one("small").text for link in page.all("a[href]") if "受講証明書" in link.text]
        return told.split("・")[1]

    def certificate(self, guest: Guest) -> tuple[str, str]:
        """The text of the PDF, and the path of the public page that it names."""
        pdf = guest.client.download(guest.page().link("受講証明書を受け取る")).data
        text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
        return text, link_in(text, "/verify/")


def at(year: int, month: int, day: int, hour: int = 10, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=TOKYO)


def choice(page: Page, field: str, words: str) -> str:
    """The value of the radio button or check box with this label."""
    (found,) = {
        node.get("value")
        for node in page.all(f"input[name={field}]")
        for label in [node.inside("label")]
        if label is not None and words == label.spoken
    }
    return found


def first_choice(page: Page, field: str) -> str:
    """The first value of a select that is not empty."""
    return next(one["value"] for one in page.all(f"select[name={field}] option[value]") if one["value"])


def sheet_rows(book: Workbook, sheet: str) -> Iterator[dict[str, Any]]:
    """The rows of a sheet by the words of its header."""
    rows = book[sheet].iter_rows(values_only=True)
    header = [str(cell) for cell in next(rows)]
    for row in rows:
        yield dict(zip(header, row, strict=True))
