"""Finding operators among thousands."""

from typing import Any

import pytest

from tests.desk import PASSWORD, Desk
from tests.telegram import Bot


async def found(desk: Desk, query: str = "") -> dict[str, Any]:
    reply = await desk.acme.api.get(f"/api/operator/search?{query}")
    assert reply.status == 200, reply.text
    page: dict[str, Any] = reply.json
    return page


async def names(desk: Desk, query: str = "") -> list[str]:
    page = await found(desk, f"limit=200&{query}")
    assert page["total"] == len(page["items"])
    assert page["next"] is None
    return [one["name"] for one in page["items"]]


async def given(desk: Desk, *people: tuple[str, str | None]) -> list[int]:
    kyiv = desk.acme.organizations[0]
    body = [
        {"organizationId": kyiv, "name": name, "externalId": external} for name, external in people
    ]
    reply = await desk.acme.api.post("/api/operator/synchronize", body)
    return [one["id"] for one in reply.json]


async def test_an_operator_is_shown_with_everything(desk: Desk) -> None:
    [eve] = await given(desk, ("Єва", "Е-1"))
    login = {"id": eve, "login": "Eva", "password": PASSWORD}
    assert (await desk.acme.api.put("/api/operator/credentials", login)).status == 200

    page = await found(desk, f"search=єва&organizationId={desk.acme.organizations[0]}")

    assert page == {
        "items": [
            {
                "id": eve,
                "name": "Єва",
                "externalId": "Е-1",
                "status": 0,
                "login": "Eva",
                "organization": {"id": desk.acme.organizations[0], "name": "Kyiv"},
                "lastSeenAt": None,
                "openChats": 0,
            }
        ],
        "next": None,
        "total": 1,
    }


async def test_a_part_of_a_name_an_id_or_a_login_finds(desk: Desk) -> None:
    ids = await given(desk, ("Їжак Сергій", "CRM-77"), ("Сергій_1", None), ("100%", None))
    login = {"id": ids[1], "login": "Оператор", "password": PASSWORD}
    await desk.acme.api.put("/api/operator/credentials", login)

    assert await names(desk, "search=СЕРГІ") == ["Їжак Сергій", "Сергій_1"]
    assert await names(desk, "search=жак с") == ["Їжак Сергій"]
    assert await names(desk, "search=і\u0308ЖАК") == ["Їжак Сергій"]
    assert await names(desk, "search=crm-7") == ["Їжак Сергій"]
    assert await names(desk, "search=ПЕРАТ") == ["Сергій_1"]
    assert await names(desk, "search=_") == ["Сергій_1"]
    assert await names(desk, "search=%25") == ["100%"]
    assert await names(desk, "search=\\") == []
    assert await names(desk, "search=%20%20") == await names(desk)
    assert await names(desk, "search=a%00b") == []
    # What stands between the name and the id is no part of either.
    assert await names(desk, "search=Сергій%0Acrm") == []


async def test_a_new_name_is_found_and_the_old_one_is_not(desk: Desk) -> None:
    await given(desk, ("Олена", "1"))
    await given(desk, ("Марія", "1"), ("Bob", "Шифр"))

    assert await names(desk, "search=олена") == []
    assert await names(desk, "search=марія") == ["Марія"]
    assert await names(desk, "search=шифр") == ["Bob"]


async def test_one_organization_or_the_whole_company_and_a_status(desk: Desk) -> None:
    kyiv, lviv = desk.acme.organizations
    await desk.acme.api.post("/api/operator/status", {"id": desk.bob.id, "status": 2})

    assert await names(desk) == ["Alice", "Bob", "Charlie"]
    assert await names(desk, f"organizationId={kyiv}") == ["Alice", "Bob"]
    assert await names(desk, f"organizationId={lviv}") == ["Charlie"]
    assert await names(desk, "status=0") == ["Alice", "Charlie"]
    assert await names(desk, "status=2") == ["Bob"]
    assert await names(desk, f"status=2&organizationId={kyiv}&search=B") == ["Bob"]
    assert await names(desk, "status=1") == []


async def test_pages_by_cursor_show_each_once_and_count_all(desk: Desk) -> None:
    await given(desk, *[(f"Оператор {n}", None) for n in range(10)])

    shown: list[str] = []
    after, pages = "", 0
    while True:
        page = await found(desk, f"search=опер&limit=4{after}")
        assert page["total"] == 10
        shown += [one["name"] for one in page["items"]]
        pages += 1
        if page["next"] is None:
            break
        after = f"&after={page['next']}"

    assert (pages, shown) == (3, [f"Оператор {n}" for n in range(10)])
    assert (await found(desk, "search=опер&limit=10"))["next"] is None
    assert len((await found(desk))["items"]) == 13


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("organizationId=x", "organizationId"),
        ("status=3", "status"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("after=-1", "after"),
        ("after=x", "after"),
    ],
)
async def test_a_bad_query_is_named(desk: Desk, query: str, field: str) -> None:
    reply = await desk.acme.api.get(f"/api/operator/search?{query}")

    assert (reply.status, list(reply.json["errors"])) == (400, [field])


async def test_others_see_nothing(desk: Desk) -> None:
    kyiv = desk.acme.organizations[0]

    rivals = await desk.rival.api.get("/api/operator/search")
    assert [one["name"] for one in rivals.json["items"]] == ["Mallory"]
    assert (await desk.rival.api.get(f"/api/operator/search?organizationId={kyiv}")).status == 404
    for operator in (desk.alice, desk.charlie):
        assert (await operator.api.get("/api/operator/search")).status == 403


async def test_open_chats_are_counted(bot: Bot) -> None:
    desk = bot.desk
    chat_id = await bot.given_chat()

    async def counts() -> dict[str, int]:
        return {one["name"]: one["openChats"] for one in (await found(desk))["items"]}

    assert await counts() == {"Alice": 0, "Bob": 0, "Charlie": 0}
    await desk.acme.api.put("/api/chat/operator", {"id": chat_id, "operatorId": desk.bob.id})
    for status, count in ((2, 1), (3, 1), (4, 0), (1, 1)):
        await desk.acme.api.put("/api/chat/status", {"id": chat_id, "status": status})
        assert await counts() == {"Alice": 0, "Bob": count, "Charlie": 0}
    await desk.acme.api.delete(f"/api/chat/chats/{chat_id}")
    assert await counts() == {"Alice": 0, "Bob": 0, "Charlie": 0}


async def test_who_works_is_seen(desk: Desk) -> None:
    async def seen() -> list[str | None]:
        await desk.services.last_seen.write_down(desk.services.db)
        return [one["lastSeenAt"] for one in (await found(desk))["items"]]

    assert await seen() == [None] * 3
    earliest = desk.in_hours(0)
    await desk.alice.api.get("/api/operator/me")
    await desk.acme.api.get("/api/company/organization")
    alice, *others = await seen()

    assert alice is not None
    assert earliest <= alice <= desk.in_hours(0)
    assert others == [None, None]
    desk.clock.move(seconds=3600)
    assert await seen() == [alice, None, None]
    await desk.alice.api.get("/api/chat/chats")
    later = (await seen())[0]
    assert later is not None
    assert later > alice
