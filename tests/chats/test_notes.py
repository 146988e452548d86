"""Notes for colleagues never leave the desk; drafts are kept for each chat and operator."""

import asyncio
from typing import Any

import pytest

from tests.chats.test_endpoints import every_row
from tests.desk import Api, Person, Reply
from tests.realtime.clients import bare_client
from tests.telegram import Bot

SECRET = "Постійний клієнт, дайте знижку"


async def note(api: Api, chat_id: int, text: str = SECRET, **more: Any) -> Reply:
    return await api.post(f"/api/chat/{chat_id}/note", {"text": text, **more})


async def notes(api: Api, chat_id: int, query: str = "") -> list[Any]:
    reply = await api.get(f"/api/chat/{chat_id}/notes{query}")
    assert reply.status == 200, reply.text
    found: list[Any] = reply.json["items"]
    return found


async def mentions(operator: Person) -> list[int]:
    found: list[int] = (await operator.api.get("/api/chat/mentions")).json["chatIds"]
    return found


async def draft(api: Api, chat_id: int, text: str, **more: Any) -> Reply:
    return await api.put(f"/api/chat/{chat_id}/draft", {"text": text, **more})


async def kept(api: Api, chat_id: int) -> tuple[str, int]:
    found = (await api.get(f"/api/chat/{chat_id}/draft")).json
    return found["text"], found["version"]


async def test_a_note_is_seen_by_who_asks_for_notes_and_changes_nothing_else(bot: Bot) -> None:
    desk = bot.desk
    chat_id = await bot.given_chat()
    before = (await desk.alice.api.get(f"/api/chat/{chat_id}")).json
    messages = await bot.messages(chat_id)
    feed = f"/api/events?organizationId={desk.alice.organization_id}"
    position = (await desk.acme.api.get(feed)).json
    async with bare_client(desk.base_url, desk.bob.token) as plain:
        left = await note(desk.alice.api, chat_id)
        company = await note(desk.acme.api, chat_id, "VIP")
        with pytest.raises(TimeoutError):
            await plain.next(at_most_s=0.5)

    assert (left.status, company.status) == (200, 200)
    assert left.json["operator"] == {"id": desk.alice.id, "name": "Alice"}
    assert [one["text"] for one in await notes(desk.bob.api, chat_id)] == [SECRET, "VIP"]
    assert company.json["operator"] is None
    assert (await desk.alice.api.get(f"/api/chat/{chat_id}")).json == before
    assert await bot.messages(chat_id) == messages
    assert left.json["position"] > messages[-1]["position"]
    found = await desk.acme.api.get("/api/chat/chats?search=знижку")
    assert found.json["items"] == []
    assert bot.telegram.sent("sendMessage") == []
    events = await desk.acme.api.get(f"{feed}&after={position['upTo']}&epoch={position['epoch']}")
    assert [(one["type"], one["data"]) for one in events.json["events"]] == [
        ("noteCreated", {"chatId": chat_id, "noteId": one.json["id"]}) for one in (left, company)
    ]
    assert SECRET not in events.text


async def test_a_mentioned_operator_is_told_until_they_look(bot: Bot) -> None:
    desk = bot.desk
    chat_id = await bot.given_chat()

    first = await note(desk.alice.api, chat_id, "@Bob", mentions=[desk.bob.id, desk.alice.id])
    await note(desk.alice.api, chat_id, "@Bob!", mentions=[desk.bob.id, desk.bob.id])

    assert [one["name"] for one in first.json["mentions"]] == ["Bob", "Alice"]
    assert await mentions(desk.bob) == [chat_id]
    assert await mentions(desk.alice) == []  # nobody calls oneself
    for _ in range(2):
        seen = await desk.bob.api.post(f"/api/chat/{chat_id}/notes/seen")
        assert seen.status == 200
    assert await mentions(desk.bob) == []
    for stranger in (desk.charlie.id, desk.mallory.id, 999_999):
        refused = await note(desk.alice.api, chat_id, "@X", mentions=[stranger])
        assert (refused.status, list(refused.json["errors"])) == (400, ["mentions"])
    for text in ("", "  \n", "x" * 4001, "a\x00b"):
        refused = await note(desk.alice.api, chat_id, text)
        assert (refused.status, list(refused.json["errors"])) == (400, ["text"]), text
    assert len(await notes(desk.bob.api, chat_id)) == 2


