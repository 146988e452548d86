"""What every simulated platform is: an ASGI application with people, phones and faults."""

import asyncio
import contextlib
import io
import ssl
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Mapping, MutableSequence, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar
from urllib.parse import parse_qsl

import httpx
import msgspec
from multipart import MultipartParser, parse_options_header

from opdesk.channels.model import Source
from opdesk.kit.clock import Clock, SystemClock
from opdesk.kit.http_client import trust
from opdesk.kit.layers import Receive, Scope, Send, answer, read_body
from opdesk.media.model import MediaType

MAX_BODY = 110 * 1024 * 1024
FIRST_RETRY_S, LONGEST_RETRY_S = 0.2, 5.0
_CUT_OFF = [(b"content-length", b"100")]


@dataclass(frozen=True, slots=True)
class Call:
    """One call of OpDesk's. `files` are the parts that came as files: (name, bytes)."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any
    files: Mapping[str, tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a platform answers: JSON, or bytes as they are."""

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Faults:
    """What goes wrong on request. Names are those of `Platform.name_of` a call.

    `refusals`: answers for the next calls of a name, instead of a success. `silent`: calls that
    never answer. `lost`: calls that are carried out and whose answers get lost. `slow_s`: how long
    every call takes. `is_down`: every call is 503. `is_key_refused`: every key is refused.
    `duplicates`: how often each webhook is posted; `is_holding`: webhooks wait for `release`.
    """

    refusals: dict[str, list[Reply]] = field(default_factory=lambda: defaultdict(list))
    silent: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    slow_s: float = 0.0
    is_down: bool = False
    is_key_refused: bool = False
    duplicates: int = 1
    is_holding: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """A customer, by the platform's id. `phone` is E.164 with its plus, if the person has one."""

    id: str
    name: str
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A message as the customer's phone shows it. `is_theirs`: the customer wrote it.

    `state` of ours: sent, delivered or read, as the customer did. `file` is (name, MIME type,
    bytes); `kind` names what is neither text nor file, told by `text`.
    """

    id: str
    at: int
    is_theirs: bool
    text: str = ""
    file: tuple[str, str, bytes] | None = None
    kind: MediaType | None = None
    state: str = "sent"


@dataclass(frozen=True, slots=True)
class Post:
    """One webhook call, ready to go."""

    url: str
    body: bytes
    headers: Mapping[str, str]


class Platform(ABC):
    """One simulated platform with one account of the company's and any number of people.

    Subclasses answer OpDesk's calls (`answer_to`) and turn what people do into webhooks.
    """

    source: ClassVar[Source]

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or SystemClock()
        self.calls: MutableSequence[Call] = []
        """What was called, oldest first; who runs for long puts something here that forgets."""
        self.faults = Faults()
        self.phones: dict[str, list[Line]] = defaultdict(list)
        """What each person's phone shows, by the person's id, oldest first."""
        self.people: dict[str, Person] = {}
        self._held: list[Post] = []

    # --- what a subclass brings -------------------------------------------

    @abstractmethod
    def settings(self, base_url: str) -> dict[str, str]:
        """The settings of a channel that is connected to this platform's account at `base_url`."""

    @abstractmethod
    def name_of(self, call: Call) -> str:
        """What a call is called in `faults` and `sent`."""

    @abstractmethod
    async def answer_to(self, call: Call) -> Reply:
        """Carry a call out."""

    @abstractmethod
    def refused_key(self) -> Reply:
        """How the platform refuses a key that is not, or no longer, valid."""

    @abstractmethod
    async def writes(self, person: Person, text: str) -> Line:
        """The person writes a text."""

    @abstractmethod
    async def sends_file(
        self, person: Person, kind: MediaType, file: tuple[str, str, bytes], caption: str = ""
    ) -> Line:
        """The person sends a file: (name, MIME type, bytes)."""

    async def sees(self, person: Person) -> None:
        """The person's phone gets and shows all that we sent: receipts, where there are any."""
        self._mark_seen(person)

    def resume(self, people: Mapping[str, Person], phones: Mapping[str, list[Line]]) -> None:
        """Go on with the people of an earlier process and what their phones show."""
        self.people.update(people)
        self.phones.update(phones)

    # --- what they share ---------------------------------------------------

    def sent(self, name: str) -> list[Call]:
        """The calls of one name, oldest first."""
        return [call for call in self.calls if self.name_of(call) == name]

    def show(self, person_id: str, line: Line) -> Line:
        self.phones[person_id].append(line)
        return line

    def _last_written_by(self, person_id: str) -> int:
        """When a person wrote last, ms UTC; 0 is never."""
        return max((one.at for one in self.phones[person_id] if one.is_theirs), default=0)

    def _mark_seen(self, person: Person) -> None:
        lines = self.phones[person.id]
        lines[:] = [one if one.is_theirs else replace(one, state="read") for one in lines]

    @cached_property
    def trusted(self) -> ssl.SSLContext:
        """Whose webhooks it calls: as OpDesk itself believes."""
        return trust()

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Call a webhook as often as `faults` say, until each call is acknowledged with 2xx.

        A simulated platform gives up after 20 tries, so that nothing goes on for ever.
        """
        post = Post(url, body, {"Content-Type": "application/json", **headers})
        if self.faults.is_holding:
            self._held.append(post)
            return
        for _ in range(self.faults.duplicates):
            await self._call(post)

    async def release(self, order: Callable[[list[Post]], None] | None = None) -> None:
        """Post what was held, as `order` rearranges the list."""
        self.faults.is_holding = False
        held, self._held = self._held * self.faults.duplicates, []
        if order is not None:
            order(held)
        for post in held:
            await self._call(post)

    async def _call(self, post: Post) -> None:
        pause_s = FIRST_RETRY_S
        async with httpx.AsyncClient(trust_env=False, timeout=30, verify=self.trusted) as client:
            for _ in range(20):
                with contextlib.suppress(httpx.HTTPError):
                    reply = await client.post(post.url, content=post.body, headers=post.headers)
                    if reply.is_success:
                        return
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, LONGEST_RETRY_S)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await lifespan(receive, send)
            return
        body = await read_body(receive, MAX_BODY)
        if body is None:
            return  # Whoever called has gone in the middle of it: nothing was asked.
        call = read_call(scope, body)
        self.calls.append(call)
        name = self.name_of(call)
        if name in self.faults.silent:
            while (await receive())["type"] != "http.disconnect":
                pass
            return
        if self.faults.slow_s:
            await asyncio.sleep(self.faults.slow_s)
        reply = await self._reply_to(call, name)
        if name in self.faults.lost:
            await send({"type": "http.response.start", "status": 200, "headers": _CUT_OFF})
            await send({"type": "http.response.body", "body": b"{", "more_body": True})
            return
        await answer_with(send, reply)

    async def _reply_to(self, call: Call, name: str) -> Reply:
        if self.faults.is_down:
            return Reply(503, {"error": "down for a moment"})
        if self.faults.is_key_refused:
            return self.refused_key()
        if self.faults.refusals[name]:
            return self.faults.refusals[name].pop(0)
        return await self.answer_to(call)


def read_call(scope: Scope, body: bytes) -> Call:
    """A call with its JSON, or with the values and files of its form."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    query = dict(parse_qsl(scope["query_string"].decode("latin-1")))
    values, files = read_form(headers.get("content-type", ""), body)
    return Call(scope["method"], scope["path"], query, headers, values, files)


