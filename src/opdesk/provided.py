"""What a handler is given under its parameters' names, and of which server.

The routes are the same for every server of a process, so they are put together once; each request
brings the parts of its own server along.
"""

import contextlib
from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, cast

from litestar.di import Provide
from litestar.types import Scope

from opdesk.channels.model import Channel
from opdesk.chats import actions as chat_actions, endpoints as chat_endpoints
from opdesk.chats.model import Author, Chat
from opdesk.connectors.rules import check_message, why_not_first
from opdesk.doctor.examine import Doctor
from opdesk.kit.endpoint import RECOGNIZER, Recognizer
from opdesk.kit.forwarded import client_address
from opdesk.kit.layers import App, Receive, Send
from opdesk.kit.pages import Pages
from opdesk.operators.model import Caller
from opdesk.page_routes import panel_page
from opdesk.parts import ApiShapes, Services, forget_client, running
from opdesk.widget.script import Script
from opdesk.widget.sites import site_of

_SERVICES = "services"
_MADE = "parts"


class OfServer:
    """Requests of one server, with its parts, for the routes that all servers share.

    It also starts what runs beside the requests, and ends it, when the ASGI server says so.
    """

    def __init__(self, routes: App, services: Services, recognizer: Recognizer) -> None:
        made = {name: make(services) for name, make in PARTS.items()}
        self._routes = routes
        self._services = services
        self._state = {_SERVICES: services, _MADE: made, RECOGNIZER: recognizer}

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        scope.setdefault("state", {}).update(self._state)
        await self._routes(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        """The server's life in ASGI's words.

        An exception tells the ASGI server enough: the application could not start, or not end.
        """
        async with contextlib.AsyncExitStack() as life:
            await receive()
            await life.enter_async_context(running(self._services))
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})


def _shapes(services: Services) -> ApiShapes:
    return ApiShapes(services.addresses, services.clock)


def _is_fixed(value: Any) -> Callable[[Services], Any]:
    return lambda _services: value


def _typing_teller(services: Services) -> chat_endpoints.Typing:
    async def tell(caller: Caller, chat: Chat, author: Author) -> None:
        await services.hub.typed(caller, chat, is_client=author is Author.CLIENT)

    return tell


def _why_not_first(channel: Channel) -> str | None:
    why = why_not_first(channel)
    return why.value if why else None


PARTS: Mapping[str, Callable[[Services], Any]] = {
    **{
        name: attrgetter(name)
        for name in (
            "addresses",
            "board",
            "code_brake",
            "db",
            "door",
            "feed",
            "files",
            "jar",
            "keyring",
            "passwords",
            "push_sender",
            "templates",
            "tokens",
            "vault",
        )
    },
    "allowed": attrgetter("origins"),
    "channel_check": _is_fixed(check_message),
    "chat_shape": lambda services: _shapes(services).chat,
    "desk": attrgetter("reception"),
    "doctor": Doctor,
    "forget_raw": _is_fixed(forget_client),
    "message_shape": lambda services: _shapes(services).message,
    "open_chats": _is_fixed(chat_actions.count_open),
    "post_office": attrgetter("post"),
    "read_mark": attrgetter("read_relay.show"),
    "typing": _typing_teller,
    "write_first": _is_fixed(_why_not_first),
}
"""Parts of a server by the names that handlers ask for them with; each is made once."""


def providers(pages: Pages, script: Script) -> dict[str, Provide]:
    """Everything that a handler may name as a parameter."""

    def provide_panel_page(scope: Scope) -> Any:
        return panel_page(_services(scope), pages)

    def provide_script() -> Script:
        return script

    found = {name: Provide(_part(name), sync_to_thread=False) for name in PARTS}
    found["address"] = Provide(_address, sync_to_thread=False)
    found["caller"] = Provide(_caller, sync_to_thread=False)
    # The guard lets only company credentials through to where a company is asked for.
    found["company"] = Provide(_company, sync_to_thread=False)
    found["now"] = Provide(_now, sync_to_thread=False)
    found["panel_page"] = Provide(provide_panel_page, sync_to_thread=False)
    found["script"] = Provide(provide_script, sync_to_thread=False)
    found["site"] = Provide(_site, sync_to_thread=False)
    return found


def _part(name: str) -> Callable[..., Any]:
    def provide(scope: Scope) -> Any:
        return scope["state"][_MADE][name]

    return provide


def _services(scope: Scope) -> Services:
    return cast(Services, scope["state"][_SERVICES])


def _address(scope: Scope) -> str:
    return client_address(scope, _services(scope).settings.trusted_proxies)


def _now(scope: Scope) -> int:
    return _services(scope).clock.now_ms()


def _caller(scope: Scope) -> Any:
    return scope["state"]["caller"]


def _company(scope: Scope) -> Any:
    """The same under another name: Litestar takes no provider twice."""
    return scope["state"]["caller"]


def _site(scope: Scope) -> Any:
    return site_of(scope)
