"""The demo's platforms with their people, as one thing that is kept from start to start."""

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from opdesk.channels.model import Source
from opdesk.demo.acts import customer_writes, tells_phone
from opdesk.demo.cast import BEGINNINGS, OLHA, OLHA_PHONE, TARAS, TARAS_PHONE, TELEGRAM_TEXTS
from opdesk.demo.shop import Shop
from opdesk.kit.clock import Clock
from opdesk.kit.http_client import trust
from opdesk.kit.ids import new_secret
from opdesk.simulators.base import Line, Person, Platform
from opdesk.simulators.facebook import FacebookPage
from opdesk.simulators.instagram import InstagramAccount
from opdesk.simulators.rozetka import RozetkaPlatform
from opdesk.simulators.telegram import TelegramPlatform
from opdesk.simulators.viber import ViberPlatform
from opdesk.simulators.viberbot import ViberBotPlatform
from opdesk.simulators.whatsapp import WhatsApp

TOWN_FILE = "town.json"
KEPT_CALLS, KEPT_LINES, KEPT_FILE_BYTES = 100, 200, 1024 * 1024
"""Of each platform; of each phone; and of each file, which is empty in the next start if larger."""


class Kept(msgspec.Struct):
    """What the next start finds again, by the source's number."""

    people: dict[int, dict[str, Person]] = {}
    phones: dict[int, dict[str, list[Line]]] = {}
    keys: dict[int, tuple[str, str]] = {}
    """Token and app secret, where the desk has to have them."""
    buyers_chats: dict[int, dict[str, Any]] = {}
    visitors: dict[str, str] = {}


class Town:
    """All platforms, and the shop whose visitors need none."""

    def __init__(self, bot_token: str | None = None, clock: Clock | None = None) -> None:
        self.telegram = TelegramPlatform(clock)
        self.bot_token = self.telegram.add_bot(token=bot_token or f"4242:{new_secret(18)}")
        self.viber, self.viber_bot = ViberPlatform(clock), ViberBotPlatform(clock)
        self.whatsapp, self.rozetka = WhatsApp(clock), RozetkaPlatform(clock)
        self.facebook, self.instagram = FacebookPage(clock), InstagramAccount(clock)
        self.shop = Shop()
        every: tuple[Platform, ...] = (
            self.viber,
            self.viber_bot,
            self.telegram,
            self.whatsapp,
            self.rozetka,
            self.facebook,
            self.instagram,
        )
        self.platforms: dict[Source, Platform] = {one.source: one for one in every}
        trusted = trust()
        for platform in every:
            platform.calls = deque(maxlen=KEPT_CALLS)
            platform.trusted = trusted
        self.shop.trusted = trusted

    # --- from start to start ------------------------------------------------

    def resume(self, folder: Path) -> None:
        """Go on where an earlier start ended, if there was one."""
        path = folder / TOWN_FILE
        if not path.is_file():
            return
        kept = msgspec.json.decode(path.read_bytes(), type=Kept)
        for source, platform in self.platforms.items():
            platform.resume(kept.people.get(source, {}), kept.phones.get(source, {}))
        for one in (self.whatsapp, self.facebook, self.instagram):
            if one.source in kept.keys:
                one.token, one.app_secret = kept.keys[one.source]
        self.rozetka.chats.update(kept.buyers_chats)
        self.shop.people.update(kept.people.get(Source.WIDGET, {}))
        self.shop.tokens.update(kept.visitors)

    def keep(self, folder: Path) -> None:
        """Write down what the next start needs, for the server's own user alone."""
        kept = Kept(buyers_chats=self.rozetka.chats, visitors=self.shop.tokens)
        for source, platform in self.platforms.items():
            kept.people[source] = platform.people
            kept.phones[source] = {one: _kept(all_) for one, all_ in platform.phones.items()}
        kept.people[Source.WIDGET] = self.shop.people
        for one in (self.whatsapp, self.facebook, self.instagram):
            kept.keys[one.source] = (one.token, one.app_secret)
        path = folder / TOWN_FILE
        path.touch(0o600)
        path.write_bytes(msgspec.json.encode(kept))

    # --- how it begins ------------------------------------------------------

    async def begin(self, sources: Iterable[Source]) -> None:
        """People write for the first time; those of one source one after the other.

        Telegram's come last: the links of the demo lead to them.
        """
        wanted = list(sources)
        await asyncio.gather(*(self._begin_on(one) for one in wanted if one in BEGINNINGS))
        if Source.TELEGRAM_BOT in wanted:
            await customers_write(self.telegram)

    async def _begin_on(self, source: Source) -> None:
        for person, texts in BEGINNINGS[source]:
            for text in texts:
                if source is Source.WIDGET:
                    await self.shop.writes(person, text)
                else:
                    await self.platforms[source].writes(person, text)


async def customers_write(telegram: TelegramPlatform) -> None:
    """What Telegram begins with. Who has a phone tells it between two texts, as people do."""
    phones = {OLHA.id: OLHA_PHONE, TARAS.id: TARAS_PHONE}
    for customer, text in TELEGRAM_TEXTS:
        await customer_writes(telegram, customer, text)
        if phone := phones.pop(customer.id, None):
            await tells_phone(telegram, customer, phone)


def _kept(lines: list[Line]) -> list[Line]:
    return [_without_large(one) for one in lines[-KEPT_LINES:]]


def _without_large(line: Line) -> Line:
    if line.file is None or len(line.file[2]) <= KEPT_FILE_BYTES:
        return line
    name, mime, _ = line.file
    return replace(line, file=(name, mime, b""))
