"""The composition root: settings -> database, bus, clock, connectors -> application."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import msgspec
from litestar import Litestar, Request, Response, get
from litestar.datastructures.state import State
from litestar.di import Provide
from litestar.openapi.config import OpenAPIConfig

import opdesk
from opdesk.accounts import (
    actions as account_actions,
    endpoints as account_endpoints,
    wire as account_wire,
)
from opdesk.accounts.model import COMPANY_TOKEN
from opdesk.channels.model import Channel
from opdesk.chats import actions as chat_actions, endpoints as chat_endpoints, wire as chat_wire
from opdesk.chats.model import Chat, Message
from opdesk.chats.wire import ChatOut, MediaIn, MessageIn, MessageOut
from opdesk.connectors import endpoints as channel_endpoints, wire as channel_wire
from opdesk.connectors.actions import Switchboard
from opdesk.connectors.delivery import Delivery, check_message
from opdesk.connectors.endpoints import HOOKS, Webhooks
from opdesk.connectors.inbound import forget_raw
from opdesk.connectors.polling import Pollers
from opdesk.connectors.registry import CONNECTORS
from opdesk.deeplinks import endpoints as link_endpoints, wire as link_wire
from opdesk.events import actions as event_actions
from opdesk.housekeeping import keep_house
from opdesk.kit.bus import Bus
from opdesk.kit.clock import MINUTE_MS, Clock, SystemClock
from opdesk.kit.db import Database, Outlet
from opdesk.kit.endpoint import PUBLIC, CookieJar, guard
from opdesk.kit.http_client import HttpClient
from opdesk.kit.keyring import Keyring, Vault, load_master_key
from opdesk.kit.layers import App, NamesInAnyCase, RawRoutes, RequestLog, SafeHeaders
from opdesk.kit.limits import FailureLimit
from opdesk.kit.openapi import describe
from opdesk.kit.outbox import Job, Outbox, Record
from opdesk.kit.pages import Pages
from opdesk.kit.passwords import Passwords
from opdesk.kit.postgres import PostgresDatabase
from opdesk.kit.sqlite import SqliteDatabase
from opdesk.kit.tokens import Tokens
from opdesk.kit.web import EXCEPTION_HANDLERS, HUB_PATH, ApiRequest, client_address, credentials_of
from opdesk.kit.wire import Wire, decode
from opdesk.media import endpoints as media_endpoints
from opdesk.media.access import MEDIA_KEY, Addresses, Files
from opdesk.media.model import Media
from opdesk.operators import access, endpoints as operator_endpoints, wire as operator_wire
from opdesk.operators.model import OPERATOR_TOKEN, Caller
from opdesk.realtime.hub import Hub, Sender
from opdesk.realtime.sessions import Holder
from opdesk.realtime.signalr.server import SignalR
from opdesk.settings import Settings

KEY_KINDS = (COMPANY_TOKEN, OPERATOR_TOKEN, MEDIA_KEY)
LOGIN_WINDOW_S = 15 * 60
FAILURES_BY_ACCOUNT = 5
FAILURES_BY_ADDRESS = 50
DATABASE_FILE = "opdesk.db"
STATIC = Path(__file__).parent / "static"
LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
_TOKEN_EXAMPLE = "eyJhbGciOiJIUzI1NiIs…"  # noqa: S105  the beginning of any
REQUEST_BODIES: dict[str, dict[str, Any]] = {
    "post /api/operator/validate-token": {
        "required": True,
        "content": {
            "application/json": {"schema": {"type": "string"}, "example": _TOKEN_EXAMPLE},
            "text/plain": {"schema": {"type": "string"}, "example": _TOKEN_EXAMPLE},
        },
    },
    "post /api/media": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    },
}
"""Bodies that handlers read by themselves, so that the framework can't describe them."""
SHAPES = [
    shape
    for module in (account_wire, operator_wire, chat_wire, channel_wire, link_wire)
    for shape in vars(module).values()
    if isinstance(shape, type) and issubclass(shape, Wire)
]
QUERY_NAMES = (
    "access_token",
    "after",
    "before",
    "chat_raw_id",
    "date",
    "force",
    "from",
    "id",
    "name",
    "negotiateVersion",
    "operatorId",
    "organizationId",
    "page",
    "per_page",
    "phone",
    "search",
    "source",
    "status",
    "tg_user_id",
    "token",
    "type",
    "useStatefulReconnect",
)
"""Every query parameter, as we spell it."""


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
    outbox: Outbox
    jar: CookieJar
    files: Files
    addresses: Addresses
    http: HttpClient
    board: Switchboard
    pollers: Pollers
    hub: Hub
    signalr: SignalR


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


