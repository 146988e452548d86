"""Calls of Rozetka's seller API, with a sign-in that lasts beyond one call."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from weakref import WeakKeyDictionary

import msgspec

from opdesk.connectors.base import OutboundFile
from opdesk.connectors.rozetka.declaration import DEFAULT_BASE_URL, WITH_PASSWORD
from opdesk.kit.http_client import HttpClient, HttpReply

SETUP_TIMEOUT_S = 20.0
FILE_TIMEOUT_S = 60.0
MAX_FETCHED_BYTES = 100 * 1024 * 1024
MAX_WORDS = 300
SESSION_OVER = frozenset((1018, 1020, 5401, 6001))
"""Codes after which a new sign-in helps: how long one lasts is not documented."""
_UNAUTHORIZED = 401


@dataclass(frozen=True, slots=True)
class Refusal:
    """What Rozetka answers instead of a success, mostly with HTTP 200. `code` 0: it names none."""

    status: int
    code: int
    words: str
    retry_after_s: float | None = None

    @property
    def is_session_over(self) -> bool:
        return self.code in SESSION_OVER or (self.status == _UNAUTHORIZED and self.code == 0)


class Refused(Exception):
    """The call was refused."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.words)
        self.refusal = refusal


@dataclass(slots=True)
class Session:
    """What outlives one call: the token of a sign-in, and what polls have seen.

    `seen` has a fingerprint of each listed chat as it was stored; `pending` those of the last poll,
    which count as soon as its last offset is known to be stored.
    """

    token: str | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    seen: dict[str, str] = field(default_factory=dict)
    pending: tuple[int, dict[str, str]] | None = None


_sessions: WeakKeyDictionary[HttpClient, dict[str, Session]] = WeakKeyDictionary()
"""Connectors live for one call, and signing in anew for each could lock the account."""


def session_of(http: HttpClient, settings: Mapping[str, str]) -> Session:
    """The session of these settings in this program; other settings begin another one."""
    told = "\0".join(f"{name}={settings[name]}" for name in sorted(settings))
    key = hashlib.sha256(told.encode()).hexdigest()
    return _sessions.setdefault(http, {}).setdefault(key, Session())


