"""One server on the loopback with a door, which is a port, for each of several applications."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Mapping

import uvicorn

from opdesk.kit.layers import App, Receive, Scope, Send
from opdesk.server import StartError, open_socket

HOST = "127.0.0.1"


@contextlib.asynccontextmanager
async def doors(apps: Mapping[str, App], ports: Mapping[str, int]) -> AsyncIterator[dict[str, str]]:
    """Serve each application at its wanted port, or at a free one; their base URLs."""
    listeners = {name: _listener(ports.get(name, 0)) for name in apps}
    of_port = {one.getsockname()[1]: apps[name] for name, one in listeners.items()}

    async def street(scope: Scope, receive: Receive, send: Send) -> None:
        await of_port[scope["server"][1]](scope, receive, send)

    config = uvicorn.Config(street, log_config=None, access_log=False, lifespan="off", ws="none")
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve(list(listeners.values())))
    try:
        yield {name: f"http://{HOST}:{one.getsockname()[1]}" for name, one in listeners.items()}
    finally:
        server.should_exit = True
        await task


def _listener(port: int) -> socket.socket:
    try:
        return open_socket(HOST, port)
    except StartError:
        return open_socket(HOST, 0)
