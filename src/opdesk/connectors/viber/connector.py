"""Viber Business Messages through SMSBAT. Limits, setup and samples: docs/channels/viber.md."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, ClassVar
from urllib.parse import quote

import msgspec
from typing_extensions import override

from opdesk.connectors.base import (
    Account,
    BadPayload,
    Declaration,
    DeliveryError,
    HookCall,
    Inbound,
    MessageStatus,
    Outbound,
    Platform,
    PlatformError,
    Problem,
    Receipt,
    SettingRefused,
    Source,
    Trouble,
    Unreachable,
    Update,
    is_loopback,
)
from opdesk.connectors.signing import is_same
from opdesk.connectors.viber.declaration import DEFAULT_BASE_URL, VIBER
from opdesk.connectors.viber.payloads import (
    Incoming,
    Status,
    chat_of,
    digest_of,
    digits_of,
    encoded,
    parts_of,
    read_part,
    time_of,
)
from opdesk.connectors.viber.sending import body_of, delivery_error, error_of, sent_id, status_of
from opdesk.kit.clock import SECOND_MS
from opdesk.kit.http_client import AddressRefused, HttpClient, HttpError, HttpReply

SETUP_TIMEOUT_S = 15.0
SEND_TIMEOUT_S = 30.0
NO_MESSAGE = "0"
"""An id that no message has: asked for, SMSBAT says whether it takes the token."""
LEAST_DIGITS, MOST_DIGITS = 7, 15


class Viber(Platform):
    """One alpha name."""

    source: ClassVar[Source] = Source.VIBER
    declaration: ClassVar[Declaration] = VIBER

    def __init__(self, http: HttpClient, settings: Mapping[str, str]) -> None:
        self._http, self._settings = http, settings
        self._base = settings.get("apiBaseUrl", DEFAULT_BASE_URL)
        self._headers = {"X-Authorization-Key": settings["apiToken"]}

    @staticmethod
    def is_genuine(call: HookCall, secret: str, settings: Mapping[str, str]) -> bool:
        """SMSBAT signs nothing: whoever knows the address is believed."""
        return is_same(call.path_secret, secret)

    @staticmethod
    def parse(body: bytes, settings: Mapping[str, str]) -> Sequence[Update]:
        """Messages and statuses come to one address; documented is one of them in a call."""
        parts = parts_of(body)
        if len(parts) == 1:
            return [_update(parts[0], settings)]
        return [_update_of_many(part, settings) for part in parts]

    @staticmethod
    def chat_of(body: bytes) -> str | None:
        return chat_of(body)

    @staticmethod
    @override
    def is_one_app(settings: Mapping[str, str], others: Mapping[str, str]) -> bool:
        """SMSBAT may have one address for all alpha names of a customer of theirs."""
        token = settings.get("apiToken", "")
        return is_same(others.get("apiToken", ""), token)

    @staticmethod
    @override
    def chat_with(phone: str) -> str | None:
        digits = digits_of(phone)
        return digits if LEAST_DIGITS <= len(digits) <= MOST_DIGITS else None

    @property
    @override
    def always_has_webhook(self) -> bool:
        return is_loopback(self._base)

    async def identify(self) -> Account:
        """SMSBAT has no call that says who we are: the alpha name is taken at its word."""
        await self._ask_for_nothing()
        name = self._settings["alphaName"]
        return Account(name, name)

    async def check(self, webhook_url: str | None) -> list[Trouble]:
        try:
            await self._ask_for_nothing()
        except SettingRefused as error:
            return [Trouble("addressRefused", {"words": str(error)})]
        except PlatformError as error:
            return [Trouble("tokenRefused", {"words": str(error)})]
        except Unreachable:
            return [Trouble("platformSilent")]
        return []

    async def send(self, out: Outbound) -> str:
        body = body_of(out, self._settings)
        try:
            reply = await self._http.post(
                f"{self._base}/bat/messagelist",
                json=body,
                timeout_s=SEND_TIMEOUT_S,
                headers=self._headers,
            )
        except HttpError as error:
            # No document says that customerMessageId keeps SMSBAT from sending twice.
            problem = Problem.UNCERTAIN if error.was_sent else Problem.TRANSIENT
            raise DeliveryError(problem, str(error)) from error
        return sent_id(reply)

    @override
    async def receipt_of(self, message_id: str) -> Receipt | None:
        try:
            reply = await self._asked_for(message_id, SEND_TIMEOUT_S)
        except HttpError as error:
            raise DeliveryError(Problem.TRANSIENT, str(error)) from error
        if reply.status != 200:
            raise delivery_error(reply)
        try:
            told = msgspec.convert({"messageId": message_id, **_object(reply)}, Status)
        except msgspec.ValidationError:
            return None  # Without a status there is nothing new.
        receipt = _receipt(told, message_id)
        is_news = receipt is not None and receipt.status is not MessageStatus.SUCCESS
        return receipt if is_news else None

    def fetch(self, reference: str) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Customers send no files."""
        raise DeliveryError(Problem.UNSUPPORTED, "SMSBAT brings no files", is_permanent=True)

    async def _ask_for_nothing(self) -> None:
        """Raises PlatformError when the token is refused, SettingRefused, Unreachable.

        Whether a message that is not there is 400 or 404 no document says: both show that the
        token was taken.
        """
        try:
            reply = await self._asked_for(NO_MESSAGE, SETUP_TIMEOUT_S)
        except AddressRefused as error:
            raise SettingRefused("apiBaseUrl", str(error)) from error
        except HttpError as error:
            raise Unreachable(str(error)) from error
        if reply.status in (401, 403):
            code, words = error_of(reply)
            raise PlatformError(words or code or f"status {reply.status}")
        if reply.status >= 500 or 300 <= reply.status < 400:
            raise Unreachable(f"SMSBAT answered {reply.status}")

    async def _asked_for(self, message_id: str, timeout_s: float) -> HttpReply:
        url = f"{self._base}/bat/message/{quote(message_id, safe='')}"
        return await self._http.get(url, timeout_s=timeout_s, headers=self._headers)


