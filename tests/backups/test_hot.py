"""Backups of a server under load: each comes back with all that was acknowledged before it."""

import asyncio
import base64
import hashlib
import itertools
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from opdesk.backups.making import back_up
from opdesk.backups.restoring import restore
from opdesk.chores import add_company
from opdesk.kit import outbox, outbox_rows
from opdesk.settings import Settings
from opdesk.simulators.telegram import Customer, Refusal, TelegramPlatform
from tests.backups.lives import living, places, rows
from tests.desk import PASSWORD, Api, eventually
from tests.servers import New, serving, started
from tests.telegram import JPEG
from tests.test_cli import place as options, run

BACKUPS = {"sqlite": 20, "postgresql": 3}
BY_COMMAND = 2
"""As many of them as the program's own command; the others in a thread, to be quicker."""
ACKNOWLEDGED_BETWEEN = 12
CUSTOMERS = 30
AT_ONCE = 3
"""Customers who write at the same time, and operators: each has a third of the chats."""
OPERATOR_PAUSE_S = 0.3
"""Ten answers a second on thirty chats: what waits was refused, it is not a queue at a pace."""
DOOMED = 100
"""The customer whose chat is deleted again and again."""
SENDS = ("sendMessage", "sendPhoto", "sendDocument")
THROTTLED = Refusal(429, "Too Many Requests: retry after 2", {"retry_after": 2})
ALL_WHILE_IT_IS_MADE = 200
"""More sends than are tried during one backup, however slow the machine is."""


@dataclass
class Told:
    """What the load was told, and by when. A message is its text, with the digest of its file."""

    messages: dict[str, str | None] = field(default_factory=dict)
    going: set[str] = field(default_factory=set)
    """Of a chat that somebody has asked to delete."""
    gone: set[str] = field(default_factory=set)
    """Of a chat that was deleted, acknowledged."""

    def copy(self) -> "Told":
        return Told(dict(self.messages), set(self.going), set(self.gone))


@dataclass
class Load:
    """Customers, operators and one who deletes, each without a pause."""

    api: Api
    telegram: TelegramPlatform
    bot: str
    told: Told = field(default_factory=Told)
    chats: dict[int, int] = field(default_factory=dict)
    count: int = 0
    sent_at: list[int] = field(default_factory=list)

    async def begin(self) -> None:
        for number in range(1, CUSTOMERS + 1):
            await self.writes(number)
        found = await self.api.get("/api/chat/chats?per_page=100")
        for one in found.json["items"]:
            self.chats[int(one["client"]["name"].split()[1])] = one["id"]

    async def writes(self, number: int, *, with_photo: bool = False) -> None:
        self.count += 1
        text = f"customer {number}/{self.count}"
        customer = Customer(number, f"Клієнт {number}")
        if with_photo:
            await self.telegram.sends_photo(self.bot, customer, self._content(), text)
        else:
            await self.telegram.writes_to(self.bot, customer, text)
        self.told.messages[text] = None

    async def answers(self, chat: int, *, with_file: bool) -> None:
        self.count += 1
        text, content = f"operator {chat}/{self.count}", self._content()
        body: dict[str, Any] = {"textMessage": text}
        if with_file:
            encoded = base64.b64encode(content).decode()
            body["media"] = {"name": "a.jpg", "format": "jpg", "dataBase64": encoded, "type": 1}
        reply = await self.api.post(f"/api/chat/{chat}/message", body)
        assert reply.status == 200, reply.text
        self.told.messages[text] = hashlib.sha256(content).hexdigest() if with_file else None

    async def customers(self, numbers: Sequence[int]) -> None:
        for number in itertools.cycle(numbers):
            await self.writes(number, with_photo=self.count % 5 == 0)

    async def operator(self, numbers: Sequence[int]) -> None:
        for number in itertools.cycle(numbers):
            await self.answers(self.chats[number], with_file=self.count % 3 == 0)
            await asyncio.sleep(OPERATOR_PAUSE_S)

    async def deleter(self) -> None:
        """A chat with files comes, is answered and goes, in a circle."""
        while True:
            before = set(self.told.messages)
            await self.writes(DOOMED, with_photo=True)
            found = await self.api.get("/api/chat/chats?per_page=100")
            [chat] = [one for one in found.json["items"] if one["client"]["name"] == "Клієнт 100"]
            await self.answers(chat["id"], with_file=True)
            mine = {
                text
                for text in self.told.messages.keys() - before
                if text.startswith((f"customer {DOOMED}/", f"operator {chat['id']}/"))
            }
            self.told.going |= mine
            reply = await self.api.delete(f"/api/chat/chats/{chat['id']}")
            assert reply.status in (200, 204), reply.text
            self.told.gone |= mine

    def _content(self) -> bytes:
        return JPEG + self.count.to_bytes(8, "big") * 500

    async def until(self, more: int) -> None:
        goal = len(self.told.messages) + more
        async with asyncio.timeout(60):
            while len(self.told.messages) < goal:
                await asyncio.sleep(0.005)

    def work(self) -> list[Coroutine[Any, Any, None]]:
        shares = [range(first, CUSTOMERS + 1, AT_ONCE) for first in range(1, AT_ONCE + 1)]
        return [
            *(self.customers(share) for share in shares),
            *(self.operator(share) for share in shares),
            self.deleter(),
        ]


