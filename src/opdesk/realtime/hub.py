"""The hub `/chathub`: its methods, and who hears what.

The hub reads the event log. For each organization that somebody listens to there is one follower,
which reads a page once and hands the same bytes to everyone. Each listener knows the number up to
which it was told, so that replaying and following can't tell a thing twice or leave one out.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec

from opdesk.accounts import actions as accounts
from opdesk.chats import actions as chats
from opdesk.chats.model import Chat, Message
from opdesk.events import actions as events
from opdesk.events.model import TOPIC, Event
from opdesk.kit.bus import Bus, Wake
from opdesk.kit.context import Tx
from opdesk.kit.db import Database
from opdesk.kit.errors import AppError, Invalid, Unavailable
from opdesk.kit.log import get_logger
from opdesk.kit.tokens import Tokens
from opdesk.kit.wire import Id, decode
from opdesk.operators import access
from opdesk.operators.model import Caller, OperatorCaller
from opdesk.realtime.sessions import Holder, Listener
from opdesk.realtime.signalr.connection import Connection
from opdesk.realtime.wire import PositionIn, PositionOut, Shapes, Teller, Told, reload_event

log = get_logger(__name__)
CHECK_EVERY_S = 2.0
"""How often callers are looked at again, and lost wake-ups are made good."""

_PAUSED = 2**62
"""Larger than any number: nothing is new to a listener who is catching up."""
Sender = Callable[[Caller, int, str, bytes | None], Awaitable[Message]]
"""(caller, chat, text, media as JSON) -> the stored message; raises AppError."""


class Follower:
    """Reads one organization's log once for all of its listeners."""

    def __init__(self, company_id: int, organization_id: int, position: int) -> None:
        self.company_id = company_id
        self.organization_id = organization_id
        self.position = position
        self.listeners: set[Listener] = set()
        self.is_reading = False
        self.is_woken = False


class Hub:
    """The methods of the contract, and `Subscribe` for clients that want every event."""

    def __init__(
        self, db: Database, bus: Bus, tokens: Tokens, shapes: Shapes, send: Sender
    ) -> None:
        self._db, self._tokens, self._send = db, tokens, send
        self._shapes = shapes
        self._teller = Teller(shapes)
        self._followers: dict[int, Follower] = {}
        self._listeners: dict[Connection, Listener] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._epoch = ""
        self._methods: dict[str, tuple[int, Callable[..., Awaitable[Any]]]] = {
            "sendmessage": (2, self._send_message),
            "sendmediamessage": (2, self._send_media_message),
            "subscribe": (1, self._subscribe),
        }
        bus.listen(TOPIC, self._woken)

    @property
    def methods(self) -> frozenset[str]:
        """The names that clients can call, in lower case."""
        return frozenset(self._methods)

    async def run(self) -> None:
        """Look after the connections until cancelled."""
        while True:
            await asyncio.sleep(CHECK_EVERY_S)
            try:
                await self._check_callers()
                await self._join_new_organizations()
                for follower in list(self._followers.values()):
                    await self._read_on(follower)
            except Unavailable as error:
                log.warning("hub_behind", reason=str(error))

    async def connected(self, connection: Connection) -> None:
        holder: Holder = connection.caller
        listener = self._listeners[connection] = Listener(connection, holder)
        self._epoch = self._epoch or await self._db.read(events.epoch)
        await self._join(listener, await self._organizations(holder.caller))

    async def disconnected(self, connection: Connection) -> None:
        listener = self._listeners.pop(connection, None)
        if listener is None:
            return
        for organization_id in listener.seen:
            follower = self._followers.get(organization_id)
            if follower is not None:
                follower.listeners.discard(listener)
                if not follower.listeners:
                    del self._followers[organization_id]

    async def call(
        self, connection: Connection, target: str, arguments: Sequence[msgspec.Raw]
    ) -> Any:
        method = self._methods.get(target.lower())
        if method is None:
            raise Invalid(f"there is no method {target[:100]!r}")
        count, run = method
        if len(arguments) != count:
            raise Invalid(f"{target} takes {count} arguments, not {len(arguments)}")
        return await run(self._listeners[connection], *arguments)

    async def _send_message(
        self, listener: Listener, chat_id: msgspec.Raw, text: msgspec.Raw
    ) -> Any:
        place = _argument(chat_id, Id, "chatId")
        words = _argument(text, str, "text")
        return self._shapes.message(await self._send(listener.holder.caller, place, words, None))

    async def _send_media_message(
        self, listener: Listener, chat_id: msgspec.Raw, media: msgspec.Raw
    ) -> Any:
        place = _argument(chat_id, Id, "chatId")
        sent = await self._send(listener.holder.caller, place, "", bytes(media))
        return self._shapes.message(sent)

    async def _subscribe(self, listener: Listener, position: msgspec.Raw) -> PositionOut:
        """From here on this connection gets `Event`; first what it missed since `position`."""
        known = _argument(position, PositionIn | None, "position")
        listener.is_subscriber = True
        if known is not None:
            for organization_id in sorted(listener.seen):
                await self._catch_up(listener, organization_id, known)
        numbers = {str(place): number for place, number in listener.seen.items()}
        return PositionOut(epoch=self._epoch, numbers=numbers)

    async def _catch_up(self, listener: Listener, organization_id: int, known: PositionIn) -> None:
        """Send what happened since the client's number; following waits until that is done."""
        after = known.numbers.get(str(organization_id))
        if after is None or known.epoch != self._epoch or after < 0:
            self._tell_reload(listener, organization_id)
            return
        follower = self._followers[organization_id]
        listener.seen[organization_id] = _PAUSED
        number = after
        try:
            is_behind = True
            while is_behind:
                page = await self._db.read_slow(
                    _read_page, follower.company_id, organization_id, number
                )
                if page is None:
                    number = follower.position
                    listener.connection.send(reload_event(self._epoch, organization_id, number))
                    return
                number = page[1]
                for one in self._told(page):
                    if one.ours is not None:
                        listener.connection.send(one.ours)
                # Nothing is awaited between this look and the end of the pause.
                is_behind = bool(page[0]) and number < follower.position
        finally:
            listener.seen[organization_id] = number

    def _tell_reload(self, listener: Listener, organization_id: int) -> None:
        number = listener.seen[organization_id]
        listener.connection.send(reload_event(self._epoch, organization_id, number))

    async def _organizations(self, caller: Caller) -> list[int]:
        if isinstance(caller, OperatorCaller):
            return [caller.organization_id]
        found = await self._db.read(accounts.list_organizations, caller)
        return [organization.id for organization in found]

    async def _join(self, listener: Listener, organizations: Sequence[int]) -> None:
        company_id = listener.holder.caller.company_id
        for organization_id in organizations:
            if organization_id in listener.seen:
                continue
            number = await self._db.read(events.last_number, company_id, organization_id)
            follower = self._followers.setdefault(
                organization_id, Follower(company_id, organization_id, number)
            )
            listener.seen[organization_id] = number
            follower.listeners.add(listener)

    def _woken(self, wake: Wake) -> None:
        follower = self._followers.get(wake.key)
        if follower is None:
            return
        follower.is_woken = True
        if not follower.is_reading:
            task = asyncio.create_task(self._read_on(follower))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _read_on(self, follower: Follower) -> None:
        """Tell everything that is new; one reader at a time for each organization."""
        if follower.is_reading:
            follower.is_woken = True
            return
        follower.is_reading = True
        try:
            is_more = True
            while is_more or follower.is_woken:
                follower.is_woken = False
                is_more = await self._tell_page(follower)
        except Unavailable as error:
            log.warning("hub_behind", organization=follower.organization_id, reason=str(error))
        finally:
            follower.is_reading = False

    async def _tell_page(self, follower: Follower) -> bool:
        """Whether there may be more."""
        place = (follower.company_id, follower.organization_id)
        page = await self._db.read(_read_page, *place, follower.position)
        if page is None:
            # The log was cut below us: everyone reads anew from its end.
            follower.position = await self._db.read(events.last_number, *place)
            for listener in follower.listeners:
                listener.seen[follower.organization_id] = follower.position
                if listener.is_subscriber:
                    self._tell_reload(listener, follower.organization_id)
            return False
        told = self._told(page)
        follower.position = page[1]
        for listener in list(follower.listeners):
            _hand_out(listener, follower.organization_id, told)
        return bool(told)

    def _told(self, page: "Page") -> list[Told]:
        found, _, known_chats, known_messages = page
        return [
            self._teller.tell(event, self._epoch, known_chats, known_messages) for event in found
        ]

    async def _check_callers(self) -> None:
        """End the connections whose token, key, session or operator has ended or was revoked."""
        listeners = list(self._listeners.values())
        if not listeners:
            return
        ended = await self._db.read_slow(_ended, self._tokens, [one.holder for one in listeners])
        for listener, reason in zip(listeners, ended, strict=True):
            if reason is not None:
                listener.connection.close(reason)

    async def _join_new_organizations(self) -> None:
        for listener in list(self._listeners.values()):
            if not isinstance(listener.holder.caller, OperatorCaller):
                await self._join(listener, await self._organizations(listener.holder.caller))


