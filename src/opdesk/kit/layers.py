"""What wraps the whole application: names in any case, safe headers, the log of requests.

Each layer is a plain ASGI application around the next one, so the raw handlers (the hub, token
validation) get the same treatment as the REST API.
"""

import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from typing import Any, Protocol

from opdesk.kit.log import get_logger

log = get_logger(__name__)
# ASGI's three words. Each framework types them in its own way, so here they are what they are.
Scope = Any
Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
App = Callable[[Any, Any, Any], Awaitable[None]]
Header = tuple[bytes, bytes]

SAFE_HEADERS: tuple[Header, ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(self), payment=()"),
)
HTTPS_HEADER: Header = (b"strict-transport-security", b"max-age=31536000")
_POLICY, _FRAME_OPTIONS = b"content-security-policy", b"x-frame-options"
_NOT_STORED: Header = (b"cache-control", b"no-store")
_TENANT = "opdesk.tenants"
"""Where a request's scope keeps whose credentials it came with."""
_VARY: Header = (b"vary", b"Origin")
_EXPOSED: Header = (b"access-control-expose-headers", b"Retry-After")
_PREFLIGHT: tuple[Header, ...] = (
    (b"access-control-allow-methods", b"GET, HEAD, POST, PUT, DELETE"),
    (
        b"access-control-allow-headers",
        b"Authorization, X-Authorization-Key, X-Requested-With, X-SignalR-User-Agent, "
        b"Content-Type, Idempotency-Key",
    ),
    (b"access-control-max-age", b"600"),
)
_SECRET_PATHS = ("/media/", "/links/", "/api/link/")
"""Below these the path itself lets someone in, so the log does not have it."""


class NamesInAnyCase:
    """Paths and query names match ignoring case (contract, Conventions).

    `words` are the fixed parts of our paths and `names` our query parameters, as we spell them;
    ids, sealed values and everything else unknown pass as they are.
    """

    def __init__(self, app: App, words: Iterable[str], names: Iterable[str]) -> None:
        self._app = app
        self._words: Mapping[str, str] = {word.lower(): word for word in words}
        self._names: Mapping[str, str] = {name.lower(): name for name in names}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            path: str = scope["path"]
            if path.lower() != path:
                parts = path.split("/")
                scope["path"] = "/".join(self._words.get(part.lower(), part) for part in parts)
                scope["raw_path"] = scope["path"].encode()
            if scope["query_string"]:
                scope["query_string"] = self._folded(scope["query_string"])
        await self._app(scope, receive, send)

    def _folded(self, query: bytes) -> bytes:
        pairs = query.decode("latin-1").split("&")
        return "&".join(self._pair(pair) for pair in pairs).encode("latin-1")

    def _pair(self, pair: str) -> str:
        name, equals, value = pair.partition("=")
        return self._names.get(name.lower(), name) + equals + value


class SafeHeaders:
    """Headers that every answer carries unless its handler chose others."""

    def __init__(self, app: App, *, is_https: bool) -> None:
        self._app = app
        self._headers = (*SAFE_HEADERS, HTTPS_HEADER) if is_https else SAFE_HEADERS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_api = scope["path"].startswith("/api/")

        async def send_safely(event: Event) -> None:
            if event["type"] == "http.response.start":
                headers: list[Header] = list(event.get("headers", ()))
                given = {name.lower() for name, _ in headers}
                if _may_be_framed(headers):
                    given.add(_FRAME_OPTIONS)
                headers += [header for header in self._headers if header[0] not in given]
                if is_api and _NOT_STORED[0] not in given:
                    headers.append(_NOT_STORED)
                event["headers"] = headers
            await send(event)

        await self._app(scope, receive, send_safely)


def _may_be_framed(headers: Iterable[Header]) -> bool:
    """Whether a policy names who may; the old header could only say no to everyone."""
    policy = next((text for name, text in headers if name.lower() == _POLICY), b"")
    _, directive, ancestors = policy.partition(b"frame-ancestors ")
    return bool(directive) and not ancestors.startswith(b"'none'")


class AllowedOrigins(Protocol):
    """Which pages of other origins may read whose answers, and frame the panel."""

    def is_allowed(self, tenant_id: int, origin: str, /) -> bool: ...
    def is_allowed_by_anyone(self, origin: str, /) -> bool: ...
    def list_allowed(self, tenant_id: int, /) -> Iterable[str]: ...


def note_tenant(scope: Scope, tenant_id: int) -> None:
    """Tell the layers around whose credentials a request came with."""
    if _TENANT in scope:
        scope[_TENANT].append(tenant_id)


