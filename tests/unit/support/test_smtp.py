"""The test server does what it is told, as a real client sees it."""

import smtplib
from email.message import EmailMessage

import pytest

from tests.support.smtp import Behaviour, MailServer

TO = "uketsuke@city.keyaki.example"


def send(server: MailServer, timeout: float = 10) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "tsudoi@city.keyaki.example", TO, "参加決定"
    message.set_content("100人の集い\n")
    with smtplib.SMTP("127.0.0.1", server.port, timeout=timeout) as connection:
        connection.send_message(message)


def test_server_keeps_what_it_accepts(mail_server: MailServer) -> None:
    send(mail_server)

    assert [(mail.subject, mail.text) for mail in mail_server.to(TO)] == [("参加決定", "100人の集い\n")]


@pytest.mark.parametrize(("behaviour", "code"), [(Behaviour.REFUSE, 550), (Behaviour.LATER, 451)])
def test_server_refuses(mail_server: MailServer, behaviour: Behaviour, code: int) -> None:
    mail_server.behaviour_for[TO] = behaviour

    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        send(mail_server)

    assert (refused.value.recipients[TO][0], mail_server.mails) == (code, [])


def test_server_hangs_until_the_client_gives_up(mail_server: MailServer) -> None:
    mail_server.behaviour = Behaviour.HANG

    with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
        send(mail_server, timeout=0.3)


@pytest.mark.parametrize(("behaviour", "kept"), [(Behaviour.DROP, 0), (Behaviour.LOSE_ANSWER, 1)])
def test_server_cuts_the_connection(mail_server: MailServer, behaviour: Behaviour, kept: int) -> None:
    mail_server.behaviour = behaviour

    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionResetError)):
        send(mail_server)

    assert len(mail_server.mails) == kept