async def test_every_backup_under_load_comes_back_whole_and_silent(
    request: pytest.FixtureRequest, settings: Settings, tmp_path: Path, tmp_path_factory: Any
) -> None:
    wanted = BACKUPS["postgresql" if settings.database_url else "sqlite"]
    shelf = tmp_path_factory.mktemp("backups")
    place = places(request, settings, shelf / "restored")
    await add_company(settings, "acme", "Acme", PASSWORD)
    telegram = TelegramPlatform()
    async with serving(telegram) as telegram_url:
        known = await _loaded(settings, telegram, telegram_url, shelf, wanted)
        before = _sends(telegram)
        held = 0
        for number, (folder, told) in enumerate(known):
            there = place(f"life-{number}")
            done = restore(there, folder)
            async with living(there) as new:
                await _holds(new, told)
                await _is_quiet(new)
                assert _sends(telegram) == before
                held += done.held
                if number == len(known) - 1:
                    await _sends_when_told(new, telegram, done.held)
    assert held > 0, "nothing was waiting in any backup: this proves nothing"


async def _loaded(
    settings: Settings, telegram: TelegramPlatform, telegram_url: str, shelf: Path, wanted: int
) -> list[tuple[Path, Told]]:
    """Backups, each with what had been acknowledged when it began."""
    known: list[tuple[Path, Told]] = []
    async with started(settings) as server:
        load = await _connected(server.api, telegram, telegram_url)
        tasks = [asyncio.create_task(one) for one in load.work()]
        for number in range(wanted):
            await load.until(ACKNOWLEDGED_BETWEEN)
            # Whose send is refused has it wait in the outbox, and go out after the backup.
            refusals = telegram.faults.refusals["sendMessage"]
            refusals += [THROTTLED] * ALL_WHILE_IT_IS_MADE
            told = load.told.copy()
            if number < BY_COMMAND:
                folder = shelf / f"by-command-{number}"
                said = await run("backup", str(folder), *options(settings))
                assert said.code == 0, said.err
            else:
                folder = shelf / "backups" / str(number)
                await asyncio.to_thread(back_up, settings, folder)
            told.going |= load.told.going  # asked while the backup was made: there or not
            known.append((folder, told))
            refusals.clear()
            assert not [task for task in tasks if task.done()], [t for t in tasks if t.done()]
        for task in tasks:
            task.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(one, asyncio.CancelledError) for one in outcomes), outcomes
    return known


async def _connected(api: Api, telegram: TelegramPlatform, telegram_url: str) -> Load:
    reply = await api.post("/api/company/get-token", {"login": "acme", "password": PASSWORD})
    company = api.bearer(reply.json)
    made = await company.post("/api/company/organization", {"name": "Kyiv"})
    bot = telegram.add_bot()
    channel = {
        "organizationId": made.json["id"],
        "source": 2,
        "settings": {"botToken": bot, "apiBaseUrl": telegram_url},
    }
    assert (await company.post("/api/channel", channel)).status == 200
    load = Load(company, telegram, bot)
    await load.begin()
    return load


async def _holds(new: New, told: Told) -> None:
    """Everything that was acknowledged is there, files too; what was deleted is not."""
    found = await rows(
        new,
        "SELECT m.text, f.digest FROM messages m"
        " LEFT JOIN media f ON f.company_id = m.company_id AND f.id = m.media_id",
    )
    texts = {str(text): digest for text, digest in found}
    assert len(texts) == len(found)
    needed = {text: it for text, it in told.messages.items() if text not in told.going}
    lost = sorted(needed.keys() - texts.keys())
    assert lost == []
    assert sorted(told.gone & texts.keys()) == []
    for text, digest in told.messages.items():
        if digest is not None and text in texts and text not in told.going:
            content = new.services.files.path(1, digest).read_bytes()
            assert hashlib.sha256(content).hexdigest() == digest == texts[text]
    await _opens(new, told.going)


async def _opens(new: New, going: set[str]) -> None:
    """A person signs in anew, sees the chats and a file.

    Of a chat that was deleted while the backup was made the row may be there without the file.
    """
    reply = await new.api.post("/api/company/get-token", {"login": "acme", "password": PASSWORD})
    api = new.api.bearer(reply.json)
    chats = (await api.get("/api/chat/chats?per_page=100")).json["items"]
    assert len(chats) >= CUSTOMERS
    for chat in chats:
        messages = (await api.get(f"/api/chat/{chat['id']}/messages?per_page=100")).json["items"]
        for one in [one for one in messages if one["media"] and one["media"]["uri"]][:1]:
            fetched = await new.client.get(httpx.URL(one["media"]["uri"]).path)
            was_going = any(each["message"] in going for each in messages)
            assert fetched.status_code in ((200, 404) if was_going else (200,))


async def _is_quiet(new: New) -> None:
    """The outbox has done all that it may: only what is held is left in it."""

    async def only_held() -> bool | None:
        left = await rows(new, f"SELECT * FROM jobs WHERE run_at <> {outbox_rows.HELD_UNTIL}")
        return None if left else True

    await eventually(only_held, 30)


async def _sends_when_told(new: New, telegram: TelegramPlatform, held: int) -> None:
    """Each send that waited goes out once, but for those that were cut off in the middle."""
    telegram.faults.refusals.clear()
    [[cut_off]] = await rows(new, "SELECT count(*) FROM jobs WHERE leased_until > 0")
    before = _sends(telegram)

    assert await new.services.db.write(outbox.release) == held

    await _is_quiet(new)
    assert (await rows(new, "SELECT count(*) FROM jobs"))[0][0] == 0
    assert _sends(telegram) - before == held - cut_off


def _sends(telegram: TelegramPlatform) -> int:
    return sum(len(telegram.sent(method)) for method in SENDS)