def _object(reply: HttpReply) -> dict[str, Any]:
    answer = reply.json
    return answer if isinstance(answer, dict) else {}


def _update_of_many(part: dict[str, Any], settings: Mapping[str, str]) -> Update:
    """One of several, with a body of its own; what can't be read is kept alone."""
    raw = encoded(part)
    try:
        update = _update(part, settings)
    except BadPayload as error:
        key = f"unread:{digest_of(part)}"
        return Update(key=key, item=None, chat_id=chat_of(raw), raw=raw, unread=str(error))
    return Update(
        key=update.key,
        item=update.item,
        chat_id=update.chat_id,
        account_id=update.account_id,
        raw=raw,
    )


def _update(part: dict[str, Any], settings: Mapping[str, str]) -> Update:
    """Raises BadPayload."""
    found = read_part(part)
    if isinstance(found, Status):
        key = f"status:{found.message_id}:{found.delivery_status}"
        return Update(key=key, item=_receipt(found, str(found.message_id)))
    chat_id = digits_of(found.phone_number)
    if not LEAST_DIGITS <= len(chat_id) <= MOST_DIGITS:
        raise BadPayload("the phone number is none")
    message_id = str(found.id_uuid) if found.id_uuid not in (None, "") else digest_of(part)
    return Update(
        key=f"message:{message_id}",
        item=_inbound(found, chat_id, message_id),
        chat_id=chat_id,
        account_id=_account(found.alpha_name, settings),
    )


def _account(alpha_name: str, settings: Mapping[str, str]) -> str:
    """Whose message it is: ours however the name's case is written, else another channel's."""
    ours = settings.get("alphaName", "")
    is_ours = alpha_name.strip().casefold() == ours.casefold()
    return ours if is_ours else alpha_name.strip()


def _inbound(found: Incoming, chat_id: str, message_id: str) -> Inbound:
    """Texts are all that is documented; anything else is shown as what it calls itself."""
    text, sent_at = found.text or "", time_of(found.dt)
    return Inbound(
        chat_id=chat_id,
        message_id=message_id,
        sender_id=chat_id,
        sender_name=f"+{chat_id}",
        sent_at=sent_at,
        text=text,
        phone=f"+{chat_id}",
        kind=None if text.strip() else (found.type or "other"),
        rank=sent_at % SECOND_MS,
    )


def _receipt(told: Status, message_id: str) -> Receipt | None:
    """None for a word that we do not know: it changes nothing."""
    status = status_of(told.delivery_status)
    if status is None:
        return None
    is_failed = status is MessageStatus.REJECTED
    return Receipt(
        status=status,
        message_id=message_id,
        problem=Problem.REJECTED if is_failed else None,
        words=told.delivery_status[:300] if is_failed else "",
    )
