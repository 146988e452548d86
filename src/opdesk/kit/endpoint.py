"""What an endpoint asks for: the database, the time, the caller, cookies.

The application's guard recognises the caller before anything of the request is read, so that a
stranger learns nothing from error messages. It guards every route below /api/ unless the route
says `opt=PUBLIC`: forgetting it locks a door, it never opens one.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from litestar import Response
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import SkipValidation

from opdesk.kit import errors
from opdesk.kit.db import Database
from opdesk.kit.web import origin_is_ours
from opdesk.kit.wire import MAX_ID

T = TypeVar("T")
Given = NamedDependency[SkipValidation[T]]
"""What the composition root provides under the parameter's name."""
Db = Given[Database]
Now = Given[int]
"""Milliseconds UTC, for what is done outside a transaction."""
Address = Given[str]
"""Where the request comes from, as far as it can be believed."""

PUBLIC: dict[str, Any] = {"callers": "anyone"}
AS_IT_IS = "is_sent_as_it_is"
"""The option of an answer that is never compressed on its way."""
FILE: dict[str, Any] = {**PUBLIC, AS_IT_IS: True}
"""A file: compressed by what made it, or read in parts."""
COMPANY_ONLY: dict[str, Any] = {"callers": "company"}
"""Everyone of the company may read here; changing something takes an admin."""
ADMIN_ONLY: dict[str, Any] = {"callers": "company", "level": "admin"}
OWNER_ONLY: dict[str, Any] = {"callers": "company", "level": "owner"}
OWN_PROFILE: dict[str, Any] = {"callers": "company", "level": "person"}
"""For any person of the company, about themselves."""
ANY_CALLER: dict[str, Any] = {"callers": "any"}
Recognizer = Callable[[Any, bool, str | None], Awaitable[Any]]
"""(scope, wants company credentials, level) -> the caller; raises an AppError."""
RECOGNIZER = "recognizer"
"""Where the state of a request holds its server's recognizer."""


async def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Recognise the caller of each call of the API that is not public; refuse impossible ids."""
    callers = handler.opt.get("callers", "any")
    if callers != "anyone" and connection.scope["path"].startswith("/api/"):
        recognizer: Recognizer = connection.scope["state"][RECOGNIZER]
        level = handler.opt.get("level")
        caller = await recognizer(connection.scope, callers == "company", level)
        connection.scope["state"]["caller"] = caller
    for value in connection.path_params.values():
        # A number that no id can be would end in the database's own error.
        if isinstance(value, int) and not 1 <= value <= MAX_ID:
            raise errors.NotFound("there is nothing with this number")


@dataclass(frozen=True, slots=True)
class CookieJar:
    """How our cookies look: `__Host-` and Secure on https, plain on http; always HttpOnly."""

    is_secure: bool
    public_origins: tuple[str, ...]

    def name(self, name: str) -> str:
        return f"__Host-{name}" if self.is_secure else name

    def make(self, name: str, value: str, max_age_s: int) -> Cookie:
        return Cookie(
            key=self.name(name),
            value=value,
            max_age=max_age_s,
            path="/",
            secure=self.is_secure,
            httponly=True,
            samesite="lax",
        )

    def drop(self, name: str) -> Cookie:
        return self.make(name, "", 0)


Cookies = Given[CookieJar]


def require_own_origin(scope: Any, public_origins: tuple[str, ...]) -> None:
    """For calls that set or drop a cookie: only our own pages may. Raises Forbidden."""
    if not origin_is_ours(scope, public_origins):
        raise errors.Forbidden("this call takes an Origin that is ours: it is for our own pages")


def empty(*cookies: Cookie) -> Response[bytes]:
    """200 with no body."""
    return Response(b"", status_code=200, cookies=list(cookies), media_type="application/json")
