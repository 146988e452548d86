"""Letters by SMTP: a real mail server takes them, refuses them, or is not there."""

import asyncio
import email
import email.policy
import re
import warnings
from collections.abc import AsyncIterator
from dataclasses import replace
from email.message import EmailMessage

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from opdesk.settings import Settings
from tests.desk import PASSWORD, Desk, eventually
from tests.fakes import MovableClock
from tests.people import secret_of
from tests.servers import opened_desk

USER, WORD = "desk@example.com", "made up for this test"


class Mailbox:
    """What the mail server was given; `answers` are its next replies to a letter."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.answers: list[str] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.answers and (answer := self.answers.pop(0)) != "250":
            return answer
        assert isinstance(envelope.content, bytes)
        self.letters.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 OK"


def authenticated(
    _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: LoginPassword
) -> AuthResult:
    right = (data.login, data.password) == (USER.encode(), WORD.encode())
    return AuthResult(success=right)


@pytest.fixture
async def mailbox() -> AsyncIterator[tuple[Mailbox, str]]:
    """A mail server on the loopback, and the address that the settings name it by."""
    box = Mailbox()

    def protocol() -> SMTP:
        with warnings.catch_warnings():
            # It dislikes passwords without TLS; on the loopback they are ours to try.
            warnings.simplefilter("ignore")
            return SMTP(
                box, authenticator=authenticated, auth_require_tls=False, auth_required=True
            )

    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    yield box, f"smtp://desk%40example.com:{WORD.replace(' ', '%20')}@127.0.0.1:{port}"
    server.close()


async def arrived(box: Mailbox, count: int = 1) -> list[EmailMessage]:
    async def look() -> list[EmailMessage] | None:
        return box.letters if len(box.letters) >= count else None

    return await eventually(look)


@pytest.fixture
async def desk(
    settings: Settings, clock: MovableClock, mailbox: tuple[Mailbox, str]
) -> AsyncIterator[Desk]:
    async with opened_desk(replace(settings, smtp_url=mailbox[1]), clock) as opened:
        yield opened


async def test_an_invitation_is_mailed_in_words(desk: Desk, mailbox: tuple[Mailbox, str]) -> None:
    body = {"name": "Олена", "email": "olena@example.com", "role": 1}
    invited = await desk.acme.api.post("/api/company/user", body)

    [letter] = await arrived(mailbox[0])
    assert invited.json["link"]["isMailed"] is True
    assert (letter["To"], letter["From"]) == ("olena@example.com", USER)
    assert letter["Subject"] == "OpDesk, Acme: ваше посилання"
    text = letter.get_content()
    assert "Вітаємо, Олена!" in text
    url = re.search(r"http\S+/join#\S+", text)
    assert url
    assert url[0] == invited.json["link"]["url"]


async def test_someone_new_is_written_to_in_the_language_of_who_invites_them(
    desk: Desk, mailbox: tuple[Mailbox, str]
) -> None:
    await desk.acme.api.put("/api/company/me", {"language": "en"})

    body = {"name": "Olena", "email": "olena@example.com", "role": 1}
    await desk.acme.api.post("/api/company/user", body)

    [letter] = await arrived(mailbox[0])
    assert "Hello Olena" in letter.get_content()


async def test_an_operators_link_goes_to_the_address_given_in_the_organizations_language(
    desk: Desk, mailbox: tuple[Mailbox, str]
) -> None:
    kyiv = desk.alice.organization_id
    await desk.acme.api.put("/api/company/organization", {"id": kyiv, "language": "en"})

    made = await desk.acme.api.post(
        f"/api/operator/{desk.alice.id}/link", {"email": "alice@example.com"}
    )

    [letter] = await arrived(mailbox[0])
    assert made.json["isMailed"] is True
    assert "Hello Alice" in letter.get_content()
    use = {"secret": secret_of(made.json["url"]), "login": "alice", "password": PASSWORD}
    used = await desk.anyone.post("/api/one-time-link/use", use)
    assert used.json == {"leadsTo": "/login"}
    assert (await desk.alice.api.get("/api/operator/me")).status == 401
    reply = await desk.anyone.post(
        "/api/operator/sign-in",
        {"login": "alice", "password": PASSWORD},
        headers={"Origin": desk.base_url},
    )
    assert reply.status == 200


async def test_a_busy_mail_server_gets_the_letter_again_and_a_refusal_is_the_end(
    desk: Desk, mailbox: tuple[Mailbox, str]
) -> None:
    box = mailbox[0]
    box.answers = ["451 come back later", "250", "550 no such mailbox", "250"]
    for name in ("First", "Second", "Third"):
        body = {"name": name, "email": f"{name.lower()}@example.com", "role": 1}
        await desk.acme.api.post("/api/company/user", body)
        if name == "First":
            await arrived(box, 1)

    letters = await arrived(box, 2)

    assert len({str(letter["Message-ID"]) for letter in letters}) == 2
    assert "first@example.com" in [letter["To"] for letter in letters]
    jobs = await eventually(lambda: _no_jobs(desk))
    assert jobs == "none"


async def _no_jobs(desk: Desk) -> str | None:
    rows = await desk.services.db.read(
        lambda tx: tx._driver.fetch("SELECT id FROM jobs WHERE kind = 'mail'", {})
    )
    return None if rows else "none"


async def test_what_waits_to_be_mailed_is_sealed(settings: Settings, clock: MovableClock) -> None:
    nowhere = replace(settings, smtp_url="smtp://127.0.0.1:1", mail_from=USER)
    async with opened_desk(nowhere, clock) as desk:
        body = {"name": "Olena", "email": "olena@example.com", "role": 1}
        invited = await desk.acme.api.post("/api/company/user", body)
        rows = await desk.services.db.read(
            lambda tx: tx._driver.fetch("SELECT * FROM jobs WHERE kind = 'mail'", {})
        )

    assert len(rows) == 1
    assert secret_of(invited.json["link"]["url"]) not in str(rows)
    assert "olena" not in str(rows)
