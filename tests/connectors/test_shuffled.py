"""Platforms send again and in any order: what is stored is what happened, once and in its order.

`OPDESK_DELIVERIES` says how many events are delivered (20,000); a fifth as many have happened.
`make nightly` delivers 1,000,000 of 200,000. All sources of the registry call at the same time.
"""

import asyncio
import json
import os
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from opdesk.channels.model import Channel
from opdesk.chats import actions as chats
from opdesk.chats.model import Author, Chat, Draft, MessageStatus
from opdesk.connectors.applying import apply_early
from opdesk.connectors.registry import CONNECTORS
from opdesk.kit import outbox
from opdesk.kit.context import Tx
from opdesk.media.model import Media
from tests.chance import Chance, seeded
from tests.connectors.calling import Door, Posted, proven
from tests.connectors.voice import Event, Said, Voice
from tests.connectors.voices import SILENT, VOICES
from tests.desk import Desk

DELIVERIES = int(os.environ.get("OPDESK_DELIVERIES", "20000"))
PART_ON_POSTGRES = 10
"""A server in the same machine takes so many times as long, and orders by the same statements."""
TIMES_EACH = 5
CALLERS = 32
EVENTS_OF_A_CHAT = 50
OURS_OF_A_CHAT = 3
RANKS = 1_024
"""Within one second Telegram's numbers say the order until they pass a multiple of this."""
TOKEN = re.compile(rb"text-(\d+)-end")


@dataclass(slots=True)
class Kept:
    """A customer's message as it must be in the end."""

    chat: str
    text: str
    reaction: str | None = None
    is_edited: bool = False
    is_deleted: bool = False


@dataclass(slots=True)
class Line:
    """One source's channel: what happens there, and what must be left of it."""

    voice: Voice
    channel: Channel
    chat_count: int
    events: list[bytes] = field(default_factory=list)
    """As JSON: a million deliveries are made of 200,000 of them."""
    openings: list[bytes] = field(default_factory=list)
    """The first text of each chat that we write in: the others begin with whatever comes first."""
    kept: dict[str, Kept] = field(default_factory=dict)
    """By the platform's id, in the order in which they were written."""
    statuses: dict[int, MessageStatus] = field(default_factory=dict)
    """Of our messages, by our id."""
    taken_back: set[int] = field(default_factory=set)

    @property
    def written_in(self) -> range:
        """The chats that we write in."""
        return range(0, self.chat_count, 2)

    def customers_write(self, count: int, chance: Chance) -> None:
        """`count` things that customers do."""
        # Whole seconds to begin with, and long ago.
        times = [1_700_000_000_000 + 1_000 * chance.randrange(100_000)] * self.chat_count
        rounds = [0] * self.chat_count
        number = 0
        while len(self.events) < count:
            number += 1
            chat, step = number % self.chat_count, chance.choice(self.voice.steps_ms)
            is_new_round = number // RANKS != rounds[chat]
            times[chat] += max(step, 1_000) if is_new_round else step
            rounds[chat] = number // RANKS
            said = Said(number, chat, times[chat], f"Привіт text-{number}-end")
            self._happen(said, count)

    def _happen(self, said: Said, most: int) -> None:
        kept = Kept(self.voice.chat_id(said.chat), said.text)
        self.kept[self.voice.message_id(said)] = kept
        self.add(self.voice.text(said))
        if said.number <= self.chat_count and said.chat in self.written_in:
            self.openings.append(self.events[-1])
        edited = f"{said.text} виправлено"
        changes = {
            "edit": self.voice.edit(said, edited) if said.number % 3 == 0 else None,
            "reaction": self.voice.reaction(said, "❤️") if said.number % 5 == 0 else None,
            "deletion": self.voice.deletion(said) if said.number % 7 == 0 else None,
        }
        for name, event in changes.items():
            if event is not None and len(self.events) < most:
                self.add(event)
                self._keep(kept, name, edited, said.number)

    def _keep(self, kept: Kept, change: str, edited: str, number: int) -> None:
        if change == "edit":
            kept.text, kept.is_edited = edited, True
        elif change == "reaction":
            kept.reaction = "❤️"
        else:
            kept.text, kept.reaction, kept.is_edited, kept.is_deleted = "", None, False, True
            self.taken_back.add(number)

    def receipts(self, chat: int, sent_id: str) -> list[tuple[MessageStatus, Event]]:
        """That a message of ours was delivered and read, as far as the platform says so."""
        steps = (MessageStatus.DELIVERED, MessageStatus.READ)
        told = ((one, self.voice.receipt(chat, sent_id, one, 1_700_000_000_000)) for one in steps)
        return [(status, event) for status, event in told if event is not None]

    def customers_see(self, ours: "Ours") -> None:
        self.statuses[ours.id] = MessageStatus.SUCCESS
        for status, event in self.receipts(ours.chat, ours.sent_id):
            self.add(event)
            self.statuses[ours.id] = status

    def add(self, event: Event) -> None:
        self.events.append(json.dumps(event, ensure_ascii=False).encode())

    def call(self, events: Sequence[bytes]) -> Posted:
        body = self.voice.body([json.loads(one) for one in events])
        return proven(self.voice, self.channel, body)


