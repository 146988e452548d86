"""The server's parts, put together from the settings: database, tokens, hub, delivery."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from opdesk.accounts import actions as account_actions
from opdesk.accounts.access import Origins
from opdesk.accounts.model import COMPANY_TOKEN, CompanyCaller
from opdesk.channels.model import Channel
from opdesk.chats import actions as chat_actions, endpoints as chat_endpoints
from opdesk.chats.model import Chat, Message
from opdesk.chats.wire import ChatOut, MediaIn, MessageIn, MessageOut
from opdesk.connectors.actions import Switchboard
from opdesk.connectors.applying import ECHO, PROFILE
from opdesk.connectors.delivery import RECEIPT, Delivery, Shelf
from opdesk.connectors.inbound import forget_raw, store_updates
from opdesk.connectors.polling import Pollers
from opdesk.connectors.read_relay import ReadRelay
from opdesk.connectors.registry import connector_class
from opdesk.connectors.rules import check_message
from opdesk.connectors.templates import Templates
from opdesk.connectors.typing_relay import TypingRelay
from opdesk.events import actions as event_actions
from opdesk.housekeeping import keep_house, keep_waking, renew_channels
from opdesk.invitations.actions import Post
from opdesk.kit.bus import Bus
from opdesk.kit.clock import Clock, SystemClock
from opdesk.kit.context import Tx
from opdesk.kit.db import Database, Outlet
from opdesk.kit.endpoint import CookieJar
from opdesk.kit.forwarded import client_address
from opdesk.kit.http_client import HttpClient
from opdesk.kit.keyring import Keyring, Vault, load_master_key
from opdesk.kit.layers import note_tenant
from opdesk.kit.limits import FailureLimit
from opdesk.kit.mail import MAIL, Mailer
from opdesk.kit.outbox import Job, Outbox, Record
from opdesk.kit.passwords import Passwords
from opdesk.kit.postgres import PostgresDatabase
from opdesk.kit.sqlite import SqliteDatabase
from opdesk.kit.tokens import Tokens
from opdesk.kit.web import checked_key, credentials_of
from opdesk.kit.wire import decode
from opdesk.media.access import MEDIA_KEY, Addresses, Files
from opdesk.media.model import Media
from opdesk.operators import access
from opdesk.operators.access import LastSeen
from opdesk.operators.model import LEFT, OPERATOR_TOKEN, Caller
from opdesk.push.model import PUSH_KEY
from opdesk.push.pusher import Pusher
from opdesk.push.sending import PushSender, Sender as PushSettings
from opdesk.realtime.assigner import Assigner
from opdesk.realtime.feed import Feed
from opdesk.realtime.hub import Hub, Outside, Sender
from opdesk.realtime.sessions import Holder
from opdesk.realtime.signalr.server import SignalR
from opdesk.realtime.wire import SendOptionsIn, Teller
from opdesk.settings import Settings
from opdesk.widget import actions as widget_actions
from opdesk.widget.bells import Bells
from opdesk.widget.endpoints import Reception, Typing
from opdesk.widget.limits import Limits

KEY_KINDS = (COMPANY_TOKEN, OPERATOR_TOKEN, MEDIA_KEY, PUSH_KEY)
LOGIN_WINDOW_S = 15 * 60
FAILURES_BY_ACCOUNT = 5
FAILURES_BY_ADDRESS = 50
FAILURES_BY_CODE = 10
HUB_ENDS_S = 3.0
OUTBOX_ENDS_S = 3.0
"""Parts of the 10 seconds that a shut-down may take."""
DATABASE_FILE = "opdesk.db"
LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


@dataclass(frozen=True)
class Services:
    """Everything that lives as long as the server."""

    settings: Settings
    clock: Clock
    bus: Bus
    db: Database
    vault: Vault
    keyring: Keyring
    tokens: Tokens
    passwords: Passwords
    door: account_actions.Door
    code_brake: FailureLimit
    post: Post
    origins: Origins
    last_seen: LastSeen
    outbox: Outbox
    jar: CookieJar
    files: Files
    addresses: Addresses
    http: HttpClient
    board: Switchboard
    pollers: Pollers
    typing_relay: TypingRelay
    read_relay: ReadRelay
    templates: Templates
    hub: Hub
    signalr: SignalR
    feed: Feed
    reception: Reception
    assigner: Assigner
    push_sender: PushSender
    pusher: Pusher

    async def say_goodbye(self) -> None:
        """Tell everyone who listens that the server ends; new listeners are refused from here."""
        self.feed.shut_down()
        self.reception.bells.shut_down()
        await self.signalr.shut_down(at_most_s=HUB_ENDS_S)


@dataclass(frozen=True)
class ApiShapes:
    """Chats and messages as the API shows them, for slices that may not know its wire form."""

    addresses: Addresses
    clock: Clock

    def chat(self, chat: Chat) -> ChatOut:
        return ChatOut.of(chat, self._url)

    def message(self, message: Message) -> MessageOut:
        return MessageOut.of(message, self._url)

    def _url(self, media: Media) -> str:
        return self.addresses.url(media, self.clock.now_ms())


def open_database(settings: Settings, outlet: Outlet) -> Database:
    """The database that the settings name; its schema is the caller's to bring up to date."""
    if settings.database_url:
        return PostgresDatabase(
            settings.database_url, outlet, connections=settings.database_connections
        )
    return SqliteDatabase(database_file(settings), outlet)


