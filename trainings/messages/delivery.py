"""Delivering the outbox over SMTP: one message after another, each claimed, sent and recorded.

A message is claimed (`sending`, committed) before anything goes out, and recorded after the server has taken it. What
a crash leaves in `sending` may have gone out or not: it is sent again with the same Message-ID and marked. Nothing is
sent twice after its success was recorded, and its text, which may hold somebody's links, is not kept any longer.
"""

from __future__ import annotations

import logging
import smtplib
import ssl
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.charset import BASE64, Charset
from email.header import Header, decode_header, make_header
from email.mime.base import MIMEBase
from email.mime.text import MIMEText
from email.policy import SMTP, compat32
from email.utils import parseaddr

import flask_mail
from flask import Flask, current_app
from sqlalchemy import select

from trainings.core import clock
from trainings.core.db import unit_of_work
from trainings.core.logs import tell
from trainings.messages.addresses import BadAddress, envelope_address
from trainings.messages.models import Failure, Message, MessageState

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 480, 720))
"""How long to wait after the first, second … failed attempt; the last one repeats."""
STEPS_OF_ONE_MAIL = 15
"""At most so many answers of the server does one mail wait for, each up to the timeout."""
SHORTEST_STALE = timedelta(minutes=5)
LONGEST_ERROR = 500
LONGEST_WORD = 75

Maker = Callable[[Message], str]
"""Makes the text of one kind of mail while it is sent; LookupError when there is nothing to say any more."""


def init_app(app: Flask) -> None:
    """Tell Flask-Mail where the server is; opens no connection."""
    settings = app.config["TSUDOI"]
    app.config.update(
        MAIL_SERVER=settings.smtp_host,
        MAIL_PORT=settings.smtp_port,
        MAIL_USERNAME=settings.smtp_user or None,
        MAIL_PASSWORD=settings.smtp_password or None,
        MAIL_USE_TLS=settings.smtp_tls,
        MAIL_DEFAULT_SENDER=settings.mail_from,
        MAIL_SUPPRESS_SEND=False,  # tests have a real server
    )
    flask_mail.Mail(app)


# -- the letter and the wire --------------------------------------------------------------------------------


class Letter(flask_mail.Message):
    """A plain text in UTF-8 as base64: it passes every relay, however long its lines. No encoded word is longer than 75
    signs and no line that holds one than 76 (RFC 2047, section 2): some readers show longer ones as they are."""

    def _message(self) -> MIMEBase:
        message = super()._message()
        message.policy = compat32  # takes a header that is folded already
        name, address = parseaddr(str(message["From"]))
        name = str(make_header(decode_header(name)))
        for field, words, plain in (("Subject", self.subject, ""), ("From", name, f"<{address}>")):
            if not words.isascii():
                header = Header(words, "utf-8", header_name=field)
                if plain:
                    header.append(plain, "ascii")
                del message[field]
                message[field] = header.encode(maxlinelen=LONGEST_WORD)
        # Its own folding would make words of more than 75 signs of them.
        message.policy = SMTP.clone(refold_source="none")
        return message

    def _mimetext(self, text: str | None, subtype: str = "plain") -> MIMEText:
        charset = Charset("utf-8")
        charset.body_encoding = BASE64
        return MIMEText(text or "", subtype, charset)  # type: ignore[arg-type]


class Wire(flask_mail.Connection):
    """A connection that is opened when first needed, kept for the next letter, and never waits for ever."""

    def configure_host(self) -> smtplib.SMTP:
        """Flask-Mail's own opens without a timeout and does not check the certificate."""
        settings = current_app.config["TSUDOI"]
        host = smtplib.SMTP(self.mail.server, self.mail.port, timeout=settings.smtp_timeout_seconds)
        try:
            if self.mail.use_tls:
                host.starttls(context=ssl.create_default_context())
            if self.mail.username and self.mail.password:
                host.login(self.mail.username, self.mail.password)
        except BaseException:
            host.close()
            raise
        return host

    def open(self) -> None:
        if self.host is None:
            self.host = self.configure_host()

    def close(self) -> None:
        """Say goodbye; a server that does not answer to that has still taken its letters."""
        host, self.host = self.host, None
        if host is not None:
            try:
                host.quit()
            except (OSError, smtplib.SMTPException):
                host.close()


@dataclass(frozen=True)
class Trouble:
    """Why a letter did not go out. final: no further attempt. server: the next letter would fare no better now."""

    failure: Failure
    words: str
    final: bool = False
    server: bool = False


def _hand_over(wire: Wire, letter: Letter) -> Trouble | None:
    """Send one letter; what went wrong, or None."""
    try:
        wire.open()
    except (smtplib.SMTPAuthenticationError, smtplib.SMTPNotSupportedError, ssl.SSLError) as error:
        return Trouble(Failure.NOT_LET_IN, _words(error), server=True)
    except (OSError, smtplib.SMTPException) as error:
        return Trouble(Failure.UNREACHABLE, _words(error), server=True)
    trouble = _offer(wire, letter)
    if trouble is not None and trouble.server:
        wire.close()
    return trouble


def _offer(wire: Wire, letter: Letter) -> Trouble | None:
    try:
        wire.send(letter)
    except smtplib.SMTPRecipientsRefused as refused:
        return _answered(Failure.ADDRESS_REFUSED, *next(iter(refused.recipients.values())))
    except smtplib.SMTPDataError as refused:
        return _answered(Failure.MAIL_REFUSED, refused.smtp_code, refused.smtp_error)
    except smtplib.SMTPSenderRefused as refused:
        # That is our own address: it will be the same for every letter until somebody mends the settings.
        return Trouble(Failure.SENDER_REFUSED, _line(refused.smtp_code, refused.smtp_error), server=True)
    except (OSError, smtplib.SMTPException) as error:
        # smtplib calls a server that does not answer in time "disconnected".
        waited = isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)
        return Trouble(Failure.NO_ANSWER if waited else Failure.CUT_OFF, _words(error), server=True)
    except (flask_mail.BadHeaderError, UnicodeError) as error:
        return Trouble(Failure.UNUSABLE, _words(error), final=True)
    return None