class Cors:
    """Lets pages of other origins read answers below `paths`, each origin exactly named.

    A preflight carries no credentials, so an origin that any tenant allows passes it. The answer
    itself can be read only where the caller's own tenant (`note_tenant`) allows the origin.
    """

    def __init__(self, app: App, allowed: AllowedOrigins, paths: tuple[str, ...]) -> None:
        self._app, self._allowed, self._paths = app, allowed, paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_ours = scope["type"] == "http" and scope["path"].startswith(self._paths)
        headers = dict(scope["headers"]) if is_ours else {}
        origin = headers.get(b"origin")
        if origin is None:
            await self._app(scope, receive, send)
        elif scope["method"] == "OPTIONS" and b"access-control-request-method" in headers:
            await self._answer_preflight(origin, send)
        else:
            await self._serve(origin, scope, receive, send)

    async def _answer_preflight(self, origin: bytes, send: Send) -> None:
        allows = self._allowed.is_allowed_by_anyone(origin.decode("latin-1"))
        headers = [_VARY, *(_readable_by(origin) if allows else ())]
        await answer(send, 204, b"", b"text/plain", [*headers, *(_PREFLIGHT if allows else ())])

    async def _serve(self, origin: bytes, scope: Scope, receive: Receive, send: Send) -> None:
        # A list, so that it is the same one in copies of the scope.
        tenants: list[int] = []
        scope[_TENANT] = tenants

        async def send_readable(event: Event) -> None:
            if event["type"] == "http.response.start":
                headers = [*event.get("headers", ()), _VARY]
                text = origin.decode("latin-1")
                if tenants and self._allowed.is_allowed(tenants[-1], text):
                    headers += [*_readable_by(origin), _EXPOSED]
                event["headers"] = headers
            await send(event)

        await self._app(scope, receive, send_readable)


def _readable_by(origin: bytes) -> tuple[Header, Header]:
    return (
        (b"access-control-allow-origin", origin),
        (b"access-control-allow-credentials", b"true"),
    )


class HeadAsGet:
    """HEAD is answered as GET would be, without the body."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def send_head(event: Event) -> None:
            await send({**event, "body": b""} if event["type"] == "http.response.body" else event)

        await self._app({**scope, "method": "GET"}, receive, send_head)


class RequestLog:
    """One line for each request at level debug, and at error for a 5xx: path, never the query."""

    def __init__(self, app: App, *, logs_all: bool) -> None:
        self._app, self._logs_all = app, logs_all

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.monotonic()
        status = 0

        async def send_noting(event: Event) -> None:
            nonlocal status
            if event["type"] == "http.response.start":
                status = int(event["status"])
            await send(event)

        try:
            await self._app(scope, receive, send_noting)
        finally:
            if self._logs_all or status >= 500:
                _log_request(scope, status, time.monotonic() - began)


def _log_request(scope: Scope, status: int, took_s: float) -> None:
    path: str = scope["path"]
    if path.startswith(_SECRET_PATHS):
        path = path[: path.index("/", 1) + 1] + "…"
    write = log.error if status >= 500 else log.debug
    write("request", method=scope["method"], path=path, status=status, ms=round(took_s * 1000, 1))


class RawRoutes:
    """Hands some paths to handlers of their own, past the framework: the hot ones.

    `exact` are whole paths with the method they serve, `below` are prefixes. Everything else,
    other methods on an exact path included, goes on to the application.
    """

    def __init__(
        self, app: App, exact: Mapping[tuple[str, str], App], below: Mapping[str, App]
    ) -> None:
        self._app, self._exact, self._below = app, exact, tuple(below.items())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        handler = self._exact.get((scope.get("method", "WEBSOCKET"), scope["path"]))
        if handler is None:
            handler = next(
                (app for prefix, app in self._below if scope["path"].startswith(prefix)), self._app
            )
        await handler(scope, receive, send)


async def answer(
    send: Send, status: int, body: bytes, content_type: bytes, headers: Iterable[Header] = ()
) -> None:
    """Send a whole response from a raw handler."""
    sized = (b"content-length", str(len(body)).encode())
    all_headers = [(b"content-type", content_type), sized, *headers]
    await send({"type": "http.response.start", "status": status, "headers": all_headers})
    await send({"type": "http.response.body", "body": body})


async def read_body(receive: Receive, at_most: int) -> bytes | None:
    """A request's whole body, or None when it is larger than `at_most` bytes or was cut off."""
    event = await receive()
    body: bytes = event.get("body", b"")
    if not event.get("more_body"):
        return body if len(body) <= at_most and event["type"] == "http.request" else None
    chunks, size = [body], len(body)
    while event.get("more_body"):
        event = await receive()
        if event["type"] != "http.request":
            return None
        size += len(event.get("body", b""))
        if size > at_most:
            return None
        chunks.append(event.get("body", b""))
    return b"".join(chunks)
