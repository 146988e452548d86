"""The composition root: settings -> database, bus, clock, connectors -> application."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from litestar import Litestar, Request
from litestar.datastructures.state import State
from litestar.di import Provide

from opdesk.accounts import actions as account_actions
from opdesk.accounts import endpoints as account_endpoints
from opdesk.accounts.model import COMPANY_TOKEN
from opdesk.events import actions as event_actions
from opdesk.kit.bus import Bus
from opdesk.kit.clock import MINUTE_MS, Clock, SystemClock
from opdesk.kit.db import Database, Outlet
from opdesk.kit.endpoint import CookieJar, guard
from opdesk.kit.keyring import Keyring, Vault, load_master_key
from opdesk.kit.limits import FailureLimit
from opdesk.kit.outbox import Outbox
from opdesk.kit.passwords import Passwords
from opdesk.kit.postgres import PostgresDatabase
from opdesk.kit.sqlite import SqliteDatabase
from opdesk.kit.tokens import Tokens
from opdesk.kit.web import EXCEPTION_HANDLERS, ApiRequest, client_address, credentials_of
from opdesk.operators import access
from opdesk.operators import endpoints as operator_endpoints
from opdesk.operators.model import OPERATOR_TOKEN, Caller
from opdesk.settings import Settings

KEY_KINDS = (COMPANY_TOKEN, OPERATOR_TOKEN, "media", "link")
LOGIN_WINDOW_S = 15 * 60
FAILURES_BY_ACCOUNT = 5
FAILURES_BY_ADDRESS = 50
DATABASE_FILE = "opdesk.db"


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
    return Services(
        settings=settings,
        clock=clock,
        bus=bus,
        db=db,
        vault=vault,
        keyring=keyring,
        tokens=Tokens(keyring),
        passwords=passwords,
        door=door,
        outbox=Outbox(db, bus, clock),
        jar=CookieJar(settings.primary_url.startswith("https:"), settings.public_origins),
    )


@contextlib.asynccontextmanager
async def running(services: Services) -> AsyncIterator[None]:
    """Start what runs beside the requests, and end it in order."""
    await services.keyring.load(services.db, KEY_KINDS)
    if not services.settings.database_url:
        await services.outbox.recover()
    loops = [
        asyncio.create_task(services.outbox.run()),
        asyncio.create_task(services.keyring.keep_fresh(services.db)),
    ]
    try:
        yield
    finally:
        await services.outbox.drain(at_most_s=5)
        for loop in loops:
            loop.cancel()
        await asyncio.gather(*loops, return_exceptions=True)
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


def application(services: Services) -> Litestar:
    """The Litestar application with every route of the REST API."""

    @contextlib.asynccontextmanager
    async def lifespan(_app: Litestar) -> AsyncIterator[None]:
        async with running(services):
            yield

    return Litestar(
        route_handlers=[*account_endpoints.ROUTES, *operator_endpoints.ROUTES],
        request_class=ApiRequest,
        guards=[guard],
        exception_handlers=EXCEPTION_HANDLERS,
        dependencies=_dependencies(services),
        lifespan=[lifespan],
        state=State({"recognizer": Recognizer(services)}),
        openapi_config=None,
    )


def _dependencies(services: Services) -> dict[str, Provide]:
    shared = {
        "db": services.db,
        "door": services.door,
        "tokens": services.tokens,
        "passwords": services.passwords,
        "jar": services.jar,
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


def _constant(value: Any) -> Any:
    def provide() -> Any:
        return value

    return provide


def _provide_caller(request: Request[Any, Any, Any]) -> Any:
    return request.scope["state"]["caller"]


def _provide_company(request: Request[Any, Any, Any]) -> Any:
    """The guard has let only company credentials through to where this is asked for."""
    return request.scope["state"]["caller"]


