"""The composition root: the parts become one ASGI application."""

import functools
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec
from litestar import Litestar, Request, Response, get
from litestar.config.compression import CompressionConfig
from litestar.exceptions import NotFoundException
from litestar.openapi.config import OpenAPIConfig

import opdesk
from opdesk.accounts import (
    actions as account_actions,
    endpoints as account_endpoints,
    wire as account_wire,
)
from opdesk.accounts.model import CompanyCaller
from opdesk.chats import endpoints as chat_endpoints, wire as chat_wire
from opdesk.connectors import endpoints as channel_endpoints, wire as channel_wire
from opdesk.connectors.endpoints import HOOKS, Webhooks
from opdesk.dashboard import endpoints as dashboard_endpoints, wire as dashboard_wire
from opdesk.deeplinks import endpoints as link_endpoints, wire as link_wire
from opdesk.doctor import endpoints as health_endpoints, wire as health_wire
from opdesk.doctor.probe import PROBE, Probes
from opdesk.kit import second_factor
from opdesk.kit.clock import MINUTE_MS
from opdesk.kit.endpoint import AS_IT_IS, PUBLIC, guard
from opdesk.kit.forwarded import client_address
from opdesk.kit.layers import (
    App,
    Cors,
    HeadAsGet,
    NamesInAnyCase,
    RawRoutes,
    RequestLog,
    SafeHeaders,
    note_tenant,
)
from opdesk.kit.openapi import describe
from opdesk.kit.pages import Pages
from opdesk.kit.web import (
    EXCEPTION_HANDLERS,
    HUB_PATH,
    MAX_JSON_BYTES,
    READING,
    ApiRequest,
    credentials_of,
)
from opdesk.kit.wire import Wire
from opdesk.media import endpoints as media_endpoints
from opdesk.operators import access, endpoints as operator_endpoints, wire as operator_wire
from opdesk.operators.model import Caller
from opdesk.organizations import endpoints as organization_endpoints, wire as organization_wire
from opdesk.page_routes import nowhere, page_routes
from opdesk.parts import Services
from opdesk.provided import OfServer, providers
from opdesk.push import endpoints as push_endpoints, wire as push_wire
from opdesk.realtime import endpoints as event_endpoints, wire as event_wire
from opdesk.users import endpoints as user_endpoints, wire as user_wire
from opdesk.widget import endpoints as widget_endpoints, wire as widget_wire
from opdesk.widget.limits import household
from opdesk.widget.script import Script
from opdesk.widget.sites import Sites

_Request = Request[Any, Any, Any]
STATIC = Path(__file__).parent / "static"
_TOKEN_EXAMPLE = "eyJhbGciOiJIUzI1NiIs…"  # noqa: S105  the beginning of any
_TOKEN = {"schema": {"type": "string"}, "example": _TOKEN_EXAMPLE}
_TOKEN_ANSWER = {
    "200": {
        "description": "The token: JSON, or bare characters when `Accept` is exactly `text/plain`",
        "content": {"application/json": _TOKEN, "text/plain": _TOKEN},
    }
}
_MESSAGE_ANSWER = {
    "200": {
        "description": "The message",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/MessageOut"}}},
    }
}
_CHAT_ANSWER = {
    "200": {
        "description": "The chat",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ChatOut"}}},
    }
}
WRITTEN_BY_HAND: dict[str, dict[str, Any]] = {
    "post /api/company/get-token": {"responses": _TOKEN_ANSWER},
    "post /api/operator/get-token": {"responses": _TOKEN_ANSWER},
    "post /api/operator/validate-token": {
        "requestBody": {
            "required": True,
            "content": {"application/json": _TOKEN, "text/plain": _TOKEN},
        }
    },
    "get /api/chat/chats": {
        "parameters": [
            {
                "name": "date",
                "in": "query",
                "description": "From and to: whole days in the organization's time zone, or times",
                "required": False,
                "schema": {"type": "array", "items": {"type": "string"}, "maxItems": 2},
                "example": ["2026-11-01", "2026-11-24"],
            }
        ]
    },
    "post /api/chat/{chat_id}/message": {
        "parameters": [
            {
                "name": "Idempotency-Key",
                "in": "header",
                "description": "A repeat with the same key and body sends nothing twice",
                "required": False,
                "schema": {"type": "string", "minLength": 1, "maxLength": 200},
                "example": "b7e1c6de-7c1a-4f0e-9d5e-0c2f8f7f1a11",
            }
        ]
    },
    "post /api/chat": {"responses": _CHAT_ANSWER},
    "post /api/channel/{channel_id}/test": {"responses": _MESSAGE_ANSWER},
    "post /api/chat/{chat_id}/template": {"responses": _MESSAGE_ANSWER},
    "post /api/chat/{chat_id}/messages/{message_id}/retry": {"responses": _MESSAGE_ANSWER},
    "post /api/widget/{public_key}/file": {
        "requestBody": {
            "required": True,
            "content": {
                "application/octet-stream": {
                    "schema": {"type": "string", "format": "binary"},
                    "example": "(the file's bytes)",
                }
            },
        }
    },
    "post /api/media": {
        "requestBody": {
            "required": True,
            "content": {
                "application/octet-stream": {
                    "schema": {"type": "string", "format": "binary"},
                    "example": "(the file's bytes)",
                }
            },
        }
    },
}
"""What handlers read and answer past the framework, so that it can't describe it."""
SHAPES = [
    shape
    for module in (
        second_factor,
        account_wire,
        organization_wire,
        user_wire,
        dashboard_wire,
        operator_wire,
        push_wire,
        chat_wire,
        channel_wire,
        link_wire,
        event_wire,
        health_wire,
        widget_wire,
    )
    for shape in vars(module).values()
    if isinstance(shape, type) and issubclass(shape, Wire)
]
QUERY_NAMES = (
    "access_token",
    "action",
    "after",
    "around",
    "before",
    "blocked",
    "channelId",
    "chat_raw_id",
    "date",
    "dryRun",
    "epoch",
    "force",
    "from",
    "id",
    "language",
    "limit",
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
    "tag",
    "text",
    "tg_user_id",
    "to",
    "token",
    "type",
    "unassigned",
    "waiting",
    "userId",
    "useStatefulReconnect",
    "wait",
)
"""Every query parameter, as we spell it."""


