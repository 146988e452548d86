"""Real clients of the hub: Microsoft's in Node, and a bare WebSocket for what they never send."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import websockets

ROOT = Path(__file__).resolve().parents[2]
NODE = ROOT / ".tools" / "node" / "node"


class MicrosoftClient:
    """`@microsoft/signalr` in a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._passed: list[dict[str, Any]] = []

    async def next(self, kind: str | None = None, at_most_s: float = 10) -> Any:
        """The next thing that happened, or the next one of a kind: (kind, data)."""
        async with asyncio.timeout(at_most_s):
            while True:
                told = self._passed.pop(0) if self._passed else await self._read()
                if kind in (None, told["kind"]):
                    return told["data"] if kind else (told["kind"], told["data"])

    async def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        assert line, "the client ended"
        told: dict[str, Any] = json.loads(line)
        return told

    async def tell(self, *call: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(call).encode() + b"\n")
        await self._process.stdin.drain()

    async def call(self, *call: Any) -> tuple[str, Any]:
        """Invoke a method: ("result", value) or ("error", text). What happens meanwhile is next."""
        await self.tell(*call)
        async with asyncio.timeout(10):
            while (told := await self._read())["kind"] not in ("result", "error"):
                self._passed.append(told)
        return told["kind"], told["data"]


@asynccontextmanager
async def microsoft_client(
    base_url: str,
    token: str,
    *,
    transport: str = "WebSockets",
    protocol: str = "json",
    is_stateful: bool = False,
) -> AsyncIterator[MicrosoftClient]:
    wish = {"transport": transport, "protocol": protocol, "isStateful": is_stateful}
    process = await asyncio.create_subprocess_exec(
        str(NODE),
        str(Path(__file__).with_name("client.mjs")),
        str(ROOT / "web"),
        f"{base_url}/chatHub",
        token,
        json.dumps(wish),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=sys.stderr if os.environ.get("OPDESK_TEST_DEBUG") else asyncio.subprocess.DEVNULL,
        limit=32 * 1024 * 1024,
    )
    try:
        yield MicrosoftClient(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


def _is_of_the_moment(told: dict[str, Any]) -> bool:
    arguments = told.get("arguments") or [None]
    kind = arguments[0].get("type") if isinstance(arguments[0], dict) else None
    return told.get("target") == "Signal" or kind == "upToDate"


class BareClient:
    """The protocol by hand."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self.socket = socket
        self._rest: list[dict[str, Any]] = []

    async def send(self, *said: Any) -> None:
        await self.socket.send("".join(json.dumps(one) + "\x1e" for one in said))

    async def next(self, at_most_s: float = 5) -> dict[str, Any]:
        """The next message that is neither a ping nor word that all is well, nor of colleagues."""
        async with asyncio.timeout(at_most_s):
            while True:
                while self._rest:
                    found = self._rest.pop(0)
                    if found.get("type") != 6 and not _is_of_the_moment(found):
                        return found
                await self._read()

    async def signal(self, kind: str, at_most_s: float = 5) -> dict[str, Any]:
        """The data of the next signal of a kind, or of the next `Event` of that type."""
        async with asyncio.timeout(at_most_s):
            while True:
                while self._rest:
                    arguments = self._rest.pop(0).get("arguments") or [{}]
                    if arguments[0].get("type") == kind:
                        found: dict[str, Any] = arguments[0]
                        return found
                await self._read()

    async def _read(self) -> None:
        text = await self.socket.recv()
        assert isinstance(text, str)
        self._rest += [json.loads(one) for one in text.split("\x1e") if one]

    async def invoke(self, target: str, *arguments: Any) -> dict[str, Any]:
        """The completion of a call; events on the way are dropped."""
        body = {"type": 1, "invocationId": "1", "target": target, "arguments": arguments}
        await self.send(body)
        while (found := await self.next()).get("type") != 3:
            pass
        return found

    async def events(self, count: int) -> list[dict[str, Any]]:
        """The next invocations of ours."""
        found: list[dict[str, Any]] = []
        while len(found) < count:
            told = await self.next()
            if told.get("type") == 1:
                found.append(told)
        return found


@asynccontextmanager
async def bare_client(
    base_url: str,
    token: str | None = None,
    *,
    query: str = "",
    headers: dict[str, str] | None = None,
    shakes_hands: bool = True,
) -> AsyncIterator[BareClient]:
    url = base_url.replace("http", "ws", 1) + f"/chathub?{query}"
    if token is not None:
        url += f"&access_token={token}"
    async with websockets.connect(
        url, additional_headers=headers, compression=None, max_size=None, origin=None
    ) as socket:
        client = BareClient(socket)
        if shakes_hands:
            await client.send({"protocol": "json", "version": 1})
            assert await client.next() == {}
        yield client
