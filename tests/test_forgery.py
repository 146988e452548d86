"""Nothing that changes state can be done from another site with a browser's cookies."""

import pytest

from opdesk.main import rest_api
from tests.desk import PASSWORD
from tests.telegram import Bot
from tests.test_isolation import BODIES, filled, state_of, whole_place
from tests.users.test_people import sign_in

FOREIGN = {
    "another site": {"Origin": "https://evil.example"},
    "a site that looks like ours": {"Origin": "{base}.evil.example"},
    "a sandboxed frame": {"Origin": "null"},
    "no origin at all": {},
    "another port of ours": {"Origin": "http://127.0.0.1:1"},
}
NEEDS_A_SECRET = {
    # Whoever calls these must bring what no other site has.
    "POST /api/company/get-token",
    "POST /api/one-time-link/look",
    "POST /api/one-time-link/use",
}


@pytest.mark.parametrize("page", FOREIGN)
async def test_no_change_can_be_forged(bot: Bot, page: str) -> None:
    """Every route of the application that is no GET, with both cookies of a signed-in browser."""
    desk = bot.desk
    company = await sign_in(desk, desk.acme.login)
    credentials = {"id": desk.alice.id, "login": "alice", "password": PASSWORD}
    await desk.acme.api.put("/api/operator/credentials", credentials)
    own = {"Origin": desk.base_url}
    body = {"login": "alice", "password": PASSWORD}
    operator = await desk.anyone.post("/api/operator/sign-in", body, headers=own)
    cookies = [reply.headers["set-cookie"].partition(";")[0] for reply in (company, operator)]
    headers = {"Cookie": "; ".join(cookies)} | {
        name: value.format(base=desk.base_url) for name, value in FOREIGN[page].items()
    }
    victim = await whole_place(bot)
    before = await state_of(bot, victim)
    passed = []
    app = rest_api()
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            for method in handler.http_methods & {"POST", "PUT", "DELETE", "PATCH"}:
                name = f"{method} {route.path}"
                if not route.path.startswith("/api/") or name in NEEDS_A_SECRET:
                    continue
                json = BODIES[name](victim) if name in BODIES else {}
                reply = await desk.anyone.call(
                    method, filled(route.path, victim, name), json=json, headers=headers
                )
                # 400 and 409 only where nobody's cookie was looked at.
                is_refused = reply.status in (401, 403) or (
                    handler.opt.get("callers") == "anyone" and reply.status in (400, 409)
                )
                if not is_refused or "set-cookie" in reply.headers:
                    passed.append((name, reply.status, reply.text[:100]))

    assert passed == []
    assert await state_of(bot, victim) == before