async def test_a_repeated_note_is_there_once_and_older_ones_come_by_pages(bot: Bot) -> None:
    desk = bot.desk
    chat_id = await bot.given_chat()
    repeats = await asyncio.gather(
        *(note(desk.alice.api, chat_id, "раз", clientNoteId="k1") for _ in range(5))
    )
    assert {one.json["id"] for one in repeats} == {repeats[0].json["id"]}
    for text in ("два", "три"):
        await note(desk.bob.api, chat_id, text)

    newest = await desk.bob.api.get(f"/api/chat/{chat_id}/notes?limit=2")
    older = await notes(desk.bob.api, chat_id, f"?limit=2&before={newest.json['next']}")

    assert [one["text"] for one in newest.json["items"]] == ["два", "три"]
    assert [one["text"] for one in older] == ["раз"]


async def test_two_tabs_of_an_operator_do_not_overwrite_each_other_unseen(bot: Bot) -> None:
    desk = bot.desk
    chat_id = await bot.given_chat()
    alice = desk.alice.api

    first = await draft(alice, chat_id, "Добрий", version=0)
    stale = await draft(alice, chat_id, "Інше", version=0)
    second = await draft(alice, chat_id, "Добрий день", version=first.json["version"])

    assert (first.json["version"], second.json["version"]) == (1, 2)
    assert (stale.status, stale.json["draft"]["text"]) == (409, "Добрий")
    assert await kept(alice, chat_id) == ("Добрий день", 2)
    assert await kept(desk.bob.api, chat_id) == ("", 0)
    listed = (await alice.get("/api/chat/drafts")).json["items"]
    assert [(one["chatId"], one["text"]) for one in listed] == [(chat_id, "Добрий день")]
    at_once = await asyncio.gather(*(draft(alice, chat_id, f"v{n}", version=2) for n in range(6)))
    assert sorted(one.status for one in at_once) == [200, 409, 409, 409, 409, 409]
    for path in (f"/api/chat/{chat_id}/draft", "/api/chat/drafts", "/api/chat/mentions"):
        assert (await desk.acme.api.get(path)).status == 401


async def test_a_draft_is_gone_when_it_is_sent_and_a_late_save_does_not_bring_it_back(
    bot: Bot,
) -> None:
    chat_id = await bot.given_chat()
    alice = bot.desk.alice.api
    await draft(alice, chat_id, "Вже в дорозі ")

    await alice.post(f"/api/chat/{chat_id}/message", {"textMessage": "інше"})
    assert await kept(alice, chat_id) == ("Вже в дорозі ", 1)
    await alice.post(f"/api/chat/{chat_id}/message", {"textMessage": "Вже в дорозі"})
    late = await draft(alice, chat_id, "Вже в доро", version=1)

    assert (late.status, late.json["draft"]["text"]) == (409, "")
    assert await kept(alice, chat_id) == ("", 2)
    assert (await alice.get("/api/chat/drafts")).json["items"] == []


async def test_a_deleted_chat_leaves_no_note_and_no_draft(bot: Bot) -> None:
    desk = bot.desk
    chat_id = await bot.given_chat()
    await note(desk.alice.api, chat_id, mentions=[desk.bob.id])
    await draft(desk.alice.api, chat_id, SECRET)

    assert (await desk.acme.api.call("DELETE", f"/api/chat/chats/{chat_id}")).status == 200

    assert SECRET not in await desk.services.db.read(every_row)
    assert await mentions(desk.bob) == []


async def test_an_operator_reads_the_organizations_quick_replies(bot: Bot) -> None:
    desk = bot.desk
    replies = [{"shortcut": "hours", "text": "{client}, ми працюємо з 9 до 18."}]
    body = {"id": desk.alice.organization_id, "quickReplies": replies}
    assert (await desk.acme.api.put("/api/company/organization", body)).status == 200

    assert (await desk.alice.api.get("/api/operator/quick-replies")).json == replies
    assert (await desk.charlie.api.get("/api/operator/quick-replies")).json == []
    assert (await desk.acme.api.get("/api/operator/quick-replies")).status == 401