Page = tuple[list[Event], int, dict[int, Chat | None], dict[int, Message | None]]
"""(events, complete up to, chats by id, messages by id)"""


def _read_page(tx: Tx, company_id: int, organization_id: int, after: int) -> Page | None:
    """Some events with the state of what they are about; None when the log can't tell."""
    page = events.events_after(tx, company_id, organization_id, after)
    if page is None:
        return None
    chat_ids = {event.ids["chatId"] for event in page.events if "chatId" in event.ids}
    message_ids = {event.ids["messageId"] for event in page.events if "messageId" in event.ids}
    known_chats = {one: chats.find_chat(tx, company_id, one) for one in chat_ids}
    known_messages = {one: chats.find_message(tx, company_id, one) for one in message_ids}
    return page.events, page.up_to, known_chats, known_messages


def _hand_out(listener: Listener, organization_id: int, told: Sequence[Told]) -> None:
    seen = listener.seen[organization_id]
    for one in told:
        if one.number > seen:
            frame = one.ours if listener.is_subscriber else one.legacy
            if frame is not None:
                listener.connection.send(frame)
            listener.seen[organization_id] = one.number


def _ended(tx: Tx, tokens: Tokens, holders: Sequence[Holder]) -> list[str | None]:
    """Why each holder may not listen any more; None for those who may."""
    reasons: list[str | None] = []
    for holder in holders:
        try:
            found = access.recognize(tx, tokens, holder.credentials, wants_company=False)
            is_same = access.is_same(found.caller, holder.caller)
            reasons.append(None if is_same else "another caller is signed in now")
        except AppError as error:
            reasons.append(error.detail or error.title)
    return reasons


def _argument(raw: msgspec.Raw, kind: Any, name: str) -> Any:
    try:
        return decode(bytes(raw), kind)
    except AppError as error:
        raise Invalid(f"{name}: {error.detail or error.title}") from error