class Recognizer:
    """Says who sent a request; the application's guard asks it."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, scope: Any, wants_company: bool, level: str | None) -> Caller:
        services = self._services
        address = client_address(scope, services.settings.trusted_proxies)
        credentials = credentials_of(scope, services.settings.public_origins, address)
        found = await services.db.read(
            access.recognize, services.tokens, credentials, wants_company=wants_company
        )
        note_tenant(scope, found.caller.company_id)
        services.last_seen.note(found.caller)
        await self._touch_key(found)
        caller = access.company_only(found.caller) if wants_company else found.caller
        access.check_right(caller, level, is_reading=scope["method"] in READING)
        return caller

    async def _touch_key(self, found: access.Recognized) -> None:
        """Note the use of an API key, at most once a minute."""
        company = found.caller
        if not isinstance(company, CompanyCaller) or company.key_id is None:
            return
        now = self._services.clock.now_ms()
        if now - (found.key_used_at or 0) >= MINUTE_MS:
            await self._services.db.write(account_actions.touch_key, company, company.key_id)


def application(services: Services) -> App:
    """The whole server as one ASGI application."""
    routes = rest_api()
    recognizer = Recognizer(services)
    validation = operator_endpoints.RawTokenValidation(services.db, services.tokens, recognizer)
    settings = services.settings
    most = settings.media_max_mb << 20
    probes = Probes(services.vault, services.clock, settings.trusted_proxies, most)
    routed = RawRoutes(
        HeadAsGet(OfServer(routes, services, recognizer)),
        exact={("POST", "/api/operator/validate-token"): validation},
        below={
            HOOKS: Webhooks(services.db, services.vault),
            HUB_PATH: probes.around(services.signalr),
            PROBE: probes,
        },
    )
    others = Cors(routed, services.origins, ("/api/", HUB_PATH))
    readable = Sites(routed, others, services.db, services.vault, _visitors_brake(services))
    named = NamesInAnyCase(readable, path_words(routes), QUERY_NAMES)
    safe = SafeHeaders(named, is_https=settings.primary_url.startswith("https:"))
    return RequestLog(safe, logs_all=settings.log_level == "debug")


@functools.cache
def rest_api() -> Litestar:
    """Every route of the REST API and the pages: one for all servers of a process."""
    pages = Pages(STATIC)
    return Litestar(
        route_handlers=[
            *account_endpoints.ROUTES,
            *organization_endpoints.ROUTES,
            *user_endpoints.ROUTES,
            *dashboard_endpoints.ROUTES,
            *operator_endpoints.ROUTES,
            *push_endpoints.ROUTES,
            *chat_endpoints.ROUTES,
            *media_endpoints.ROUTES,
            *link_endpoints.ROUTES,
            *channel_endpoints.ROUTES,
            *event_endpoints.ROUTES,
            *health_endpoints.ROUTES,
            *widget_endpoints.ROUTES,
            *page_routes(pages),
            description,
            *pages.assets(),
        ],
        request_class=ApiRequest,
        request_max_body_size=MAX_JSON_BYTES,
        guards=[guard],
        exception_handlers={**EXCEPTION_HANDLERS, NotFoundException: nowhere(pages)},
        dependencies=providers(pages, Script(STATIC / "widget")),
        # Lists of chats and messages travel in a sixth of their bytes; level 5 costs them 0.5 ms.
        compression_config=CompressionConfig(
            backend="gzip", gzip_compress_level=5, minimum_size=1024, exclude_opt_key=AS_IT_IS
        ),
        # Its own would replace what kit/log.py has set up for the whole process.
        logging_config=None,
        openapi_config=OpenAPIConfig(
            title="OpDesk", version=opdesk.__version__, path="/openapi", render_plugins=[]
        ),
    )


@get("/openapi.json", opt=PUBLIC, include_in_schema=False)
async def description(request: _Request) -> Response[bytes]:
    """The API in OpenAPI's words, which Swagger shows."""
    document = describe(request.app, SHAPES, WRITTEN_BY_HAND)
    return Response(msgspec.json.encode(document), media_type="application/json")


def path_words(framework: Litestar) -> Iterable[str]:
    """The fixed parts of every path, as we spell them."""
    words = {"chathub", "hooks", "negotiate"}
    for route in framework.routes:
        words.update(part for part in route.path_components if isinstance(part, str))
    return words


def _visitors_brake(services: Services) -> Callable[[Any], None]:
    limits, trusted = services.reception.limits, services.settings.trusted_proxies
    return lambda scope: limits.calls.take(household(client_address(scope, trusted)))
