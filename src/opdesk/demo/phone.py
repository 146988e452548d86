"""The customer's phone: a page of the demo on which one writes as a customer on any source.

It is served on the loopback only, to pages of its own address only: whoever reads it could write
in anybody's name, to a company that exists in the demo alone.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote

import msgspec

from opdesk.channels.model import Source
from opdesk.demo.acts import NAMES, Act, ActRefused, is_blocked, perform
from opdesk.demo.people import newcomer
from opdesk.demo.shop import ShopRefused
from opdesk.demo.town import Town
from opdesk.kit.layers import Receive, Scope, Send, answer, read_body
from opdesk.kit.web import header
from opdesk.media.model import MediaType
from opdesk.simulators.base import Call, Line, Person, read_call

FOLDER = Path(__file__).with_name("pages")
MAX_BODY = 60 * 1024 * 1024
SLOW_S = 5.0
TITLES = (
    "Viber",
    "Viber bot",
    "Telegram",
    "WhatsApp",
    "Widget",
    "Rozetka",
    "Facebook",
    "Instagram",
)
_TYPES = {"html": b"text/html", "js": b"text/javascript", "css": b"text/css"}
_FILES = {"/": "phone.html", "/shop": "shop.html"} | {
    f"/{one}": one for one in ("phone.js", "words.js", "phone.css")
}
_SHOWN = ("image/jpeg", "image/png", "image/gif", "image/webp")
"""Files that the page shows; others are downloaded."""


class _Wrong(Exception):
    """The page asked for something that is not there."""


class Phone:
    """An ASGI application. `opens` says where it and the desk are."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._url = self._desk = ""

    def opens(self, url: str, desk_url: str) -> None:
        self._url = self._town.shop.origin = url
        self._desk = self._town.shop.desk = desk_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._is_ours(scope):
            await self._tell(send, 403, {"error": "this page is for this machine's own browser"})
            return
        body = await read_body(receive, MAX_BODY)
        if body is None:
            await self._tell(send, 413, {"error": "the file is too large"})
            return
        method, path = scope["method"], scope["path"]
        try:
            if method == "GET" and path in _FILES:
                await self._page(send, _FILES[path])
            elif method == "GET" and path == "/api/file":
                await self._file(send, _query(scope))
            elif method == "GET":
                await self._tell(send, 200, await self._shown(path, _query(scope)))
            else:
                await self._tell(send, 200, await self._done(path, read_call(scope, body)))
        except (ActRefused, ShopRefused) as refused:
            await self._tell(send, 409, {"error": str(refused)})
        except _Wrong as wrong:
            await self._tell(send, 404, {"error": str(wrong)})

    def _is_ours(self, scope: Scope) -> bool:
        """No name that somebody pointed here, and no other page that writes."""
        if header(scope, b"host") != self._url.partition("://")[2]:
            return False
        return scope["method"] == "GET" or header(scope, b"origin") == self._url

    # --- what is shown ------------------------------------------------------

    async def _page(self, send: Send, name: str) -> None:
        body = (FOLDER / name).read_bytes()
        if name == "shop.html":
            address = f"{self._desk}/widget.js?id={self._town.shop.key}"
            body = body.replace(b"WIDGET_ADDRESS", address.encode())
        kind = _TYPES[name.rpartition(".")[2]] + b"; charset=utf-8"
        desk = self._desk if name == "shop.html" else ""
        await answer(send, 200, body, kind, _headers(desk))

    async def _shown(self, path: str, query: Mapping[str, str]) -> Any:
        if path == "/api/sources":
            return [self._source(one) for one in Source]
        if path == "/api/lines":
            source, person = self._whose(query)
            lines = await self._lines(source, person)
            is_silent = source is not Source.WIDGET and is_blocked(
                self._town.platforms[source], person
            )
            return {"lines": [_line(one) for one in lines], "isBlocked": is_silent}
        raise _Wrong(f"there is no {path}")

    def _source(self, source: Source) -> dict[str, Any]:
        platform = self._town.platforms.get(source)
        faults = platform.faults if platform else None
        people = [{"id": one.id, "name": one.name} for one in self._people(source).values()]
        about = {"id": int(source), "name": TITLES[source], "acts": NAMES[source]}
        wrong = faults and {
            "down": faults.is_down,
            "slow": faults.slow_s > 0,
            "key": faults.is_key_refused,
        }
        return {**about, "people": people, "faults": wrong}

    async def _lines(self, source: Source, person: Person) -> list[Line]:
        if source is Source.WIDGET:
            return await self._town.shop.lines(person)
        return self._town.platforms[source].phones.get(person.id, [])

    async def _file(self, send: Send, query: Mapping[str, str]) -> None:
        source, person = self._whose(query)
        lines = await self._lines(source, person)
        found = [one.file for one in lines if one.id == query.get("line") and one.file]
        if not found:
            raise _Wrong("there is no such file")
        [(name, mime, content)] = found
        is_shown = mime in _SHOWN
        kind = mime if is_shown else "application/octet-stream"
        how = "inline" if is_shown else "attachment"
        named = (b"content-disposition", f"{how}; filename*=UTF-8''{quote(name)}".encode())
        await answer(send, 200, content, kind.encode(), [*_headers(), named])

    # --- what is done -------------------------------------------------------

    async def _done(self, path: str, call: Call) -> Any:
        values: Mapping[str, str] = call.body
        if path == "/api/people":
            source = _source_in(values)
            person = newcomer(source, values.get("name", ""), values.get("phone", ""))
            self._people(source)[person.id] = person
            return {"id": person.id}
        if path == "/api/faults":
            self._break(_source_in(values), values)
            return {}
        if path != "/api/act":
            raise _Wrong(f"there is no {path}")
        source, person = self._whose(values)
        act = _act_in(values, call.files)
        if source is Source.WIDGET:
            await self._acts_in_shop(person, act)
        else:
            await perform(self._town.platforms[source], person, act)
        return {}

    async def _acts_in_shop(self, person: Person, act: Act) -> None:
        shop = self._town.shop
        if act.name == "text":
            await shop.writes(person, act.text)
        elif act.name == "file" and act.file is not None:
            await shop.sends_file(person, act.file, act.text)
        elif act.name == "read":
            await shop.sees(person)
        else:
            raise ActRefused(f"{act.name} is not known here")

    def _break(self, source: Source, values: Mapping[str, str]) -> None:
        platform = self._town.platforms.get(source)
        if platform is None:
            raise ActRefused("the widget has no platform that could fail")
        faults = platform.faults
        faults.is_down = values.get("down") == "on"
        faults.is_key_refused = values.get("key") == "on"
        faults.slow_s = SLOW_S if values.get("slow") == "on" else 0.0

    # --- who is meant -------------------------------------------------------

    def _people(self, source: Source) -> dict[str, Person]:
        if source is Source.WIDGET:
            return self._town.shop.people
        return self._town.platforms[source].people

    def _whose(self, values: Mapping[str, str]) -> tuple[Source, Person]:
        source = _source_in(values)
        person = self._people(source).get(values.get("person", ""))
        if person is None:
            raise _Wrong("there is no such person")
        return source, person

    async def _tell(self, send: Send, status: int, value: Any) -> None:
        body = msgspec.json.encode(value)
        await answer(send, status, body, b"application/json", _headers())


