"""Delivery over a real SMTP server that accepts, refuses, hangs and cuts the connection."""

from __future__ import annotations

import email
import re
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.header import decode_header, make_header
from typing import Any

import pytest
from flask import Flask

from tests.support.hands import Clock, Unit
from tests.support.smtp import Behaviour, MailServer
from trainings.core.web import beside_requests
from trainings.messages import delivery
from trainings.messages.actions import queue_mail, retry_message
from trainings.messages.delivery import PAUSES, Delivery, deliver_due
from trainings.messages.models import Failure, Message, MessageState

BODY = "欅田 まもる 様\n\nご参加が決まりました。\n" + "長い行" * 400 + "\n"
Deliver = Callable[..., Delivery]


@pytest.fixture
def overrides(mail_server: MailServer) -> dict[str, Any]:
    return {"smtp_port": mail_server.port, "smtp_timeout_seconds": 0.5, "mail_attempts": 4}


@pytest.fixture
def deliver(app: Flask) -> Deliver:
    def run(**makers: delivery.Maker) -> Delivery:
        with beside_requests(app):
            return deliver_due(makers)

    return run


def queue(unit: Unit, to: str = "hanako@clinic.example", **given: Any) -> Message:
    values = {"subject": "参加が決まりました", "body": BODY, "purpose": "test"} | given
    with unit():
        return queue_mail(to=to, **values)


def stored(unit: Unit, message: Message) -> Message:
    with unit() as session:
        return session.get_one(Message, message.id)


def test_mail_arrives_as_it_was_queued(
    unit: Unit, deliver: Deliver, mail_server: MailServer, clock: Clock
) -> None:
    message = queue(unit)

    done = deliver()

    (mail,) = mail_server.mails
    assert done == Delivery(sent=1)
    assert mail.recipients == ("hanako@clinic.example",)
    assert (mail.subject, mail.text) == ("参加が決まりました", BODY)
    assert mail.message_id == message.message_id
    assert mail.message["Auto-Submitted"] == "auto-generated"
    assert mail.message["From"] == "tsudoi@city.keyaki.example"
    assert mail.message["Date"].datetime == clock.now
    assert mail.message.get_content_type() == "text/plain"
    assert not list(mail.message.iter_attachments())
    kept = stored(unit, message)
    assert (kept.state, kept.sent_at, kept.attempts) == (MessageState.SENT, clock.now, 1)


@pytest.mark.parametrize("length", [1, 12, 13, 25, 40, 120])
def test_encoded_words_are_no_longer_than_readers_take(
    app: Flask, unit: Unit, deliver: Deliver, mail_server: MailServer, length: int
) -> None:
    """RFC 2047, section 2: a word at most 75 signs, a line with one at most 76; and they read back as written."""
    subject = ("【けやき市】多職種研修会「看取りを支える地域のつながり」の申込を受け付けました" * 4)[:length]
    name = ("けやき市 在宅医療推進課・医師会 多職種研修事務局" * 5)[:length]
    app.config["MAIL_DEFAULT_SENDER"] = app.extensions["mail"].default_sender = (
        f"{name} <tsudoi@city.keyaki.example>"
    )
    queue(unit, subject=subject)

    deliver()

    (mail,) = mail_server.mails
    assert mail.subject == subject
    plain = email.message_from_bytes(mail.raw)
    # The standard library's newer parser puts a blank between two encoded words of a name; RFC 2047, 6.2 says none.
    assert str(make_header(decode_header(plain["From"]))) == f"{name} <tsudoi@city.keyaki.example>"
    head = mail.raw.partition(b"\r\n\r\n")[0].decode("ascii")
    assert max(len(word) for word in re.findall(r"=\?\S+\?=", head)) <= 75
    assert max(len(line) for line in head.split("\r\n") if "=?" in line) <= 76


def test_text_is_kept_until_the_mail_was_sent_and_not_longer(
    unit: Unit, deliver: Deliver, mail_server: MailServer
) -> None:
    mail_server.behaviour = Behaviour.REFUSE
    message = queue(unit)

    deliver()
    while_failed = stored(unit, message).body
    mail_server.behaviour = Behaviour.ACCEPT
    with unit():
        retry_message(message_id=message.id)
    deliver()

    assert (while_failed, mail_server.mails[0].text) == (BODY, BODY)
    kept = stored(unit, message)
    assert (kept.state, kept.body, kept.subject) == (MessageState.SENT, "", "参加が決まりました")


