"""What every endpoint shares: the request's decoder, the error table, credentials, OpenAPI."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeVar

import msgspec
from litestar import MediaType, Request, Response
from litestar.connection import ASGIConnection
from litestar.datastructures.state import State
from litestar.exceptions import HTTPException, ValidationException
from litestar.types import ExceptionHandlersMap
from typing_extensions import override

from opdesk.kit import errors
from opdesk.kit.layers import Send, answer
from opdesk.kit.log import get_logger
from opdesk.kit.wire import decode

log = get_logger(__name__)
T = TypeVar("T")
PROBLEM = "application/problem+json"
MAX_JSON_BYTES = 4 * 1024 * 1024
"""A JSON body; calls that take more say their own limit."""
JSON_TYPES = ("application/json", "text/json")
_NO_CONTENT_TYPE = ""
SERVER_MISTAKE = "The server made a mistake; its log says more."
HUB_PATH = "/chathub"
READING = ("GET", "HEAD")
"""Methods that change nothing."""

STATUS: Mapping[type[errors.AppError], HTTPStatus] = {
    errors.Invalid: HTTPStatus.BAD_REQUEST,
    errors.Unauthorized: HTTPStatus.UNAUTHORIZED,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.WrongContentType: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    errors.TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
    errors.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""The one table from a family of errors to its HTTP status."""


class Problem(msgspec.Struct, omit_defaults=True):
    """RFC 9457: the body of every error."""

    type: str
    title: str
    status: int
    detail: str
    errors: dict[str, list[str]] = {}
    members: dict[str, Any] = {}
    """Extension members: they stand beside the others and never replace one."""

    def encoded(self) -> bytes:
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return msgspec.json.encode({**plain.pop("members", {}), **plain})

    def response(self, headers: Mapping[str, str] | None = None) -> Response[bytes]:
        return Response(
            self.encoded(),
            status_code=self.status,
            media_type=PROBLEM,
            headers=dict(headers or {}),
        )


def status_of(error: errors.AppError) -> HTTPStatus:
    """The status of an error's family; what belongs to none is a bug of ours."""
    for family in type(error).__mro__:
        if family in STATUS:
            return STATUS[family]
    return HTTPStatus.INTERNAL_SERVER_ERROR


def problem_of(error: errors.AppError) -> tuple[Problem, dict[str, str]]:
    """The body and the headers that answer `error`."""
    status = status_of(error)
    headers: dict[str, str] = {}
    if isinstance(error, errors.TooManyRequests):
        headers["Retry-After"] = str(error.retry_after_s)
    if isinstance(error, errors.Unauthorized):
        headers["WWW-Authenticate"] = "Bearer"
    detail = error.detail or error.title
    body = Problem("about:blank", error.title, status, detail, error.errors, error.members)
    return body, headers


class ApiRequest(Request[Any, Any, State]):
    """A request whose JSON body is read by our own decoder (`kit/wire.py`)."""

    @override
    async def json(self) -> Any:
        """The handler's `data`, decoded and checked; raises Invalid or WrongContentType."""
        require_content_type(self.scope, JSON_TYPES)
        data = self.route_handler.parsed_data_field
        body = await self.body()
        return decode(body, data.annotation if data else Any)


def require_content_type(scope: Any, allowed: tuple[str, ...]) -> None:
    """A missing content type passes: there is one way to read the body, and it is tried."""
    given = header(scope, b"content-type").split(";")[0].strip().lower()
    if given not in (*allowed, _NO_CONTENT_TYPE) and not given.endswith("+json"):
        raise errors.WrongContentType(f"this call takes {allowed[0]}, not {given}")


def header(scope: Any, name: bytes) -> str:
    """A header's value (the first one), or ''."""
    for key, value in scope["headers"]:
        if key == name:
            text: str = value.decode("latin-1")
            return text
    return ""


MAX_IDEMPOTENCY_KEY_CHARS = 200


def idempotency_key(scope: Any, in_body: str | None) -> str | None:
    """The key against duplicates: of the header `Idempotency-Key`, else `clientMessageId`.

    Raises Invalid naming the one that is malformed.
    """
    in_header = header(scope, b"idempotency-key") or None
    return checked_key("Idempotency-Key", in_header) or checked_key("clientMessageId", in_body)


def checked_key(name: str, key: str | None) -> str | None:
    """Raises Invalid naming `name`."""
    most = MAX_IDEMPOTENCY_KEY_CHARS
    if key is not None and (not 1 <= len(key) <= most or not key.isprintable()):
        raise errors.Invalid.field(name, f"must have 1 to {most} printable characters")
    return key


def header_lines(scope: Any, name: bytes) -> list[str]:
    """The values of every line with this name, in order."""
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


@dataclass(frozen=True, slots=True)
class Credentials:
    """All that a request says about who it is. Quotes around a token are dropped."""

    bearer: str | None = None
    key: str | None = None
    query_token: str | None = None
    cookies: Mapping[str, str] = field(default_factory=dict)
    is_same_origin: bool = False
    """The `Origin` is ours."""
    is_cross_origin: bool = False
    """There is an `Origin`, and it is another's: cookies don't count."""
    method: str = "GET"
    address: str = ""
    """Where the request comes from, as far as it can be believed."""
    tab_holder: int | None = None
    """Whom the panel's tab was loaded for (`X-OpDesk-Operator`)."""