@dataclass(frozen=True, slots=True)
class Ours:
    """A message of ours; the platform calls it `sent_id`, and we know that by its answer alone."""

    id: int
    sent_id: str
    chat: int


@dataclass(frozen=True, slots=True)
class Answered:
    """The moment at which a send's own answer is written down: receipts may come before it."""

    line: Line
    ours: Ours


Delivered = tuple[Line, bytes]


async def test_what_comes_twice_and_in_any_order_is_stored_once_and_in_its_order(
    desk: Desk,
) -> None:
    chance, door = seeded(), Door(desk.services.db, desk.services.vault)
    is_whole = not desk.services.settings.database_url
    count = DELIVERIES if is_whole else DELIVERIES // PART_ON_POSTGRES
    lines = await lines_of(desk, count // TIMES_EACH, chance)
    answers = []
    for line in lines:
        await called(door, desk, iter([line.call([one]) for one in line.openings]))
        answers += await sent_in_chats(desk, line)
    happened = [(line, event) for line in lines for event in line.events]
    assert len(happened) == count // TIMES_EACH
    deliveries = happened + chance.choices(happened, k=count - len(happened))
    chance.shuffle(deliveries)

    began = time.monotonic()
    await called(door, desk, steps(deliveries, answers, chance))
    took_s = time.monotonic() - began

    print(f"{count:,} deliveries of {len(happened):,} events in {took_s:.0f} s")
    for line in lines:
        await look(door, desk, line)
    assert await door.rows("SELECT count(*) FROM inbox WHERE state = 'unparsed'") == [(0,)]
    assert await door.rows("SELECT count(*) FROM early_updates") == [(0,)]
    in_all = sum(len(line.kept) + len(line.statuses) for line in lines)
    assert await door.rows("SELECT count(*) FROM messages") == [(in_all,)]


async def lines_of(desk: Desk, count: int, chance: Chance) -> list[Line]:
    """A line of each source; on all of them together `count` things happen."""
    sources = sorted(CONNECTORS.keys() - SILENT)
    place = (desk.acme.id, desk.acme.organizations[0])
    lines = []
    for n, source in enumerate(sources):
        voice = VOICES[source]("shuffled")
        channel = await desk.services.db.write(voice.connected, desk.services.vault, place)
        mine = count * (n + 1) // len(sources) - count * n // len(sources)
        line = Line(voice, channel, chat_count=max(2, mine // EVENTS_OF_A_CHAT))
        receipts = len(line.receipts(0, line.voice.sent_id(1)))
        of_ours = len(line.written_in) * OURS_OF_A_CHAT * receipts
        line.customers_write(mine - of_ours, chance)
        lines.append(line)
    return lines


async def sent_in_chats(desk: Desk, line: Line) -> list[Answered]:
    """Messages of ours in every other chat; nobody sends them on, for the test is the platform.

    The clients get names, so that no platform is asked for them at every message.
    """
    db, found = desk.services.db, []
    chat_ids = dict(await db.read_slow(_chats_of, line.channel.id))

    async def send(chat: int) -> None:
        chat_id = chat_ids[line.voice.chat_id(chat)]
        await db.write(chats.name_client, desk.acme.id, chat_id, f"Клієнт {chat}")
        for _ in range(OURS_OF_A_CHAT):
            number = await db.write(_sent, desk, chat_id)
            ours = Ours(number, line.voice.sent_id(number), chat)
            line.customers_see(ours)
            found.append(Answered(line, ours))

    for first in range(0, len(line.written_in), CALLERS):
        await asyncio.gather(*(send(chat) for chat in line.written_in[first : first + CALLERS]))
    return found


def _chats_of(tx: Tx, channel_id: int) -> list[tuple[str, int]]:
    sql = "SELECT external_id, id FROM chats WHERE channel_id = " + str(channel_id)
    return [(row[0], row[1]) for row in tx._driver.fetch(sql, {})]


def _sent(tx: Tx, desk: Desk, chat_id: int) -> int:
    draft = Draft("Дякуємо")
    files, caller = desk.services.files, desk.acme.caller
    sent = chats.send(tx, files, caller, chat_id, draft, _anything_goes)
    outbox.forget_lane(tx, desk.acme.id, chats.send_lane(chat_id))
    return sent.id


def _anything_goes(_chat: Chat, _draft: Draft, _file: Media | None, _now: int) -> None:
    return None


def steps(
    deliveries: Sequence[Delivered], answers: Sequence[Answered], chance: Chance
) -> Iterator[Posted | Answered]:
    """Deliveries in calls of as many as their platform puts into one; answers anywhere between."""
    moments = dict(zip(chance.sample(range(len(deliveries)), len(answers)), answers, strict=True))
    waiting: dict[int, list[bytes]] = {}
    for place, (line, event) in enumerate(deliveries):
        if place in moments:
            yield moments[place]
        batch = waiting.setdefault(line.channel.id, [])
        batch.append(event)
        if len(batch) >= chance.randint(1, line.voice.most_in_call):
            yield line.call(waiting.pop(line.channel.id))
    by_channel = {line.channel.id: line for line, _ in deliveries}
    yield from (by_channel[channel_id].call(batch) for channel_id, batch in waiting.items())


async def called(door: Door, desk: Desk, work: Iterator[Posted | Answered]) -> None:
    """Carry out all of it, `CALLERS` at once."""

    async def caller() -> None:
        for step in work:
            if isinstance(step, Answered):
                await desk.services.db.write(_answered, desk, step)
            else:
                assert await door.post(step) == 200

    await asyncio.gather(*(caller() for _ in range(CALLERS)))


def _answered(tx: Tx, desk: Desk, step: Answered) -> None:
    ours = step.ours
    outcome = (MessageStatus.SUCCESS, None, ours.sent_id)
    chats.record_delivery(tx, desk.acme.id, ours.id, *outcome)
    apply_early(tx, step.line.channel, ours.sent_id)


async def look(door: Door, desk: Desk, line: Line) -> None:
    """What is stored of a line is what happened there."""
    name = line.voice.source.name
    of_channel = f"channel_id = {line.channel.id}"
    rows = await door.rows(
        "SELECT external_id, text, reaction, is_edited, is_deleted, chat_id FROM messages"
        f" WHERE {of_channel} AND author = {int(Author.CLIENT)} ORDER BY position, id"
    )
    found: dict[str, list[tuple[str, Kept]]] = {}
    chat_ids = {
        number: chat
        for chat, number in await desk.services.db.read_slow(_chats_of, line.channel.id)
    }
    for external_id, text, reaction, is_edited, is_deleted, chat_id in rows:
        chat = chat_ids[chat_id]
        kept = Kept(chat, text, reaction, bool(is_edited), bool(is_deleted))
        found.setdefault(chat, []).append((external_id, kept))
    wanted: dict[str, list[tuple[str, Kept]]] = {}
    for external_id, kept in line.kept.items():
        wanted.setdefault(kept.chat, []).append((external_id, kept))
    for chat, messages in wanted.items():
        assert [one[0] for one in found[chat]] == [one[0] for one in messages], (name, chat)
        assert found[chat] == messages, (name, chat)
    assert found.keys() == wanted.keys(), name

    sent = await door.rows(
        f"SELECT id, status FROM messages WHERE {of_channel} AND author <> {int(Author.CLIENT)}"
    )
    assert {row[0]: MessageStatus(row[1]) for row in sent} == line.statuses, name
    assert await still_told(door, of_channel) & line.taken_back == set(), name


async def still_told(door: Door, of_channel: str) -> set[int]:
    """Of which texts the kept envelopes still hold the words."""
    bodies = await door.rows(f"SELECT body FROM inbox WHERE {of_channel}")
    return {int(one) for row in bodies for one in TOKEN.findall(bytes(row[0]))}