class TestSampleCity:
    @pytest.fixture
    def overrides(self, mail_server: MailServer) -> dict[str, Any]:
        return {"environment": "demo", "smtp_port": mail_server.port}

    def test_text_is_kept_for_the_mailbox(self, unit: Unit, deliver: Deliver) -> None:
        message = queue(unit)

        assert deliver() == Delivery(sent=1)
        assert stored(unit, message).body == BODY


def test_mail_that_was_sent_is_not_sent_again(unit: Unit, deliver: Deliver, mail_server: MailServer) -> None:
    queue(unit)
    deliver()

    assert deliver() == Delivery()
    assert len(mail_server.mails) == 1


def test_mail_is_not_sent_before_its_time(
    unit: Unit, deliver: Deliver, mail_server: MailServer, clock: Clock
) -> None:
    message = queue(unit)
    with unit() as session:
        session.get_one(Message, message.id).next_attempt_at = clock.now + timedelta(hours=1)
    early = deliver()
    clock.forward(hours=1)

    assert early == Delivery()
    assert deliver() == Delivery(sent=1)


def test_lines_of_any_length_pass_as_seven_bits(
    unit: Unit, deliver: Deliver, mail_server: MailServer
) -> None:
    queue(unit)

    deliver()

    content = mail_server.mails[0].message.as_bytes()
    assert max(len(line) for line in content.splitlines()) < 998
    assert content.isascii()


@pytest.mark.parametrize(
    ("address", "on_the_wire"),
    [
        ("taro.@carrier.example", '"taro."@carrier.example'),
        ("taro..yama@carrier.example", '"taro..yama"@carrier.example'),
        (".taro@carrier.example", '".taro"@carrier.example'),
        ("taro+x@carrier.example", "taro+x@carrier.example"),
    ],
)
def test_old_carrier_addresses_are_quoted(
    unit: Unit, deliver: Deliver, mail_server: MailServer, address: str, on_the_wire: str
) -> None:
    message = queue(unit, address)

    assert deliver() == Delivery(sent=1)
    assert mail_server.mails[0].recipients == (address,)
    assert f"To: {on_the_wire}".encode() in mail_server.mails[0].message.as_bytes()
    assert stored(unit, message).to_address == address


@pytest.mark.parametrize("address", ["nobody", "@carrier.example", "a@", "a@b\r\nBcc: x@y.example"])
def test_address_that_is_none_fails_at_once_and_stops_nobody_else(
    unit: Unit, deliver: Deliver, mail_server: MailServer, address: str
) -> None:
    bad = queue(unit, address)
    queue(unit)

    assert deliver() == Delivery(sent=1, given_up=1)
    assert stored(unit, bad).failure == Failure.UNUSABLE


def test_recipient_refused_for_ever_fails_at_once_with_the_words_of_the_server(
    unit: Unit, deliver: Deliver, mail_server: MailServer
) -> None:
    mail_server.behaviour_for["gone@clinic.example"] = Behaviour.REFUSE
    gone, other = queue(unit, "gone@clinic.example"), queue(unit)

    assert deliver() == Delivery(sent=1, given_up=1)
    kept = stored(unit, gone)
    assert (kept.state, kept.failure) == (MessageState.FAILED, Failure.ADDRESS_REFUSED)
    assert kept.last_error == "550 5.1.1 no such mailbox"
    assert stored(unit, other).state == MessageState.SENT


def test_recipient_refused_for_now_is_tried_with_growing_pauses_up_to_the_limit(
    unit: Unit, deliver: Deliver, mail_server: MailServer, clock: Clock
) -> None:
    mail_server.behaviour = Behaviour.LATER
    message = queue(unit)
    waits = []

    for _ in range(3):
        assert deliver() == Delivery(put_off=1)
        waiting = stored(unit, message)
        assert (waiting.state, waiting.failure) == (MessageState.QUEUED, Failure.LATER)
        waits.append(waiting.next_attempt_at - clock.now)
        clock.set(waiting.next_attempt_at - timedelta(seconds=1))
        assert deliver() == Delivery()
        clock.forward(seconds=1)
    last = deliver()

    assert waits == [timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15)]
    assert last == Delivery(given_up=1)
    kept = stored(unit, message)
    assert (kept.state, kept.attempts) == (MessageState.FAILED, 4)
    assert kept.last_error == "451 4.3.0 try again later"
    assert mail_server.attempts == 4


def test_pauses_grow() -> None:
    assert sorted(set(PAUSES)) == list(PAUSES)