def read_form(content_type: str, body: bytes) -> tuple[Any, Mapping[str, tuple[str, bytes]]]:
    kind, options = parse_options_header(content_type)
    if kind == "application/x-www-form-urlencoded":
        return dict(parse_qsl(body.decode())), {}
    if kind != "multipart/form-data":
        return (msgspec.json.decode(body) if body else {}), {}
    values: dict[str, Any] = {}
    files: dict[str, tuple[str, bytes]] = {}
    for part in MultipartParser(io.BytesIO(body), options["boundary"], len(body)):
        if part.filename:
            files[part.name] = (part.filename, part.raw)
        else:
            values[part.name] = part.value
        part.close()  # a large one lies in a temporary file
    return values, files


async def answer_with(send: Send, reply: Reply) -> None:
    """Bytes go as they are, everything else as JSON."""
    if isinstance(reply.body, bytes):
        await answer(send, reply.status, reply.body, b"application/octet-stream")
        return
    body = msgspec.json.encode(reply.body)
    extra: Sequence[tuple[bytes, bytes]] = [
        (name.lower().encode(), value.encode()) for name, value in reply.headers.items()
    ]
    await answer(send, reply.status, body, b"application/json", extra)


async def lifespan(receive: Receive, send: Send) -> None:
    while True:
        event = await receive()
        await send({"type": f"{event['type']}.complete"})
        if event["type"] == "lifespan.shutdown":
            return
