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

    async def next(self, kind: str | None = None, at_most_s: float = 10) -> Any:
        """The next thing that happened, or the next one of a kind: (kind, data)."""
        assert self._process.stdout is not None
        async with asyncio.timeout(at_most_s):
            while True:
                line = await self._process.stdout.readline()
                assert line, "the client ended"
                told = json.loads(line)
                if kind in (None, told["kind"]):
                    return told["data"] if kind else (told["kind"], told["data"])

    async def tell(self, *call: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(call).encode() + b"\n")
        await self._process.stdin.drain()

    async def call(self, *call: Any) -> tuple[str, Any]:
        """Invoke a method: ("result", value) or ("error", text)."""
        await self.tell(*call)
        while True:
            kind, data = await self.next()
            if kind in ("result", "error"):
                return kind, data


@asynccontextmanager
async def microsoft_client(base_url: str, token: str) -> AsyncIterator[MicrosoftClient]:
    process = await asyncio.create_subprocess_exec(
        str(NODE),
        str(Path(__file__).with_name("client.mjs")),
        str(ROOT / "web"),
        f"{base_url}/chatHub",
        token,
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


class BareClient:
    """The protocol by hand."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self.socket = socket
        self._rest: list[dict[str, Any]] = []

    async def send(self, *said: Any) -> None:
        await self.socket.send("".join(json.dumps(one) + "\x1e" for one in said))

    async def next(self, at_most_s: float = 5) -> dict[str, Any]:
        """The next message that is not a ping."""
        async with asyncio.timeout(at_most_s):
            while True:
                while self._rest:
                    found = self._rest.pop(0)
                    if found.get("type") != 6:
                        return found
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