@pytest.mark.parametrize(
    ("behaviour", "failure"), [(Behaviour.HANG, Failure.NO_ANSWER), (Behaviour.DROP, Failure.CUT_OFF)]
)
def test_server_that_hangs_or_drops_puts_the_mail_off_and_is_left_in_peace(
    unit: Unit,
    deliver: Deliver,
    mail_server: MailServer,
    clock: Clock,
    behaviour: Behaviour,
    failure: Failure,
) -> None:
    mail_server.behaviour = behaviour
    first = queue(unit)
    clock.forward(seconds=1)
    second = queue(unit)
    done = deliver()
    untouched = stored(unit, second)
    mail_server.behaviour = Behaviour.ACCEPT
    clock.forward(minutes=1)

    assert done == Delivery(put_off=1)
    assert stored(unit, first).failure == failure
    assert (untouched.state, untouched.attempts) == (MessageState.QUEUED, 0)
    assert deliver() == Delivery(sent=2)


def test_lost_answer_sends_again_with_the_same_message_id(
    unit: Unit, deliver: Deliver, mail_server: MailServer, clock: Clock
) -> None:
    mail_server.behaviour = Behaviour.LOSE_ANSWER
    queue(unit)
    deliver()
    mail_server.behaviour = Behaviour.ACCEPT
    clock.forward(minutes=1)
    deliver()

    first, second = mail_server.mails
    assert first.message_id == second.message_id


class TestWithoutServer:
    @pytest.fixture
    def overrides(self) -> Iterator[dict[str, Any]]:
        with socket.socket() as nobody_listens:
            nobody_listens.bind(("127.0.0.1", 0))
            yield {"smtp_port": nobody_listens.getsockname()[1], "smtp_timeout_seconds": 0.5}

    def test_unreachable_server_costs_one_mail_one_attempt(
        self, unit: Unit, deliver: Deliver, clock: Clock
    ) -> None:
        first = queue(unit)
        clock.forward(seconds=1)
        second = queue(unit)

        assert deliver() == Delivery(put_off=1)
        assert stored(unit, first).failure == Failure.UNREACHABLE
        assert stored(unit, second).attempts == 0


class TestWithoutEncryption:
    @pytest.fixture
    def overrides(self, mail_server: MailServer) -> dict[str, Any]:
        return {"smtp_port": mail_server.port, "smtp_tls": True}

    def test_server_without_encryption_gets_nothing_when_it_is_required(
        self, unit: Unit, deliver: Deliver, mail_server: MailServer
    ) -> None:
        message = queue(unit)

        assert deliver() == Delivery(put_off=1)
        assert stored(unit, message).failure == Failure.NOT_LET_IN
        assert mail_server.mails == []


# -- crashes ------------------------------------------------------------------------------------------------


def crash_while_sending(app: Flask, unit: Unit, message: Message) -> None:
    """What a worker leaves that is killed between claim and record."""
    with beside_requests(app):
        claim = delivery._claim_next()
    assert claim is not None
    assert claim.id == message.id


def test_mail_in_sending_is_left_alone_while_its_worker_may_still_live(
    app: Flask, unit: Unit, deliver: Deliver, mail_server: MailServer, clock: Clock
) -> None:
    message = queue(unit)
    crash_while_sending(app, unit, message)
    clock.forward(minutes=5)

    assert deliver() == Delivery()
    assert mail_server.mails == []


def test_mail_in_sending_after_a_crash_is_sent_again_with_its_message_id_and_marked(
    app: Flask, unit: Unit, deliver: Deliver, mail_server: MailServer, clock: Clock
) -> None:
    message = queue(unit)
    crash_while_sending(app, unit, message)
    clock.forward(minutes=5, seconds=1)

    assert deliver() == Delivery(sent=1)
    assert mail_server.mails[0].message_id == message.message_id
    kept = stored(unit, message)
    assert (kept.state, kept.resent_after_crash, kept.attempts) == (MessageState.SENT, True, 2)


def test_mail_that_kills_its_worker_every_time_is_given_up(
    app: Flask, unit: Unit, deliver: Deliver, mail_server: MailServer, clock: Clock
) -> None:
    message = queue(unit)
    for _ in range(4):
        crash_while_sending(app, unit, message)
        clock.forward(minutes=6)
        with beside_requests(app):
            delivery.recover_interrupted()

    assert deliver() == Delivery()
    kept = stored(unit, message)
    assert (kept.state, kept.failure) == (MessageState.FAILED, Failure.INTERRUPTED)


def test_late_success_of_a_worker_thought_dead_keeps_the_mail_from_going_out_twice(
    app: Flask, unit: Unit, deliver: Deliver, mail_server: MailServer, clock: Clock
) -> None:
    message = queue(unit)
    with beside_requests(app):
        claim = delivery._claim_next()
        assert claim is not None
        clock.forward(minutes=6)
        delivery.recover_interrupted()
        delivery._record(claim, None, Delivery())

    assert deliver() == Delivery()
    assert stored(unit, message).state == MessageState.SENT


