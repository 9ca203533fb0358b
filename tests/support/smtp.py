"""A real SMTP server for tests: it accepts, refuses, hangs or drops the connection, and keeps what it accepted."""

from __future__ import annotations

import asyncio
import email
import email.policy
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from enum import Enum
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session


class Behaviour(Enum):
    ACCEPT = "accept"
    REFUSE = "refuse for ever: 550 at the recipient"
    LATER = "refuse for now: 451 at the recipient"
    HANG = "take the mail and never answer"
    DROP = "cut the connection when the mail has come, without keeping it"
    LOSE_ANSWER = "keep the mail and cut the connection before the answer"


@dataclass(frozen=True)
class Mail:
    """One accepted mail: the envelope and the parsed message."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage
    raw: bytes

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"])

    @property
    def text(self) -> str:
        """The plain text part."""
        part = self.message.get_body(("plain",))
        assert part is not None, "the mail has no plain text"
        return str(part.get_content()).replace("\r\n", "\n")


class MailServer:
    """`behaviour` may be changed at any time; `behaviour_for` decides by recipient before it."""

    def __init__(self) -> None:
        self.behaviour = Behaviour.ACCEPT
        self.behaviour_for: dict[str, Behaviour] = {}
        self.attempts = 0
        """How many mails were offered to a recipient, accepted or not."""
        self.port = 0
        self._mails: list[Mail] = []
        self._lock = threading.Lock()

    @property
    def mails(self) -> list[Mail]:
        """What was accepted so far, in order of arrival."""
        with self._lock:
            return list(self._mails)

    def to(self, address: str) -> list[Mail]:
        return [mail for mail in self.mails if address in mail.recipients]

    @classmethod
    @contextmanager
    def running(cls) -> Iterator[MailServer]:
        server = cls()
        loop = asyncio.new_event_loop()
        # Everything of the loop happens in a thread of its own: Playwright keeps a loop running in the thread of the
        # tests for as long as a browser is open, and a thread runs one loop at a time.
        thread = threading.Thread(target=loop.run_forever, name="mail server", daemon=True)
        thread.start()
        listening = asyncio.run_coroutine_threadsafe(_listen(server, loop), loop).result(10)
        server.port = listening.sockets[0].getsockname()[1]
        try:
            yield server
        finally:
            asyncio.run_coroutine_threadsafe(_shut(listening), loop).result(10)
            loop.call_soon_threadsafe(loop.stop)
            thread.join(10)
            loop.close()

    # -- what aiosmtpd calls ------------------------------------------------------------------------

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        self.attempts += 1
        behaviour = self.behaviour_for.get(address, self.behaviour)
        if behaviour is Behaviour.REFUSE:
            return "550 5.1.1 no such mailbox"
        if behaviour is Behaviour.LATER:
            return "451 4.3.0 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        recipients = tuple(str(address) for address in envelope.rcpt_tos)
        behaviour = self.behaviour_for.get(recipients[0], self.behaviour)
        if behaviour is Behaviour.HANG:
            await asyncio.Event().wait()
        if behaviour is not Behaviour.DROP:
            content: Any = envelope.content
            message = email.message_from_bytes(content, policy=email.policy.default)
            with self._lock:
                self._mails.append(Mail(str(envelope.mail_from), recipients, message, content))
        if behaviour in (Behaviour.DROP, Behaviour.LOSE_ANSWER):
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        return "250 OK"


async def _listen(server: MailServer, loop: asyncio.AbstractEventLoop) -> asyncio.Server:
    return await loop.create_server(lambda: SMTP(server, enable_SMTPUTF8=True, loop=loop), "127.0.0.1", 0)


async def _shut(listening: asyncio.Server) -> None:
    listening.close()
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