class SellerApi:
    """One account's calls."""

    def __init__(self, http: HttpClient, settings: Mapping[str, str]) -> None:
        self._http, self._settings = http, settings
        self.base = settings.get("apiBaseUrl", DEFAULT_BASE_URL)
        self.session = session_of(http, settings)

    @property
    def signs_in(self) -> bool:
        return self._settings.get("signIn") == WITH_PASSWORD

    async def sign_in(self) -> Mapping[str, Any]:
        """Begin a new session; who Rozetka says we are. Raises Refused, HttpError."""
        password = self._settings.get("password", "")
        body = {
            "username": self._settings.get("username", ""),
            "password": base64.b64encode(password.encode()).decode(),
        }
        reply = await self._http.post(
            f"{self.base}/sites", json=body, timeout_s=SETUP_TIMEOUT_S, headers=_headers(None)
        )
        content = content_of(reply)
        token = content.get("access_token") if isinstance(content, dict) else None
        if not isinstance(content, dict) or not isinstance(token, str) or not token:
            raise Refused(Refusal(reply.status, 0, "the answer to the sign-in has no token"))
        self.session.token = token
        return content

    async def get(self, path: str, query: Mapping[str, str] | None = None) -> Any:
        """The content of an answer. Raises Refused, HttpError."""
        address = f"{self.base}{path}" + (f"?{urlencode(query)}" if query else "")

        async def call(token: str) -> HttpReply:
            return await self._http.get(address, timeout_s=SETUP_TIMEOUT_S, headers=_headers(token))

        return await self._called(call)

    async def post(
        self, path: str, fields: Mapping[str, Any], file: OutboundFile | None = None
    ) -> Any:
        """As `get`; with a file it is a form, as the description wants it."""

        async def call(token: str) -> HttpReply:
            address, headers = f"{self.base}{path}", _headers(token)
            if file is None:
                return await self._http.post(
                    address, json=fields, timeout_s=SETUP_TIMEOUT_S, headers=headers
                )
            data = {name: str(value) for name, value in fields.items()}
            with file.path.open("rb") as content:
                return await self._http.post(
                    address,
                    data=data,
                    files={"file": (file.name, content, file.mime)},
                    timeout_s=FILE_TIMEOUT_S,
                    headers=headers,
                )

        return await self._called(call)

    @asynccontextmanager
    async def download(self, path: str) -> AsyncIterator[AsyncIterator[bytes]]:
        """A file in chunks. Raises Refused, HttpError."""
        token = await self._token(stale=None)
        for is_last in (not self.signs_in, True):
            async with self._http.download(
                f"{self.base}{path}",
                timeout_s=FILE_TIMEOUT_S,
                max_bytes=MAX_FETCHED_BYTES,
                headers=_headers(token),
            ) as (status, chunks):
                first = await anext(chunks, b"")
                refusal = refusal_of(HttpReply(status, {}, first), is_file=True)
                if refusal is None:
                    yield _joined(first, chunks)
                    return
            if is_last or not refusal.is_session_over:
                raise Refused(refusal)
            token = await self._token(stale=token)

    async def _called(self, call: Callable[[str], Awaitable[HttpReply]]) -> Any:
        """Call, and once more with a new sign-in when the session is over."""
        token = await self._token(stale=None)
        reply = await call(token)
        refusal = refusal_of(reply)
        if refusal is not None and refusal.is_session_over and self.signs_in:
            reply = await call(await self._token(stale=token))
        return content_of(reply)

    async def _token(self, *, stale: str | None) -> str:
        """The token to call with, another one than `stale`; of many who need one, one signs in."""
        if not self.signs_in:
            return self._settings.get("accessToken", "")
        async with self.session.lock:
            if self.session.token is None or self.session.token == stale:
                self.session.token = None
                await self.sign_in()
            return self.session.token or ""


async def _joined(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for chunk in rest:
        yield chunk


def _headers(token: str | None) -> dict[str, str]:
    common = {"Content-Language": "uk", "Accept-Validate-Exception": "1"}
    return {**common, "Authorization": f"Bearer {token}"} if token is not None else common


def content_of(reply: HttpReply) -> Any:
    """What a success brings. Raises Refused."""
    refusal = refusal_of(reply)
    if refusal is not None:
        raise Refused(refusal)
    answer = reply.json
    return answer.get("content") if isinstance(answer, dict) else None


def refusal_of(reply: HttpReply, *, is_file: bool = False) -> Refusal | None:
    """What an answer refuses; None for a success. Bytes of a file are one, unless they say not."""
    answer = _json_of(reply) if is_file else reply.json
    is_answer = isinstance(answer, dict)
    if reply.status < 300 and (is_file or is_answer):
        has_said_no = is_answer and answer.get("success") is False
        if not has_said_no:
            return None
    told = answer.get("errors") if is_answer else None
    first = told[0] if isinstance(told, list) and told else told
    error = first if isinstance(first, dict) else {}
    words = " ".join(str(one) for one in (error.get("message"), error.get("details")) if one)
    code = error.get("code")
    return Refusal(
        reply.status,
        int(code) if isinstance(code, int | str) and str(code).isdecimal() else 0,
        (words or f"status {reply.status}")[:MAX_WORDS],
        _retry_after_s(reply.headers),
    )


def _json_of(reply: HttpReply) -> Any:
    """What a file's first bytes say, if they are one whole object."""
    if not reply.body.lstrip().startswith(b"{"):
        return None
    try:
        return msgspec.json.decode(reply.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _retry_after_s(headers: Mapping[str, str]) -> float | None:
    text = headers.get("retry-after", "")
    return float(text) if text.isascii() and text.isdecimal() else None