def build(settings: Settings, clock: Clock | None = None) -> Services:
    """Put the parts together; nothing runs yet."""
    clock = clock or SystemClock()
    bus = Bus()
    db = open_database(settings, Outlet(clock, bus, [event_actions.write_collected]))
    vault = Vault(load_master_key(settings.master_key, settings.data))
    keyring = Keyring(vault)
    passwords = Passwords()
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
    hub = Hub(db, bus, tokens, shapes, _hub_sender(db, files))
    http = HttpClient(settings.outgoing_allow)
    delivery = Delivery(db, vault, http, files)
    outbox.add_handler(chat_actions.CLEAR, _clearing(db, files))
    outbox.add_handler(chat_actions.SEND, delivery.send)
    outbox.add_handler(chat_actions.FETCH, delivery.fetch)
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
        outbox=outbox,
        jar=CookieJar(settings.primary_url.startswith("https:"), settings.public_origins),
        files=files,
        addresses=addresses,
        http=http,
        board=Switchboard(db, bus, vault, http, settings.primary_url),
        pollers=Pollers(db, bus, vault, http),
        hub=hub,
        signalr=SignalR(hub, _hub_authentication(db, tokens, settings), clock),
    )


def _hub_sender(db: Database, files: Files) -> Sender:
    async def send(caller: Caller, chat_id: int, text: str, media: bytes | None) -> Message:
        attached = decode(media, MediaIn) if media is not None else None
        body = MessageIn(text_message=text, media=attached)
        draft = await chat_endpoints.draft_in(files, body, None)
        try:
            return await db.write(chat_actions.send, files, caller, chat_id, draft, check_message)
        finally:
            if draft.upload is not None:
                files.drop(draft.upload.file)

    return send


def _hub_authentication(db: Database, tokens: Tokens, settings: Settings) -> Any:
    async def authenticate(scope: Any) -> Holder:
        credentials = credentials_of(scope, settings.public_origins)
        found = await db.read(access.recognize, tokens, credentials, wants_company=False)
        return Holder(found.caller, credentials)

    return authenticate


def _clearing(db: Database, files: Files) -> Any:
    async def clear(job: Job) -> Record | None:
        leftovers = chat_actions.Leftovers(job.company_id, job.payload["digests"])
        await chat_actions.clear_away(db, files, leftovers)
        return None

    return clear


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
        asyncio.create_task(keep_house(services.db, services.files)),
        asyncio.create_task(services.board.reconnect_all()),
        asyncio.create_task(services.pollers.run()),
        asyncio.create_task(services.hub.run()),
    ]
    try:
        yield
    finally:
        services.signalr.shut_down()
        await services.outbox.drain(at_most_s=5)
        for loop in loops:
            loop.cancel()
        await asyncio.gather(*loops, return_exceptions=True)
        await services.http.close()
        services.passwords.close()
        await services.db.close()