def database_file(settings: Settings) -> Path:
    return settings.data / DATABASE_FILE


def build(
    settings: Settings, clock: Clock | None = None, passwords: Passwords | None = None
) -> Services:
    """Put the parts together; nothing runs yet."""
    clock = clock or SystemClock()
    bus = Bus()
    db = open_database(settings, Outlet(clock, bus, [event_actions.write_collected]))
    vault = Vault(load_master_key(settings.master_key, settings.data))
    keyring = Keyring(vault)
    passwords = passwords or Passwords()
    door = account_actions.Door(
        db,
        passwords,
        FailureLimit(clock, allowed=FAILURES_BY_ACCOUNT, window_s=LOGIN_WINDOW_S),
        FailureLimit(clock, allowed=FAILURES_BY_ADDRESS, window_s=LOGIN_WINDOW_S),
    )
    files = Files(settings.data / "media", settings.media_max_mb * 1024 * 1024)
    outbox = Outbox(db, bus, clock)
    tokens = Tokens(keyring)
    addresses = Addresses(keyring, settings.primary_url)
    shapes = ApiShapes(addresses, clock)
    teller = Teller(shapes)
    http = HttpClient(settings.outgoing_allow)
    last_seen = LastSeen(clock)
    typing_relay = TypingRelay(db, vault, http, clock)
    bells = Bells(db, bus, clock)
    outside = Outside(_hub_sender(db, files), _typing_shower(typing_relay, bells))
    hub = Hub(db, bus, clock, tokens, teller, outside)
    mailer = Mailer(vault, clock, settings.smtp_url, settings.mail_from)
    outbox.add_handler(MAIL, mailer.send)
    way = widget_actions.Way(files, mailer, _taker_in(vault), settings.primary_url)
    limits = Limits.usual(clock)
    delivery = Delivery(db, vault, http, Shelf(files, addresses), clock)
    outbox.add_handler(chat_actions.CLEAR, _clearing(db, files))
    outbox.add_handler(chat_actions.SEND, delivery.send)
    outbox.add_handler(chat_actions.FETCH, delivery.fetch)
    outbox.add_handler(RECEIPT, delivery.ask_receipt)
    outbox.add_handler(ECHO, delivery.take_echo)
    outbox.add_handler(PROFILE, delivery.ask_profile)
    outbox.add_handler(LEFT, _handing_back(db))
    push_settings = PushSettings(
        settings.contact, settings.web_push == "on", settings.outgoing_allow
    )
    push_sender = PushSender(http, keyring, clock, push_settings)
    return Services(
        settings=settings,
        clock=clock,
        bus=bus,
        db=db,
        vault=vault,
        keyring=keyring,
        tokens=tokens,
        passwords=passwords,
        door=door,
        code_brake=FailureLimit(clock, allowed=FAILURES_BY_CODE, window_s=LOGIN_WINDOW_S),
        post=Post(mailer, settings.primary_url),
        origins=Origins(),
        last_seen=last_seen,
        outbox=outbox,
        jar=CookieJar(settings.primary_url.startswith("https:"), settings.public_origins),
        files=files,
        addresses=addresses,
        http=http,
        board=Switchboard(db, bus, vault, http, settings.primary_url),
        pollers=Pollers(db, bus, vault, http),
        typing_relay=typing_relay,
        read_relay=ReadRelay(db, vault, http, clock),
        templates=Templates(db, vault, http, clock),
        hub=hub,
        signalr=SignalR(hub, _hub_authentication(db, tokens, settings, last_seen), clock),
        feed=Feed(db, bus, teller),
        reception=Reception(way, bells, limits, clock, addresses, _visitors_typing(hub)),
        assigner=Assigner(db, bus, hub.operators_at),
        push_sender=push_sender,
        pusher=Pusher(db, bus, clock, push_sender, hub.watching),
    )


