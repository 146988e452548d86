"""The hub `/chathub`: its methods, and who may hear what."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from opdesk.accounts import actions as accounts
from opdesk.chats import actions as chats
from opdesk.chats.model import Chat, Message
from opdesk.events.model import TOPIC, EventType
from opdesk.kit.bus import Alarm, Bus
from opdesk.kit.clock import Clock
from opdesk.kit.db import Database
from opdesk.kit.errors import AppError, Forbidden, Invalid, Unavailable
from opdesk.kit.log import get_logger
from opdesk.kit.tokens import Tokens
from opdesk.kit.wire import Id, decode
from opdesk.operators.model import Caller, OperatorCaller
from opdesk.organizations import actions as organizations
from opdesk.realtime.actions import Ended, Page, ended
from opdesk.realtime.followers import Followers
from opdesk.realtime.presence import Presence, Seen
from opdesk.realtime.sessions import Holder, Listener
from opdesk.realtime.signalr.connection import Connection
from opdesk.realtime.signalr.protocol import Outgoing
from opdesk.realtime.wire import PositionIn, PositionOut, SendOptionsIn, Teller, signed_out_signal

log = get_logger(__name__)
CHECK_EVERY_S = 2.0
"""How often callers are looked at again, and lost wake-ups are made good."""
TICK_S = 0.5

Sender = Callable[[Caller, int, str, bytes | None, SendOptionsIn], Awaitable[Message]]
"""(caller, chat, text, media as JSON, options) -> the stored message; raises AppError."""
ShowTyping = Callable[[int, int], Awaitable[None]]
"""(company, chat): the client sees that somebody writes, where the channel can. Never raises."""
Method = Callable[..., Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Outside:
    """What the hub has done by others: the composition root brings it."""

    send: Sender
    show_typing: ShowTyping


class Hub:
    """The methods of the contract, and `Subscribe` for clients that want every event."""

    def __init__(
        self,
        db: Database,
        bus: Bus,
        clock: Clock,
        tokens: Tokens,
        teller: Teller,
        outside: Outside,
    ) -> None:
        self._db, self._tokens, self._teller, self._outside = db, tokens, teller, outside
        self._alarm = Alarm(CHECK_EVERY_S)
        self._followers = Followers(db, clock, teller, self._notice)
        self._presence = Presence(clock, self._signal)
        self._listeners: dict[Connection, Listener] = {}
        self._methods: dict[str, tuple[range, Method]] = {
            "sendmessage": (range(2, 4), self._send_message),
            "sendmediamessage": (range(2, 4), self._send_media_message),
            "subscribe": (range(1, 2), self._subscribe),
            "reading": (range(1, 2), self._reading),
            "typing": (range(1, 2), self._typing),
            "watching": (range(1, 2), self._say_watching),
        }
        bus.listen(TOPIC, self._followers.woken)

    @property
    def methods(self) -> frozenset[str]:
        """The names that clients can call, in lower case."""
        return frozenset(self._methods)

    async def run(self) -> None:
        """Look after the connections until cancelled."""
        await asyncio.gather(self._watch_callers(), self._watch_presence())

    async def connected(self, connection: Connection) -> None:
        holder: Holder = connection.caller
        listener = self._listeners[connection] = Listener(connection, holder)
        await self._followers.join(listener, await self._organizations(holder.caller))

    async def disconnected(self, connection: Connection) -> None:
        listener = self._listeners.pop(connection, None)
        if listener is not None:
            self._followers.leave(listener)
            self._presence.left(listener)

    async def call(
        self, connection: Connection, target: str, arguments: Sequence[msgspec.Raw]
    ) -> Any:
        known = self._methods.get(target.lower())
        if known is None:
            raise Invalid(f"there is no method {target[:100]!r}")
        counts, run = known
        if len(arguments) not in counts:
            raise Invalid(f"{target} takes {counts[0]} arguments, not {len(arguments)}")
        return await run(self._listeners[connection], *arguments)

    async def typed(self, caller: Caller, chat: Chat, *, is_client: bool) -> None:
        """Somebody writes in a chat: its client, or whoever calls."""
        await self._learn_own_only(chat)
        if is_client:
            self._presence.client_writes(_seen(chat))
            return
        if isinstance(caller, OperatorCaller):
            self._presence.writes(caller.operator_id, _seen(chat))
        await self._outside.show_typing(chat.company_id, chat.id)

    def operators_at(self, organization_id: int) -> frozenset[int]:
        """Who of an organization is connected: with the panel, or with a client of their own."""
        callers = (listener.holder.caller for listener in self._listeners.values())
        return frozenset(
            one.operator_id
            for one in callers
            if isinstance(one, OperatorCaller) and one.organization_id == organization_id
        )

    def watching(self) -> frozenset[int]:
        """The operators of whom a panel is on screen; a page that does not say so is."""
        shown = (one for one in self._listeners.values() if one.is_panel and not one.is_hidden)
        callers = (one.holder.caller for one in shown)
        return frozenset(one.operator_id for one in callers if isinstance(one, OperatorCaller))

    # --- what clients call ---------------------------------------------------

    async def _send_message(
        self, listener: Listener, chat_id: msgspec.Raw, text: msgspec.Raw, *options: msgspec.Raw
    ) -> Any:
        words = _argument(text, str, "text")
        return await self._sent(listener, chat_id, words, None, options)

    async def _send_media_message(
        self, listener: Listener, chat_id: msgspec.Raw, media: msgspec.Raw, *options: msgspec.Raw
    ) -> Any:
        return await self._sent(listener, chat_id, "", bytes(media), options)

    async def _sent(
        self,
        listener: Listener,
        chat_id: msgspec.Raw,
        text: str,
        media: bytes | None,
        options: Sequence[msgspec.Raw],
    ) -> Any:
        place = _argument(chat_id, Id, "chatId")
        how = SendOptionsIn()
        if options:
            how = _argument(options[0], SendOptionsIn | None, "options") or how
        caller = listener.holder.caller
        message = await self._outside.send(caller, place, text, media, how)
        return self._teller.message(message)

    async def _subscribe(self, listener: Listener, position: msgspec.Raw) -> PositionOut:
        """From here on this connection gets `Event`; first what it missed since `position`."""
        known = _argument(position, PositionIn | None, "position")
        listener.is_subscriber = True
        if known is not None:
            await self._followers.catch_up(listener, known)
        self._followers.say_up_to_date_to(listener)
        self._presence.came(listener)
        numbers = {str(place): number for place, number in listener.seen.items()}
        return PositionOut(epoch=self._followers.epoch, numbers=numbers)

    async def _reading(self, listener: Listener, chat_id: msgspec.Raw) -> None:
        """This panel shows a chat now, or none."""
        _require_operator(listener)
        place = _argument(chat_id, Id | None, "chatId")
        chat = None
        if place is not None:
            found = await self._db.read(chats.get_chat, listener.holder.caller, place)
            await self._learn_own_only(found)
            chat = _seen(found)
        self._presence.reads(listener, chat)

    async def _typing(self, listener: Listener, chat_id: msgspec.Raw) -> None:
        """The operator writes in a chat; it counts for 6 seconds."""
        _require_operator(listener)
        place = _argument(chat_id, Id, "chatId")
        caller = listener.holder.caller
        chat = await self._db.read(chats.get_chat, caller, place)
        await self.typed(caller, chat, is_client=False)

    async def _say_watching(self, listener: Listener, is_watching: msgspec.Raw) -> None:
        """Whether this panel is on screen: only while none is, the operator's devices are told."""
        _require_operator(listener)
        listener.is_hidden = not _argument(is_watching, bool, "isWatching")

    # --- who is there ----------------------------------------------------------

    def _notice(self, page: Page) -> None:
        """What the hub itself does about events that it tells."""
        for event in page.events:
            if event.type is EventType.OPERATOR_CHANGED:
                self._alarm.ring()
            message = page.messages.get(event.ids.get("messageId", 0))
            if event.type is EventType.MESSAGE_CREATED and message and message.operator:
                self._presence.has_sent(message.operator.id, message.chat_id)
        for event in page.events[:1]:
            self._presence.set_own_only(event.organization_id, page.own_only)
        for chat in page.chats.values():
            if chat is not None:
                self._presence.changed(_seen(chat))

    async def _learn_own_only(self, chat: Chat) -> None:
        """Before anybody is told of a chat: no event may have said so since the server started."""
        place = (chat.company_id, chat.organization.id)
        settings = await self._db.read(organizations.settings_of, *place)
        self._presence.set_own_only(chat.organization.id, settings.own_chats_only)

    def _signal(self, organization_id: int, told: Outgoing, only: int | None) -> None:
        for listener in self._followers.panels(organization_id):
            caller = listener.holder.caller
            if only is None or only == getattr(caller, "operator_id", None):
                listener.connection.send(told)

    async def _organizations(self, caller: Caller) -> list[int]:
        if isinstance(caller, OperatorCaller):
            return [caller.organization_id]
        found = await self._db.read(accounts.list_organizations, caller)
        return [organization.id for organization in found]

    async def _watch_presence(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            self._presence.look_again()

    async def _watch_callers(self) -> None:
        while True:
            await self._alarm.wait()
            try:
                await self._check_callers()
                await self._join_new_organizations()
                await self._followers.look_again()
            except Unavailable as error:
                log.warning("hub_behind", reason=str(error))

    async def _check_callers(self) -> None:
        """End the connections whose token, key, session or operator has ended or was revoked."""
        listeners = list(self._listeners.values())
        if not listeners:
            return
        ends = await self._db.read_slow(ended, self._tokens, [one.holder for one in listeners])
        for listener, end in zip(listeners, ends, strict=True):
            if end is not None:
                _sign_out(listener, end)

    async def _join_new_organizations(self) -> None:
        for listener in list(self._listeners.values()):
            caller = listener.holder.caller
            if not isinstance(caller, OperatorCaller):
                await self._followers.join(listener, await self._organizations(caller))


def _sign_out(listener: Listener, end: Ended) -> None:
    caller = listener.holder.caller
    if listener.is_panel and isinstance(caller, OperatorCaller):
        listener.connection.send(signed_out_signal(caller.organization_id, end.reason))
    listener.connection.close(end.text)


def _seen(chat: Chat) -> Seen:
    return Seen(chat.id, chat.organization.id, chat.operator.id if chat.operator else None)


def _require_operator(listener: Listener) -> None:
    if not isinstance(listener.holder.caller, OperatorCaller):
        raise Forbidden("only operators read and write where their colleagues see it")


def _argument(raw: msgspec.Raw, kind: Any, name: str) -> Any:
    try:
        return decode(bytes(raw), kind)
    except AppError as error:
        raise Invalid(f"{name}: {error.detail or error.title}") from error
