"""Who may frame the panel: the page that asks, if the company allows its origin."""

import pytest

from tests.desk import Desk, Reply
from tests.telegram import Bot

CRM, OTHER, RIVAL = "https://crm.example.com", "https://shop.example.com", "https://rival.example"
IFRAME = {"Sec-Fetch-Dest": "iframe"}
PAGES = ("/", "/login", "/switch", "/chats/5", "/links/x")


@pytest.fixture(autouse=True)
async def origins(desk: Desk) -> None:
    for company, own in ((desk.acme, [CRM, OTHER]), (desk.rival, [RIVAL])):
        reply = await company.api.put("/api/company/origins", {"origins": own})
        assert reply.status == 200, reply.text


def ancestors(reply: Reply) -> str:
    policy = reply.headers["content-security-policy"]
    found: str = policy.rpartition("frame-ancestors ")[2]
    assert (reply.headers.get("x-frame-options") == "DENY") == (found == "'none'")
    return found


async def session_of(desk: Desk, token: str) -> dict[str, str]:
    reply = await desk.anyone.get(f"/?token={token}")
    [cookie] = reply.headers.get_list("set-cookie")
    return {"Cookie": cookie.split(";")[0]}


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({**IFRAME, "Referer": f"{CRM}/orders?id=5"}, CRM),
        ({**IFRAME, "Referer": f"{CRM}/"}, CRM),
        ({"Referer": f"{CRM}/"}, CRM),
        ({**IFRAME, "Referer": f"{RIVAL}/"}, RIVAL),
        ({**IFRAME, "Referer": "https://evil.example/"}, "'none'"),
        ({**IFRAME, "Referer": f"{CRM}.evil.example/"}, "'none'"),
        ({**IFRAME, "Referer": f"https://user@{CRM[8:]}/"}, "'none'"),
        ({**IFRAME, "Referer": "http://crm.example.com/"}, "'none'"),
        ({**IFRAME, "Referer": "http://["}, "'none'"),
        ({**IFRAME, "Referer": f"{CRM}; script-src *"}, "'none'"),
        (IFRAME, "'none'"),
        ({"Sec-Fetch-Dest": "document", "Referer": f"{CRM}/"}, "'none'"),
        ({"Sec-Fetch-Dest": "embed", "Referer": f"{CRM}/"}, "'none'"),
    ],
)
async def test_only_the_page_that_asks_is_named(
    desk: Desk, path: str, headers: dict[str, str], expected: str
) -> None:
    reply = await desk.anyone.get(path, headers=headers)

    assert reply.status == 200
    assert ancestors(reply) == expected
    varies = {name.strip() for name in reply.headers["vary"].split(",")}
    assert {"Sec-Fetch-Dest", "Referer", "Cookie"} <= varies
    assert reply.headers["cache-control"] == "no-cache"


async def test_a_session_is_framed_by_its_own_company_only(desk: Desk) -> None:
    session = await session_of(desk, desk.alice.token)

    async def framed(referer: str | None) -> str:
        asking = {"Referer": f"{referer}/"} if referer else {}
        return ancestors(await desk.anyone.get("/", headers={**IFRAME, **session, **asking}))

    assert await framed(CRM) == CRM
    assert await framed(RIVAL) == "'none'"
    assert await framed(None) == f"{CRM} {OTHER}"
    assert await framed(desk.base_url) == f"{CRM} {OTHER}"


@pytest.mark.parametrize("path", ["/dashboard", "/dashboard/links", "/index.html", "/no/such"])
async def test_the_companys_pages_are_framed_by_nobody(desk: Desk, path: str) -> None:
    headers = {**IFRAME, "Referer": f"{CRM}/", "Accept": "text/html"}

    assert ancestors(await desk.anyone.get(path, headers=headers)) == "'none'"


async def test_an_origin_that_is_taken_back_frames_no_more(desk: Desk) -> None:
    asking = {**IFRAME, "Referer": f"{CRM}/"}
    assert ancestors(await desk.anyone.get("/", headers=asking)) == CRM

    await desk.acme.api.put("/api/company/origins", {"origins": []})

    assert ancestors(await desk.anyone.get("/", headers=asking)) == "'none'"


async def test_a_framed_link_passes_on_who_frames_it_and_nothing_else(bot: Bot) -> None:
    chat_id, desk = await bot.given_chat(), bot.desk
    link = f"/?chat_raw_id={chat_id}&token={desk.alice.token}"

    async def policy(**headers: str) -> str:
        reply = await desk.anyone.get(link, headers=headers)
        assert reply.headers["location"] == f"/chats/{chat_id}"
        found: str = reply.headers["referrer-policy"]
        return found

    assert await policy(**IFRAME, Referer=f"{CRM}/") == "strict-origin"
    assert await policy(**IFRAME, Referer="https://evil.example/") == "no-referrer"
    assert await policy(**{"Sec-Fetch-Dest": "document"}, Referer=f"{CRM}/") == "no-referrer"
    assert await policy() == "no-referrer"