def forget_client(tx: Tx, company_id: int, channel_id: int, external_chat_id: str) -> None:
    """Whatever else is kept of the client of a chat that is deleted."""
    forget_raw(tx, company_id, channel_id, external_chat_id)
    widget_actions.forget_visitor(tx, company_id, channel_id, external_chat_id)


def _taker_in(vault: Vault) -> Callable[[Tx, Channel, bytes], None]:
    def take_in(tx: Tx, channel: Channel, body: bytes) -> None:
        """Store an envelope of our own platform, and what it says."""
        updates = connector_class(channel.source).parse(body, channel.settings)
        store_updates(tx, vault, channel, body, updates)

    return take_in


def _typing_shower(relay: TypingRelay, bells: Bells) -> Callable[[int, int], Awaitable[None]]:
    """Where the client of a chat sees that an operator writes: on their platform, or here."""

    async def show(company_id: int, chat_id: int) -> None:
        bells.operator_writes(company_id, chat_id)
        await relay.show(company_id, chat_id)

    return show


def _visitors_typing(hub: Hub) -> Typing:
    async def tell(chat: Chat) -> None:
        await hub.typed(CompanyCaller(chat.company_id), chat, is_client=True)

    return tell


def _hub_sender(db: Database, files: Files) -> Sender:
    async def send(
        caller: Caller, chat_id: int, text: str, media: bytes | None, options: SendOptionsIn
    ) -> Message:
        access.check_right(caller, None, is_reading=False)
        attached = decode(media, MediaIn) if media is not None else None
        body = MessageIn(
            text_message=text,
            media=attached,
            last_seen_message_id=options.last_seen_message_id,
            force=options.force,
        )
        key = checked_key("clientMessageId", options.client_message_id)
        draft = await chat_endpoints.draft_in(files, body, key)
        try:
            return await db.write(chat_actions.send, files, caller, chat_id, draft, check_message)
        finally:
            if draft.upload is not None:
                files.drop(draft.upload.file)

    return send


def _hub_authentication(
    db: Database, tokens: Tokens, settings: Settings, last_seen: LastSeen
) -> Any:
    async def authenticate(scope: Any) -> Holder:
        address = client_address(scope, settings.trusted_proxies)
        credentials = credentials_of(scope, settings.public_origins, address)
        found = await db.read(access.recognize, tokens, credentials, wants_company=False)
        note_tenant(scope, found.caller.company_id)
        last_seen.note(found.caller)
        return Holder(found.caller, credentials)

    return authenticate


def _clearing(db: Database, files: Files) -> Any:
    async def clear(job: Job) -> Record | None:
        leftovers = chat_actions.Leftovers(job.company_id, job.payload["digests"])
        await chat_actions.clear_away(db, files, leftovers)
        return None

    return clear


def _handing_back(db: Database) -> Any:
    async def hand_back(job: Job) -> Record | None:
        await chat_actions.hand_back(db, job.company_id, job.payload["operator"])
        return None

    return hand_back


@contextlib.asynccontextmanager
async def running(services: Services) -> AsyncIterator[None]:
    """Start what runs beside the requests, and end it in order."""
    await services.keyring.load(services.db, KEY_KINDS)
    if not services.settings.database_url:
        await services.outbox.recover()
        services.files.clear_incoming()
    loops = [
        asyncio.create_task(services.outbox.run()),
        asyncio.create_task(services.keyring.keep_fresh(services.db)),
        asyncio.create_task(services.origins.keep_fresh(services.db)),
        asyncio.create_task(services.last_seen.keep_writing(services.db)),
        asyncio.create_task(keep_house(services.db, services.files, services.vault, forget_client)),
        asyncio.create_task(keep_waking(services.db)),
        asyncio.create_task(services.assigner.run()),
        asyncio.create_task(services.board.reconnect_all()),
        asyncio.create_task(renew_channels(services.board)),
        asyncio.create_task(services.pollers.run()),
        asyncio.create_task(services.hub.run()),
        asyncio.create_task(services.pusher.run()),
        asyncio.create_task(services.reception.bells.run()),
        asyncio.create_task(services.signalr.look_after()),
    ]
    try:
        yield
    finally:
        await services.say_goodbye()
        await services.outbox.drain(at_most_s=OUTBOX_ENDS_S)
        await services.last_seen.write_down(services.db)
        for loop in loops:
            loop.cancel()
        await asyncio.gather(*loops, return_exceptions=True)
        await services.pusher.close()
        await services.typing_relay.close()
        await services.read_relay.close()
        await services.http.close()
        services.passwords.close()
        await services.db.close()
