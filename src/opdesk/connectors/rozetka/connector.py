"""Rozetka's seller API. Setup, limits and what is unconfirmed: docs/channels/rozetka.md."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, ClassVar
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from typing_extensions import override

from opdesk.connectors.base import (
    Account,
    BadPayload,
    Declaration,
    DeliveryError,
    HookCall,
    Outbound,
    Platform,
    PlatformError,
    Problem,
    SettingRefused,
    Source,
    Trouble,
    Unreachable,
    Update,
    is_loopback,
)
from opdesk.connectors.rozetka.api import Refusal, Refused, SellerApi
from opdesk.connectors.rozetka.declaration import DEFAULT_ZONE, ROZETKA
from opdesk.connectors.rozetka.listening import Listener
from opdesk.connectors.rozetka.payloads import (
    SELLER,
    Chat,
    id_of,
    message_id_of,
    offset_of,
    read_chats,
    read_message,
)
from opdesk.connectors.rozetka.updates import updates_of
from opdesk.kit.http_client import AddressRefused, HttpClient, HttpError, ReplyTooLarge

DENIED = 1010
_PROBLEMS = {
    **dict.fromkeys((1004, 1010, 1018, 1020, 5401, 6001), Problem.AUTH),
    **dict.fromkeys((1001, 1002, 1005, 1009, 1026, 1027), Problem.BAD_REQUEST),
    **dict.fromkeys((1013, 1019, 1021, 1404, 5404), Problem.RECIPIENT_UNKNOWN),
    # Its queue, its disk, its maintenance and what it did not foresee itself.
    **dict.fromkeys((1003, 1006, 1007, 1011, 1012, 1015, 1031, 5503), Problem.TRANSIENT),
}
_OF_STATUS = {
    400: Problem.BAD_REQUEST,
    401: Problem.AUTH,
    403: Problem.AUTH,
    404: Problem.RECIPIENT_UNKNOWN,
    413: Problem.TOO_LARGE,
    422: Problem.BAD_REQUEST,
    429: Problem.THROTTLED,
}
_PASSING = (Problem.TRANSIENT, Problem.THROTTLED)
_CHAT = re.compile(rb'"content"\s*:\s*\{[^{}]*?"id"\s*:\s*"?([0-9]{1,20})')
_BUYER = re.compile(rb'"user_id"\s*:\s*"?([0-9]{1,20})')


class Rozetka(Platform):
    """One shop."""

    source: ClassVar[Source] = Source.ROZETKA
    declaration: ClassVar[Declaration] = ROZETKA

    def __init__(self, http: HttpClient, settings: Mapping[str, str]) -> None:
        self._api = SellerApi(http, settings)
        self._settings = settings

    @staticmethod
    def is_genuine(call: HookCall, secret: str, settings: Mapping[str, str]) -> bool:
        """Rozetka calls nobody, so whoever calls is somebody else."""
        return False

    @staticmethod
    def parse(body: bytes, settings: Mapping[str, str]) -> Sequence[Update]:
        """What all messages of a chat tell, oldest first; most are known by their keys."""
        zone = _zone(settings) or ZoneInfo(DEFAULT_ZONE)
        return [update for chat in read_chats(body) for update in updates_of(chat, zone)]

    @staticmethod
    def chat_of(body: bytes) -> str | None:
        try:
            chats = read_chats(body)
        except BadPayload:
            found, buyer = _CHAT.search(body), _BUYER.search(body)
            parts = [one[1].decode() for one in (found, buyer) if one]
            return ":".join(parts) if found else None
        return chats[0].key if chats else None

    @property
    @override
    def always_has_webhook(self) -> bool:
        return is_loopback(self._api.base)

    async def identify(self) -> Account:
        if _zone(self._settings) is None:
            raise SettingRefused("timeZone", "must be a time zone such as Europe/Kyiv")
        try:
            account = await self._whoami()
            await self._api.get("/messages/counts")
        except Refused as error:
            raise _platform_error(error.refusal) from error
        except AddressRefused as error:
            raise SettingRefused("apiBaseUrl", str(error)) from error
        except HttpError as error:
            raise Unreachable(str(error)) from error
        return account

    async def _whoami(self) -> Account:
        """Raises Refused, HttpError, SettingRefused."""
        if self._api.signs_in:
            told = await self._api.sign_in()
            market = told.get("market")
            shop = market if isinstance(market, dict) else told
            number = id_of(shop.get("id"))
            if number is None:
                raise Refused(Refusal(200, 0, "the answer to the sign-in names no shop"))
            return Account(number, str(shop.get("title") or number).strip())
        number = self._settings.get("marketId", "")
        try:
            await self._api.get(f"/markets/{quote(number)}/market-counters")
        except Refused as error:
            if _problem_of(error.refusal) is Problem.RECIPIENT_UNKNOWN:
                raise SettingRefused("marketId", "is not the shop of this token") from error
            raise
        return Account(number, await self._title() or number)

    async def _title(self) -> str | None:
        """The shop's name, as any of its chats has it."""
        query = {"msgType": "orders", "expand": "market_title"}
        content = await self._api.get("/messages/search", query)
        chats = content.get("chats") if isinstance(content, dict) else None
        names = [one.get("market_title") for one in chats or [] if isinstance(one, dict)]
        return next((str(one).strip() for one in names if one), None)

    async def check(self, webhook_url: str | None) -> list[Trouble]:
        try:
            await self.identify()
        except SettingRefused as error:
            return [Trouble("settingRefused", {"name": error.name, "words": str(error)})]
        except Unreachable:
            return [Trouble("platformSilent")]
        except PlatformError as error:
            cause = error.__cause__
            is_denied = isinstance(cause, Refused) and cause.refusal.code == DENIED
            words = {"words": str(error)}
            if is_denied:
                return [Trouble("permissionMissing", words)]
            return [Trouble("signInRefused", words)]
        return []

    @override
    async def poll(self, offset: int, timeout_s: int) -> list[bytes]:
        zone = _zone(self._settings) or ZoneInfo(DEFAULT_ZONE)
        listener = Listener(self._api, self._settings.get("chatKinds", ""), zone)
        try:
            return await listener.poll(offset)
        except Refused as error:
            raise _platform_error(error.refusal) from error
        except HttpError as error:
            raise Unreachable(str(error)) from error

    @staticmethod
    @override
    def next_offset(body: bytes, offset: int) -> int:
        return max(offset, offset_of(body) or 0)

    async def send(self, out: Outbound) -> str:
        """Without a file's own text Rozetka would refuse it: its name stands there then."""
        number, _, buyer = out.chat_id.partition(":")
        if not (number.isdecimal() and buyer.isdecimal()):
            text = "the buyer of this chat is not known"
            raise DeliveryError(Problem.RECIPIENT_UNKNOWN, text, is_permanent=True)
        text = out.text or (out.file.name if out.file else "")
        fields = {
            "body": text,
            "chat_id": int(number),
            "receiver_id": int(buyer),
            "sendEmailUser": 0,
        }
        try:
            content = await self._api.post("/messages/create", fields, out.file)
        except Refused as error:
            raise delivery_error(error.refusal) from error
        except HttpError as error:
            # There is no key against duplicates, so what may have arrived is not sent again.
            problem = Problem.UNCERTAIN if error.was_sent else Problem.TRANSIENT
            raise DeliveryError(problem, str(error)) from error
        return await self._sent_id(content, number, text)

    async def _sent_id(self, content: Any, number: str, text: str) -> str:
        """The new message's id. An answer without it (so seen in 2019) sends us to look for it."""
        try:
            message = read_message(content)
        except BadPayload:
            found = await self._found(number, text, None)
            if found is None:
                raise DeliveryError(
                    Problem.UNCERTAIN, "Rozetka's answer names no message"
                ) from None
            return found
        named = message_id_of(message, number)
        if id_of(message.id) is not None or message.attached:
            return named
        return await self._found(number, text, message.created) or named

    async def _found(self, number: str, text: str, created: str | None) -> str | None:
        """The newest message of ours that says this; None when it can't be told."""
        try:
            chat = Chat(await self._api.get(f"/messages/{number}", {"expand": "messages"}))
        except (Refused, HttpError, BadPayload, AttributeError):
            return None
        ours = []
        for one in chat.messages:
            try:
                message = read_message(one)
            except BadPayload:
                continue
            is_it = created in (None, message.created) and message.text.strip() == text.strip()
            if message.sender == SELLER and is_it:
                ours.append(message)
        ours.sort(key=lambda one: one.created)
        return message_id_of(ours[-1], number) if ours else None

    @override
    async def mark_read(self, chat_id: str, message_id: str) -> None:
        """Opening a chat marks all that the buyer wrote as read."""
        try:
            await self._api.get(f"/messages/{quote(chat_id.partition(':')[0])}")
        except Refused as error:
            raise delivery_error(error.refusal) from error
        except HttpError as error:
            raise DeliveryError(Problem.TRANSIENT, str(error)) from error

    @asynccontextmanager
    async def fetch(self, reference: str) -> AsyncIterator[AsyncIterator[bytes]]:
        try:
            async with self._api.download(f"/messages/download-file/{quote(reference)}") as chunks:
                yield chunks
        except Refused as error:
            raise delivery_error(error.refusal) from error
        except ReplyTooLarge as error:
            raise DeliveryError(Problem.TOO_LARGE, str(error), is_permanent=True) from error
        except HttpError as error:
            raise DeliveryError(Problem.TRANSIENT, str(error)) from error


def _zone(settings: Mapping[str, str]) -> ZoneInfo | None:
    try:
        return ZoneInfo(settings.get("timeZone") or DEFAULT_ZONE)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _problem_of(refusal: Refusal) -> Problem:
    """By its code first. No code, or 0, is what Rozetka calls an unforeseen error: it may pass."""
    by_code = _PROBLEMS.get(refusal.code)
    if by_code is not None:
        return by_code
    if refusal.status >= 500:
        return Problem.TRANSIENT
    by_status = _OF_STATUS.get(refusal.status)
    if by_status is not None:
        return by_status
    return Problem.REJECTED if refusal.code else Problem.TRANSIENT


def delivery_error(refusal: Refusal) -> DeliveryError:
    """What a refusal means for a message."""
    problem = _problem_of(refusal)
    return DeliveryError(
        problem,
        refusal.words,
        is_permanent=problem not in _PASSING,
        retry_after_s=refusal.retry_after_s,
    )


def _platform_error(refusal: Refusal) -> PlatformError | Unreachable:
    if _problem_of(refusal) in _PASSING:
        return Unreachable(refusal.words)
    return PlatformError(refusal.words)