def test_late_success_while_another_worker_holds_the_mail_sends_no_empty_one(
    app: Flask, unit: Unit, mail_server: MailServer, clock: Clock
) -> None:
    message = queue(unit)
    with beside_requests(app):
        slow = delivery._claim_next()
        clock.forward(minutes=6)
        delivery.recover_interrupted()
        second = delivery._claim_next()
        assert slow is not None
        assert second is not None
        delivery._record(slow, None, Delivery())

        trouble = delivery._write(second, {})
        assert isinstance(trouble, delivery.Trouble)
        done = Delivery()
        delivery._record(second, trouble, done)

    assert done == Delivery()
    assert stored(unit, message).state == MessageState.SENT


# -- two workers --------------------------------------------------------------------------------------------


def test_two_workers_at_once_send_every_mail_once(app: Flask, unit: Unit, mail_server: MailServer) -> None:
    for n in range(30):
        queue(unit, f"{n}@clinic.example")
    barrier = threading.Barrier(3)
    done: list[Delivery] = []

    def work() -> None:
        barrier.wait()
        with beside_requests(app):
            done.append(deliver_due({}))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(one.sent for one in done) == 30
    assert sorted(mail.recipients[0] for mail in mail_server.mails) == sorted(
        f"{n}@clinic.example" for n in range(30)
    )


def test_worker_takes_no_mail_whose_cause_is_not_committed(
    app: Flask, unit: Unit, mail_server: MailServer
) -> None:
    with pytest.raises(ZeroDivisionError), unit():
        queue_mail(to="a@b.example", subject="s", body="b", purpose="test")
        raise ZeroDivisionError
    with beside_requests(app):
        deliver_due({})

    assert mail_server.mails == []


def test_delivery_stops_between_two_mails_when_asked(app: Flask, unit: Unit, mail_server: MailServer) -> None:
    for _ in range(3):
        queue(unit)

    with beside_requests(app):
        done = deliver_due({}, stop=lambda: len(mail_server.mails) >= 1)

    assert done == Delivery(sent=1)


# -- texts made late ----------------------------------------------------------------------------------------


def test_late_text_is_made_while_sending_and_not_kept(
    unit: Unit, deliver: Deliver, mail_server: MailServer
) -> None:
    message = queue(unit, body=None, late_body="secret", reference="7")

    deliver(secret=lambda message: f"link {message.reference}\n")

    assert mail_server.mails[0].text == "link 7\n"
    assert stored(unit, message).body is None


def test_late_text_with_nothing_to_say_any_more_fails_at_once(
    unit: Unit, deliver: Deliver, mail_server: MailServer
) -> None:
    def gone(_message: Message) -> str:
        raise LookupError("the run is gone")

    message = queue(unit, body=None, late_body="secret")
    queue(unit)

    assert deliver(secret=gone) == Delivery(sent=1, given_up=1)
    kept = stored(unit, message)
    assert (kept.failure, kept.last_error) == (Failure.NO_TEXT, "the run is gone")


def test_late_text_that_breaks_is_tried_again(unit: Unit, deliver: Deliver, mail_server: MailServer) -> None:
    def broken(_message: Message) -> str:
        raise RuntimeError("the key folder is away")

    message = queue(unit, body=None, late_body="secret")

    assert deliver(secret=broken) == Delivery(put_off=1)
    assert stored(unit, message).last_error == "the key folder is away"


def test_late_text_without_a_maker_fails_visibly(unit: Unit, deliver: Deliver) -> None:
    message = queue(unit, body=None, late_body="unheard_of")

    assert deliver() == Delivery(given_up=1)
    assert stored(unit, message).last_error == "'unheard_of'"


# -- another try --------------------------------------------------------------------------------------------


def test_retried_mail_goes_out_with_its_message_id_and_all_attempts_before_it(
    unit: Unit, deliver: Deliver, mail_server: MailServer
) -> None:
    mail_server.behaviour = Behaviour.REFUSE
    message = queue(unit)
    deliver()
    mail_server.behaviour = Behaviour.ACCEPT
    with unit():
        retry_message(message_id=message.id)

    assert deliver() == Delivery(sent=1)
    assert mail_server.mails[0].message_id == message.message_id
    kept = stored(unit, message)
    assert (kept.failure, kept.last_error, kept.attempts) == (None, None, 1)
