"""The server's end of the doctor's questions: how a request arrives here.

A question is sealed with the installation's master key, so strangers get 404 and learn nothing; so
is the answer, so nothing but this installation can give it.
"""

import asyncio
import os
import resource
from dataclasses import dataclass

import msgspec

import opdesk
from opdesk.kit.clock import SECOND_MS, Clock
from opdesk.kit.forwarded import Network, client_address, is_within
from opdesk.kit.ids import new_secret
from opdesk.kit.keyring import MasterKeyError, Vault
from opdesk.kit.layers import App, Event, Receive, Scope, Send, answer
from opdesk.kit.web import header, header_lines

PROBE, STREAM = "/healthz/probe", "/healthz/probe/stream"
HEADER = "X-OpDesk-Probe"
LIFE_S = 120
"""How long a question counts; clocks of the program and of the server are the same."""
PAUSE_S = 1.0
"""Between the first and the last part of a streamed answer."""
_QUESTION, _ANSWER = "doctor:question", "doctor:answer:"
_TEXT = b"text/plain"


class Arrival(msgspec.Struct, frozen=True):
    """How a question arrived, and at whom."""

    peer: str
    """Who opened the connection: the nearest proxy, if there is one."""
    is_trusted: bool
    address: str
    """Who sent the request, as far as it is believed."""
    is_forwarded: bool
    """Somebody said whom they serve."""
    received: int
    """Bytes of the body."""
    version: str
    process: int
    open_files: int
    """How many the server may have open; -1 without a limit."""


@dataclass(frozen=True, slots=True)
class Question:
    """What the doctor asks with, once."""

    nonce: str
    sealed: str

    def headers(self) -> dict[str, str]:
        return {HEADER: self.sealed}

    def arrival(self, vault: Vault, answer: bytes) -> Arrival | None:
        """What this installation answered; None when it was somebody else."""
        try:
            plain = vault.open(bytes.fromhex(answer.decode()), _ANSWER + self.nonce)
            return msgspec.json.decode(plain, type=Arrival)
        except (MasterKeyError, ValueError, msgspec.MsgspecError):
            return None


def ask(vault: Vault, clock: Clock) -> Question:
    nonce = new_secret()
    plain = msgspec.json.encode((nonce, clock.now_ms() + LIFE_S * SECOND_MS))
    return Question(nonce, vault.seal(plain, _QUESTION).hex())


class Probes:
    """Answers at the probe's addresses, and on the hub's for sockets that bring a question."""

    def __init__(self, vault: Vault, clock: Clock, trusted: tuple[Network, ...], most: int) -> None:
        self._vault, self._clock, self._trusted, self._most = vault, clock, trusted, most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        nonce = self._nonce(scope)
        if nonce is None or scope["type"] != "http":
            await answer(send, 404, b"", _TEXT)
        elif scope["path"] == STREAM:
            await _stream(send)
        else:
            received = await _count(receive, self._most)
            await answer(send, 200, self._sealed(scope, nonce, received), _TEXT)

    def around(self, hub: App) -> App:
        """The hub, where a socket that brings a question is told how it arrived."""

        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            nonce = self._nonce(scope) if scope["type"] == "websocket" else None
            if nonce is None:
                await hub(scope, receive, send)
                return
            await receive()  # websocket.connect
            await send({"type": "websocket.accept"})
            text = self._sealed(scope, nonce, 0).decode()
            await send({"type": "websocket.send", "text": text})
            await send({"type": "websocket.close", "code": 1000})

        return serve

    def _nonce(self, scope: Scope) -> str | None:
        """What a question is answered with; None for one that is none, or too old."""
        given = header(scope, HEADER.lower().encode())
        if not given:
            return None
        try:
            plain = self._vault.open(bytes.fromhex(given), _QUESTION)
            nonce, ends_at = msgspec.json.decode(plain, type=tuple[str, int])
        except (MasterKeyError, ValueError, msgspec.MsgspecError):
            return None
        return nonce if ends_at > self._clock.now_ms() else None

    def _sealed(self, scope: Scope, nonce: str, received: int) -> bytes:
        peer = client_address(scope, ())
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        arrival = Arrival(
            peer=peer,
            is_trusted=is_within(peer, self._trusted),
            address=client_address(scope, self._trusted),
            is_forwarded=any(header_lines(scope, name) for name in _FORWARDED),
            received=received,
            version=opdesk.__version__,
            process=os.getpid(),
            open_files=soft if soft != resource.RLIM_INFINITY else -1,
        )
        return self._vault.seal(msgspec.json.encode(arrival), _ANSWER + nonce).hex().encode()


_FORWARDED = (b"x-forwarded-for", b"forwarded")


async def _stream(send: Send) -> None:
    """Two parts with a pause between, as server-sent events are sent."""
    headers = [
        (b"content-type", b"text/event-stream"),
        (b"cache-control", b"no-cache, no-store"),
        (b"x-accel-buffering", b"no"),
    ]
    start: Event = {"type": "http.response.start", "status": 200, "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": b":\r\n\r\n", "more_body": True})
    await asyncio.sleep(PAUSE_S)
    await send({"type": "http.response.body", "body": b":\r\n\r\n"})


async def _count(receive: Receive, at_most: int) -> int:
    """The size of a body, which is dropped as it comes; what is behind `at_most` is not read."""
    size = 0
    while size <= at_most:
        event = await receive()
        size += len(event.get("body", b""))
        if event["type"] != "http.request" or not event.get("more_body"):
            break
    return size