class Recognizer:
    """Says who sent a request; the application's guard asks it."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, scope: Any, wants_company: bool) -> Caller:
        services = self._services
        credentials = credentials_of(scope, services.settings.public_origins)
        found = await services.db.read(
            access.recognize, services.tokens, credentials, wants_company=wants_company
        )
        await self._touch_key(found)
        return access.company_only(found.caller) if wants_company else found.caller

    async def _touch_key(self, found: access.Recognized) -> None:
        """Note the use of an API key, at most once a minute."""
        now = self._services.clock.now_ms()
        if found.key_id is None or now - (found.key_used_at or 0) < MINUTE_MS:
            return
        company = access.company_only(found.caller)
        await self._services.db.write(account_actions.touch_key, company, found.key_id)


def application(services: Services) -> App:
    """The whole server as one ASGI application."""
    recognizer = Recognizer(services)
    framework = rest_api(services, recognizer)
    validation = operator_endpoints.RawTokenValidation(services.db, services.tokens, recognizer)
    routed = RawRoutes(
        framework,
        exact={("POST", "/api/operator/validate-token"): validation},
        below={HOOKS: Webhooks(services.db, services.vault), HUB_PATH: services.signalr},
    )
    named = NamesInAnyCase(routed, path_words(framework), QUERY_NAMES)
    safe = SafeHeaders(named, is_https=services.settings.primary_url.startswith("https:"))
    return RequestLog(safe, logs_all=services.settings.log_level == "debug")


def rest_api(services: Services, recognizer: Recognizer) -> Litestar:
    """The Litestar application with every route of the REST API and the pages."""

    @contextlib.asynccontextmanager
    async def lifespan(_app: Litestar) -> AsyncIterator[None]:
        async with running(services):
            yield

    pages = Pages(STATIC)
    return Litestar(
        route_handlers=[
            *account_endpoints.ROUTES,
            *operator_endpoints.ROUTES,
            *chat_endpoints.ROUTES,
            *media_endpoints.ROUTES,
            *link_endpoints.ROUTES,
            *channel_endpoints.ROUTES,
            *_page_routes(pages),
            *pages.assets(),
        ],
        request_class=ApiRequest,
        guards=[guard],
        exception_handlers=EXCEPTION_HANDLERS,
        dependencies=_dependencies(services, pages),
        lifespan=[lifespan],
        state=State({"recognizer": recognizer}),
        openapi_config=OpenAPIConfig(
            title="OpDesk", version=opdesk.__version__, path="/openapi", render_plugins=[]
        ),
    )


def path_words(framework: Litestar) -> Iterable[str]:
    """The fixed parts of every path, as we spell them."""
    words = {"chathub", "negotiate"}
    for route in framework.routes:
        words.update(part for part in route.path_components if isinstance(part, str))
    return words


def _page_routes(pages: Pages) -> list[Any]:
    """The panel's and the dashboard's addresses; each is the same page, which knows its way."""

    @get(["/login", "/switch", "/chats/{chat:str}"], opt=PUBLIC, include_in_schema=False)
    async def panel() -> Response[bytes]:
        return pages.panel()

    @get(["/dashboard", "/dashboard/{page:str}"], opt=PUBLIC, include_in_schema=False)
    async def dashboard() -> Response[bytes]:
        return pages.dashboard()

    @get("/index.html", opt=PUBLIC, include_in_schema=False)
    async def swagger() -> Response[bytes]:
        return pages.swagger()

    @get("/openapi.json", opt=PUBLIC, include_in_schema=False)
    async def description(request: Request[Any, Any, Any]) -> Response[bytes]:
        document = describe(request.app, SHAPES, REQUEST_BODIES)
        return Response(msgspec.json.encode(document), media_type="application/json")

    return [panel, dashboard, swagger, description]


def _dependencies(services: Services, pages: Pages) -> dict[str, Provide]:
    shared = {
        "db": services.db,
        "door": services.door,
        "tokens": services.tokens,
        "passwords": services.passwords,
        "jar": services.jar,
        "vault": services.vault,
        "files": services.files,
        "addresses": services.addresses,
        "pages": pages,
        "chat_shape": ApiShapes(services.addresses, services.clock).chat,
        "write_first": _why_not_first,
        "channel_check": check_message,
        "forget_raw": forget_raw,
        "board": services.board,
    }
    provided = {
        name: Provide(_constant(value), use_cache=True, sync_to_thread=False)
        for name, value in shared.items()
    }

    def provide_now() -> int:
        return services.clock.now_ms()

    def provide_address(request: Request[Any, Any, Any]) -> str:
        return client_address(request.scope, services.settings.trusted_proxies)

    provided["caller"] = Provide(_provide_caller, sync_to_thread=False)
    provided["company"] = Provide(_provide_company, sync_to_thread=False)
    provided["now"] = Provide(provide_now, sync_to_thread=False)
    provided["address"] = Provide(provide_address, sync_to_thread=False)
    return provided


def _why_not_first(channel: Channel) -> str | None:
    """Why a channel can't write to someone who has not written before; None when it can."""
    return None if CONNECTORS[channel.source].can_write_first else "clientWritesFirst"


def _constant(value: Any) -> Any:
    def provide() -> Any:
        return value

    return provide


def _provide_caller(request: Request[Any, Any, Any]) -> Any:
    return request.scope["state"]["caller"]


def _provide_company(request: Request[Any, Any, Any]) -> Any:
    """The guard has let only company credentials through to where this is asked for."""
    return request.scope["state"]["caller"]
