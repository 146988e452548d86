"""Every change by the company is written down: the routes come from the application."""

from collections.abc import Mapping
from typing import Any

from opdesk.audit import actions as audit
from opdesk.audit.model import Filter
from opdesk.main import rest_api
from tests.desk import PASSWORD, Desk
from tests.telegram import Bot
from tests.test_isolation import BODIES, filled, victims_place

SAYS_NOTHING = {
    # Of these nothing stays, or what stays is told by something else.
    "POST /api/operator/validate-token": "reads only",
    "POST /api/company/me/totp": "an offer that counts for nothing until it is confirmed",
    "POST /api/company/me/totp/remove": "tested with the second factor",
    "PUT /api/company/me/totp": "tested with the second factor",
    "POST /api/channel/{channel_id:int}/check": "reads only",
    "POST /api/channel": "needs a platform that answers; tested with the channels",
    "POST /api/link/check": "reads only",
    "POST /api/operator/get-token": "a CRM asks for one at every click; the token says whose it is",
}
MORE: Mapping[str, Any] = {
    "POST /api/link/build": lambda v: {
        "chatId": v["chat"],
        "operatorId": v["operator"],
        "withToken": True,
    },
    "POST /api/operator/status": lambda v: {"id": v["operator"], "status": 0},
    "POST /api/operator/{operator_id:int}/link": {},
    "POST /api/company/organization": {"name": "Odesa"},
    "POST /api/company/key": {"name": "Second"},
    "PUT /api/company/origins": {"origins": ["https://crm.example.com"]},
    "POST /api/company/user": {"name": "Olena", "role": 1},
    "PUT /api/company/me": {"language": "en"},
    "PUT /api/company/me/password": {"current": PASSWORD, "new": PASSWORD},
}


async def count(desk: Desk) -> int:
    wanted = Filter(limit=10_000)
    return len(await desk.services.db.read(audit.list_entries, desk.acme.id, wanted))


def routes(desk: Desk) -> list[tuple[str, str]]:
    """(method, path) of what changes something with company credentials; deletions last."""
    app = rest_api()
    found = [
        (method, route.path)
        for method in ("POST", "PUT", "DELETE")
        for route in app.routes
        for handler in getattr(route, "route_handlers", ())
        if method in handler.http_methods and handler.opt.get("callers") == "company"
    ]
    return [one for one in found if " ".join(one) not in SAYS_NOTHING]


async def test_every_change_by_the_company_is_written_down(bot: Bot) -> None:
    """A new route must write an entry, or say above why it has nothing to tell."""
    desk = bot.desk
    silent = []
    for method, path in routes(desk):
        name = f"{method} {path}"
        token = await desk.anyone.post(
            "/api/company/get-token", {"login": desk.acme.login, "password": PASSWORD}
        )
        desk.acme.api = desk.anyone.bearer(token.json)
        place = await victims_place(bot)
        body = MORE[name] if name in MORE else BODIES.get(name)
        before = await count(desk)
        reply = await desk.acme.api.call(
            method, filled(path, place, name), json=body(place) if callable(body) else body
        )
        if reply.status >= 300 or await count(desk) == before:
            silent.append((name, reply.status, reply.text))

    assert silent == [], "\n".join(map(str, silent))