def _answered(failure: Failure, code: int, answer: bytes | str) -> Trouble:
    if code >= 500:
        return Trouble(failure, _line(code, answer), final=True)
    return Trouble(Failure.LATER, _line(code, answer), server=code == 421)


def _line(code: int, answer: bytes | str) -> str:
    words = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return f"{code} {' '.join(words.split())}"[:LONGEST_ERROR]


def _words(error: Exception) -> str:
    return (str(error) or type(error).__name__)[:LONGEST_ERROR]


# -- claim, send, record ------------------------------------------------------------------------------------


@dataclass
class Delivery:
    """What one round did: how many were sent, put off, and given up."""

    sent: int = 0
    put_off: int = 0
    given_up: int = 0


@dataclass(frozen=True)
class Claim:
    """A message that is ours to send, and since when."""

    id: uuid.UUID
    since: datetime


def deliver_due(makers: Mapping[str, Maker], *, stop: Callable[[], bool] = lambda: False) -> Delivery:
    """Send everything that is due, in the order in which it became due.

    Ends early when `stop` says so, or when the server itself is the trouble: what is left waits for the next round
    without losing an attempt. Needs a context in which `url_for` works (core.web.beside_requests).
    """
    done = Delivery()
    wire = Wire(current_app.extensions["mail"])
    recover_interrupted()
    try:
        while not stop() and (claim := _claim_next()) is not None:
            trouble = _send(wire, claim, makers)
            _record(claim, trouble, done)
            if trouble is not None and trouble.server:
                break
    finally:
        wire.close()
    return done


def recover_interrupted() -> int:
    """Queue again what a crash left in `sending`, marked as possibly sent; give up what used up its attempts."""
    settings = current_app.config["TSUDOI"]
    patience = max(SHORTEST_STALE, timedelta(seconds=STEPS_OF_ONE_MAIL * settings.smtp_timeout_seconds))
    with unit_of_work() as session:
        left = session.scalars(
            select(Message)
            .where(Message.state == MessageState.SENDING, Message.sending_since < clock.now() - patience)
            .with_for_update(skip_locked=True)
        ).all()
        for message in left:
            message.failure = Failure.INTERRUPTED
            message.last_error = None
            message.sending_since = None
            message.resent_after_crash = True
            is_over = message.attempts >= settings.mail_attempts
            message.state = MessageState.FAILED if is_over else MessageState.QUEUED
            message.next_attempt_at = clock.now()
    return len(left)


def _claim_next() -> Claim | None:
    with unit_of_work() as session:
        message = session.scalar(
            select(Message)
            .where(Message.state == MessageState.QUEUED, Message.next_attempt_at <= clock.now())
            .order_by(Message.next_attempt_at, Message.created_at, Message.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if message is None:
            return None
        message.state = MessageState.SENDING
        message.sending_since = clock.now()
        message.attempts += 1
        return Claim(message.id, message.sending_since)


def _send(wire: Wire, claim: Claim, makers: Mapping[str, Maker]) -> Trouble | None:
    letter = _write(claim, makers)
    return letter if isinstance(letter, Trouble) else _hand_over(wire, letter)


def _write(claim: Claim, makers: Mapping[str, Maker]) -> Letter | Trouble:
    """The letter of a message, its late text made now. No transaction stays open while the server is asked."""
    try:
        with unit_of_work() as session:
            message = session.get_one(Message, claim.id)
            if message.state == MessageState.SENT:
                # Somebody thought to be dead has sent it meanwhile, and its text is gone.
                return Trouble(Failure.INTERRUPTED, "already sent")
            body = message.body if message.late_body is None else makers[message.late_body](message)
            letter = Letter(
                subject=message.subject,
                recipients=[("", envelope_address(message.to_address))],
                body=body,
                date=clock.now().timestamp(),
                extra_headers={"Auto-Submitted": "auto-generated"},
            )
            letter.msgId = message.message_id
            return letter
    except BadAddress as error:
        return Trouble(Failure.UNUSABLE, _words(error), final=True)
    except LookupError as error:
        return Trouble(Failure.NO_TEXT, _words(error), final=True)
    except Exception as error:
        words = "the text of message %s could not be made"
        tell("mail.unwritten", words, claim.id, level=logging.ERROR, fault=True)
        return Trouble(Failure.NO_TEXT, _words(error))


def _record(claim: Claim, trouble: Trouble | None, done: Delivery) -> None:
    with unit_of_work() as session:
        message = session.get_one(Message, claim.id, with_for_update=True)
        if trouble is None:
            # Also when somebody took it for interrupted meanwhile: it has gone out, and must not go out again.
            message.state, message.sent_at = MessageState.SENT, clock.now()
            message.sending_since = message.failure = message.last_error = None
            if message.body is not None and not current_app.config["TSUDOI"].keeps_mail_texts:
                message.body = ""
            done.sent += 1
            return
        if message.state != MessageState.SENDING or message.sending_since != claim.since:
            return
        message.failure, message.last_error, message.sending_since = trouble.failure, trouble.words, None
        if trouble.final or message.attempts >= current_app.config["TSUDOI"].mail_attempts:
            message.state = MessageState.FAILED
            done.given_up += 1
        else:
            message.state = MessageState.QUEUED
            message.next_attempt_at = clock.now() + PAUSES[min(message.attempts, len(PAUSES)) - 1]
            done.put_off += 1