def unquoted(token: str) -> str:
    """Some clients forward the JSON string as they received it."""
    token = token.strip()
    return token[1:-1] if len(token) > 1 and token[0] == token[-1] == '"' else token


def bearer_of(authorization: str) -> str | None:
    word, _, token = authorization.strip().partition(" ")
    return unquoted(token) or None if word.lower() == "bearer" else None


def origin_is_ours(scope: Any, public_origins: tuple[str, ...]) -> bool:
    """Whether the page that asks is ours: at a public address or, without any, where it asks.

    Where public addresses are set, the `Host` that a request names proves nothing.
    """
    origin = header(scope, b"origin").lower()
    if public_origins:
        return origin in public_origins
    scheme = {"ws": "http", "wss": "https"}.get(scope["scheme"], scope["scheme"])
    return bool(origin) and origin == f"{scheme}://{header(scope, b'host').lower()}"


def credentials_of(
    scope: Any, public_origins: tuple[str, ...] = (), address: str = ""
) -> Credentials:
    """Read the credentials of an HTTP or WebSocket request that comes from `address`."""
    is_ours = origin_is_ours(scope, public_origins)
    holder = header(scope, b"x-opdesk-operator")
    key = unquoted(header(scope, b"x-authorization-key"))
    # A token in an address ends up in logs and histories; only sockets have no other way.
    is_hub = scope["path"].startswith(HUB_PATH)
    query_token = _connection(scope).query_params.get("access_token") if is_hub else None
    return Credentials(
        bearer=bearer_of(header(scope, b"authorization")),
        key=key or None,
        query_token=unquoted(query_token) if query_token else None,
        # Most calls of a CRM bring none, and this is the busiest function of all.
        cookies=_connection(scope).cookies if header(scope, b"cookie") else {},
        is_same_origin=is_ours,
        is_cross_origin=bool(header(scope, b"origin")) and not is_ours,
        method=scope.get("method", "WEBSOCKET"),
        address=address,
        tab_holder=int(holder) if holder.isdecimal() and len(holder) < 17 else None,
    )


def _connection(scope: Any) -> ASGIConnection[Any, Any, Any, Any]:
    return ASGIConnection(scope)


def _answer_app_error(_request: Request[Any, Any, Any], error: errors.AppError) -> Response[bytes]:
    body, headers = problem_of(error)
    if body.status == HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("unexpected_error", kind=type(error).__name__, text=str(error))
        body.detail = SERVER_MISTAKE
    return body.response(headers)


def answer_http_error(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """What the framework itself refuses: unknown routes, methods, parameters, sizes."""
    if isinstance(error, ValidationException):
        return _answer_app_error(request, _invalid_parameters(error))
    phrase = HTTPStatus(error.status_code).phrase
    detail = phrase if error.status_code == HTTPStatus.NOT_FOUND else error.detail or phrase
    body = Problem("about:blank", phrase, error.status_code, detail)
    return body.response(error.headers)


def _invalid_parameters(error: ValidationException) -> errors.Invalid:
    extra = error.extra if isinstance(error.extra, list) else []
    found = {
        str(item.get("key", "request")): [str(item.get("message", "is not valid"))]
        for item in extra
        if isinstance(item, dict)
    }
    if not found:
        name = error.detail.removeprefix("Missing required query parameter ").split(" ")[0]
        found = {name.strip("'"): ["is required"]}
    if found.pop("data", None):
        # The framework's name for a body that was not sent.
        found["body"] = ["is empty"]
    detail = "; ".join(f"{name}: {texts[0]}" for name, texts in found.items())
    return errors.Invalid(detail.replace("`", "'"), errors=found)


def _answer_bug(_request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    log.error("unexpected_error", exc_info=error)
    body, headers = problem_of(errors.AppError(SERVER_MISTAKE))
    return body.response(headers)


EXCEPTION_HANDLERS: ExceptionHandlersMap = {
    errors.AppError: _answer_app_error,
    HTTPException: answer_http_error,
    Exception: _answer_bug,
}


def token_response(request: Request[Any, Any, Any], token: str) -> Response[str] | Response[bytes]:
    """A bare string: JSON, or the characters themselves when exactly `text/plain` is asked for."""
    if header(request.scope, b"accept").strip().lower() == "text/plain":
        return Response(token, media_type=MediaType.TEXT, status_code=HTTPStatus.OK)
    return Response(
        msgspec.json.encode(token), media_type=MediaType.JSON, status_code=HTTPStatus.OK
    )


async def send_problem(send: Send, error: Exception) -> None:
    """Answer from a raw handler as the framework's handlers would."""
    if not isinstance(error, errors.AppError):
        log.error("unexpected_error", exc_info=error)
        error = errors.AppError()
    body, headers = problem_of(error)
    if body.status == HTTPStatus.INTERNAL_SERVER_ERROR:
        body.detail = SERVER_MISTAKE
    pairs = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await answer(send, body.status, body.encoded(), PROBLEM.encode(), pairs)
