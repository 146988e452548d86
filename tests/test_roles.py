"""What each kind of caller may do: docs/roles.md, generated from the routes, and held here.

The file is for people to read; a change of who may what shows there. The calls prove that the
server does what it says.
"""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from litestar.handlers import HTTPRouteHandler

from opdesk.kit.context import Tx
from opdesk.main import rest_api
from opdesk.users import access as users_access, actions as users
from tests.desk import Api, Desk
from tests.people import ADMIN, ANALYST, joined
from tests.telegram import Bot
from tests.test_isolation import PATH_IDS, filled

TABLE = Path(__file__).resolve().parents[1] / "docs" / "roles.md"
NOWHERE = dict.fromkeys((*PATH_IDS.values(), "organization"), 999_999_999)
KINDS = ("owner", "admin", "analyst", "API key", "operator")
HEAD = """# Who may do what

A person of the company is an owner, an admin or an analyst; an API key may what an admin may, but
it is nobody's profile. Operators are those of the panel, with their own token or session. What is
open to everyone is a sign-in, or answers to a secret that the caller brings. A refusal is 403. This
table is made from the routes, and a test calls each of them as each of these.

| call | owner | admin | analyst | API key | operator |
| --- | --- | --- | --- | --- | --- |
"""


def handlers(desk: Desk) -> Mapping[str, HTTPRouteHandler]:
    app = rest_api()
    found = {
        f"{method} {route.path}": handler
        for route in app.routes
        for handler in getattr(route, "route_handlers", ())
        for method in handler.http_methods
        if route.path.startswith("/api/") and method in ("GET", "POST", "PUT", "DELETE")
    }
    return dict(sorted(found.items(), key=lambda item: (item[0].split(" ")[1], item[0])))


def allowed(name: str, handler: HTTPRouteHandler) -> set[str]:
    """The kinds of callers that a route is for."""
    callers, level = handler.opt.get("callers", "any"), handler.opt.get("level")
    if callers == "anyone":
        return set(KINDS)
    people = {
        "owner": {"owner"},
        "admin": {"owner", "admin", "API key"},
        "person": {"owner", "admin", "analyst"},
        None: {"owner", "admin", "API key"},
    }[level]
    if level is None and name.startswith("GET "):
        people = people | {"analyst"}
    return people | (set() if callers == "company" else {"operator"})


def row(name: str, handler: HTTPRouteHandler) -> str:
    if handler.opt.get("callers") == "anyone":
        return f"| `{_shown(name)}` | everyone | | | | |"
    marks = ["yes" if kind in allowed(name, handler) else "" for kind in KINDS]
    return f"| `{_shown(name)}` | " + " | ".join(marks) + " |"


def _shown(name: str) -> str:
    return name.replace(":int}", "}").replace(":str}", "}")


async def test_the_table_is_the_routes(desk: Desk) -> None:
    """`OPDESK_WRITE_ROLES=1` in the environment writes it anew."""
    text = HEAD + "\n".join(row(*one) for one in handlers(desk).items()) + "\n"
    if os.environ.get("OPDESK_WRITE_ROLES"):
        TABLE.write_text(text)

    assert TABLE.read_text() == text, "docs/roles.md is not what the routes say"


async def test_each_kind_may_what_the_table_says_and_nothing_else(bot: Bot) -> None:
    desk = bot.desk
    people = {
        "owner": (await desk.acme.api.get("/api/company/me")).json["user"]["id"],
        "admin": (await joined(desk, ADMIN)).id,
        "analyst": (await joined(desk, ANALYST)).id,
    }
    key = await desk.acme.api.post("/api/company/key", {"name": "CRM"})
    program = Api(desk.client, {"X-Authorization-Key": key.json["key"]})
    wrong = []
    for name, handler in handlers(desk).items():
        if handler.opt.get("callers") == "anyone":
            continue
        method, path = name.split(" ")
        for kind in KINDS:
            if kind == "operator":
                company = replace(desk.acme, api=await person(desk, people["owner"]))
                api = desk.anyone.bearer(await desk.token_of(company, desk.alice.id))
            else:
                api = await person(desk, people[kind]) if kind in people else program
            # Nothing has these numbers, and nothing is said: whoever may is told so.
            reply = await api.call(method, filled(path, NOWHERE, name))
            if (reply.status == 403) == (kind in allowed(name, handler)):
                wrong.append((name, kind, reply.status, reply.text[:120]))

    assert wrong == []


async def person(desk: Desk, user_id: int) -> Api:
    """With a fresh token: some calls end those that are there."""

    def issue(tx: Tx) -> str:
        user = users_access.user(tx, desk.acme.id, user_id)
        return users.issue_company_token(tx, desk.services.tokens, user, "127.0.0.1")

    return desk.anyone.bearer(await desk.services.db.write(issue))