def _headers(desk: str = "") -> list[tuple[bytes, bytes]]:
    """Nothing inline and nothing of anybody's but ours; `desk` is where the widget is from."""
    policy = (
        f"default-src 'none'; script-src 'self' {desk}; style-src 'self'; img-src 'self' {desk};"
        f" media-src 'self' {desk}; connect-src 'self' {desk}; form-action 'none';"
        " base-uri 'none'; frame-ancestors 'none'"
    )
    return [
        (b"content-security-policy", policy.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        (b"cache-control", b"no-store"),
    ]


def _query(scope: Scope) -> dict[str, str]:
    return {name: texts[0] for name, texts in parse_qs(scope["query_string"].decode()).items()}


def _source_in(values: Mapping[str, str]) -> Source:
    try:
        return Source(int(values.get("source", "")))
    except ValueError:
        raise _Wrong("there is no such source") from None


def _act_in(values: Mapping[str, str], files: Mapping[str, tuple[str, bytes]]) -> Act:
    name, content = files.get("file", ("", b""))
    file = (name, values.get("mime") or "application/octet-stream", content) if name else None
    return Act(values.get("act", ""), values.get("text", ""), values.get("line", ""), file)


def _line(line: Line) -> dict[str, Any]:
    file = line.file and {"name": line.file[0], "isShown": line.file[1] in _SHOWN}
    kind = MediaType(line.kind).name.lower() if line.kind is not None else None
    about = {"id": line.id, "at": line.at, "isTheirs": line.is_theirs, "text": line.text}
    return {**about, "file": file, "kind": kind, "state": line.state}
