"""The servers under load, each in a process of its own: OpDesk, and the least that could do it."""

import asyncio
import contextlib
import os
import re
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from opdesk.settings import Settings

PROGRAM = Path(sys.executable).with_name("opdesk")
BARE = """
import socket, uvicorn
{app}
listener = socket.socket(); listener.bind(("127.0.0.1", 0)); listener.listen(2048)
print(listener.getsockname()[1], flush=True)
uvicorn.Server(uvicorn.Config(app, http="httptools", loop="uvloop", ws="websockets-sansio",
                              ws_per_message_deflate=False, log_config=None, access_log=False,
                              lifespan="off")).run([listener])
"""
FIXED_HANDLER = """
async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    await receive()
    await send({"type": "http.response.start", "status": 200,
                "headers": [(b"content-type", b"application/json"), (b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"{}"})
"""
BROADCASTER = """
sockets = set()
async def app(scope, receive, send):
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        sockets.add(send)
        while (told := await receive())["type"] == "websocket.receive":
            await send({"type": "websocket.send", "text": told["text"]})
        sockets.discard(send)
        return
    body = b""
    while True:
        part = await receive()
        body += part.get("body", b"")
        if not part.get("more_body"):
            break
    text = body.decode()
    for one in list(sockets):
        await one({"type": "websocket.send", "text": text})
    await send({"type": "http.response.start", "status": 200,
                "headers": [(b"content-type", b"application/json"), (b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"{}"})
"""
"""Each POST goes to every socket; what a socket says comes back to it."""


@dataclass(frozen=True)
class Running:
    """A server that listens; `took_s` to come so far."""

    port: int
    process: psutil.Process
    took_s: float = 0.0

    @property
    def memory_bytes(self) -> int:
        return int(self.process.memory_info().rss)

    @property
    def work_s(self) -> float:
        """The processor's time that it has used so far, which neighbours do not change much."""
        used = self.process.cpu_times()
        return float(used.user + used.system)


@asynccontextmanager
async def desk(settings: Settings) -> AsyncIterator[Running]:
    """`opdesk serve`."""
    # A start as a user has it: with the compiled modules that Python keeps by itself.
    usual = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    began = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        str(PROGRAM),
        "serve",
        "--port",
        "0",
        "--data",
        str(settings.data),
        stdout=asyncio.subprocess.PIPE,
        env={**usual, "OPDESK_OUTGOING_ALLOW": "127.0.0.0/8"},
    )
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode()
    took = time.monotonic() - began
    found = re.search(r":(\d+) ", line)
    try:
        assert found, line
        yield Running(int(found[1]), psutil.Process(process.pid), took)
    finally:
        await _ended(process)


@asynccontextmanager
async def bare_server(app: str = FIXED_HANDLER) -> AsyncIterator[Running]:
    """The ceiling: `app` on the same server that OpDesk uses."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", BARE.format(app=app), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        port = int(await process.stdout.readline())
        await asyncio.sleep(0.5)
        yield Running(port, psutil.Process(process.pid))
    finally:
        await _ended(process)


async def _ended(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(15):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
