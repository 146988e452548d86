"""What the demo's first start shows, what its next one finds again, and the customer's phone."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from opdesk.channels.model import Source
from opdesk.demo.acts import NAMES
from opdesk.demo.cast import BEGINNINGS, TARAS_PHONE, TELEGRAM_TEXTS
from opdesk.demo.phone import Phone
from opdesk.demo.run import LOGIN, PASSWORD, PHONE, Demo, prepared, street
from opdesk.demo.street import doors
from opdesk.demo.town import Town
from opdesk.kit.clock import HOUR_MS
from opdesk.kit.wire import time_out
from opdesk.settings import Settings
from tests.desk import Api, eventually
from tests.fakes import MovableClock
from tests.servers import opened_new
from tests.viber import JPEG

READ = 3


@dataclass
class Begun:
    """A demo that has started. `company`: its API; `phone`: the customer's, as its page calls."""

    town: Town
    demo: Demo
    company: Api
    operator: Api
    phone: httpx.AsyncClient

    async def chats(self, source: Source | None = None) -> list[dict[str, Any]]:
        query = "" if source is None else f"&source={int(source)}"
        found = await self.company.get(f"/api/chat/chats?per_page=100{query}")
        items: list[dict[str, Any]] = found.json["items"]
        return items

    async def chat_of(self, source: Source, text: str) -> int:
        """The chat in which somebody has written this."""

        async def written() -> int | None:
            for chat in await self.chats(source):
                if any(one["message"] == text for one in await self.messages(chat["id"])):
                    found: int = chat["id"]
                    return found
            return None

        return await eventually(written)

    async def messages(self, chat_id: int) -> list[dict[str, Any]]:
        """Oldest first."""
        found = await self.company.get(f"/api/chat/{chat_id}/messages?per_page=100")
        items: list[dict[str, Any]] = found.json["items"]
        return sorted(items, key=lambda one: one["id"])

    async def does(self, source: Source, person: str, act: str, **more: Any) -> httpx.Response:
        """A button of the page is pressed; a form without a file has one part that is empty."""
        values = {"source": str(int(source)), "person": person, "act": act}
        files = {"file": more.pop("file")} if "file" in more else None
        return await self.phone.post("/api/act", data={**values, **more}, files=files)

    async def lines(self, source: Source, person: str) -> list[dict[str, Any]]:
        query = {"source": str(int(source)), "person": person}
        found = await self.phone.get("/api/lines", params=query)
        lines: list[dict[str, Any]] = found.json()["lines"]
        return lines

    async def answers(self, chat_id: int, text: str) -> int:
        reply = await self.operator.post(f"/api/chat/{chat_id}/message", {"textMessage": text})
        assert reply.status == 200, reply.text
        found: int = reply.json["id"]
        return found

    async def message(self, chat_id: int, message_id: int) -> dict[str, Any]:
        [found] = [one for one in await self.messages(chat_id) if one["id"] == message_id]
        return found


@asynccontextmanager
async def begun(
    settings: Settings, clock: MovableClock, state: Mapping[str, Any], folder: Path
) -> AsyncIterator[Begun]:
    town = Town(state.get("botToken"), clock)
    town.resume(folder)
    phone = Phone(town)
    async with (
        opened_new(settings, clock) as new,
        doors(street(town, phone), {}) as urls,
        httpx.AsyncClient(base_url=urls[PHONE], headers={"Origin": urls[PHONE]}) as page,
    ):
        new.services.pollers.local_every_s = 0.05
        phone.opens(urls[PHONE], new.base_url)
        demo = await prepared(new.services, town, urls, state)
        answer = await new.api.post(
            "/api/company/get-token", {"login": LOGIN, "password": PASSWORD}
        )
        company = new.api.bearer(answer.json)
        asked = {"id": demo.operator_id, "expiresAt": time_out(clock.now_ms() + 8 * HOUR_MS)}
        token = await company.post("/api/operator/get-token", asked)
        operator = new.api.bearer(token.json)
        yield Begun(town, demo, company, operator, page)


@pytest.fixture
async def first(settings: Settings, clock: MovableClock, tmp_path: Path) -> AsyncIterator[Begun]:
    async with begun(settings, clock, {}, tmp_path) as it:
        yield it


def people_of(source: Source) -> list[str]:
    if source is Source.TELEGRAM_BOT:
        return list(dict.fromkeys(str(one.id) for one, _ in TELEGRAM_TEXTS))
    return [person.id for person, _ in BEGINNINGS[source]]


async def test_chats_of_every_source_begin_and_end_with_words(first: Begun) -> None:
    async def polled() -> bool | None:
        return len(await first.chats(Source.ROZETKA)) == 2 or None

    await eventually(polled)

    for source in Source:
        chats = await first.chats(source)
        assert len(chats) == len(people_of(source)), source
        for chat in chats:
            messages = await first.messages(chat["id"])
            assert messages[0]["message"]
            assert messages[-1]["message"]
    phones = [chat["client"]["phone"] for chat in await first.chats(Source.TELEGRAM_BOT)]
    assert f"+{TARAS_PHONE}" in phones


async def test_a_text_of_every_phone_arrives_and_its_answer_comes_back(first: Begun) -> None:
    for source in Source:
        person = people_of(source)[0]

        reply = await first.does(source, person, "text", text=f"Питання {source.name}")
        assert reply.status_code == 200, (source, reply.text)

        chat_id = await first.chat_of(source, f"Питання {source.name}")
        await first.answers(chat_id, f"Відповідь {source.name}")

        async def came_back(person: str = person, source: Source = source) -> bool | None:
            last = (await first.lines(source, person))[-1]
            return (last["text"], last["isTheirs"]) == (f"Відповідь {source.name}", False) or None

        await eventually(came_back)


async def test_a_file_a_reading_and_an_edit_of_the_phone_arrive(first: Begun) -> None:
    source, person = Source.WHATSAPP, people_of(Source.WHATSAPP)[0]
    chat_id = await first.chat_of(source, "Вітаю! Оплатила замовлення 20433")
    answer = await first.answers(chat_id, "Бачимо оплату, дякуємо!")

    async def shown() -> bool | None:
        return any(not one["isTheirs"] for one in await first.lines(source, person)) or None

    await eventually(shown)
    await first.does(source, person, "read")
    await first.does(
        source, person, "file", text="Ось чек", mime="image/jpeg", file=("a.jpg", JPEG)
    )
    line = (await first.lines(source, person))[0]
    await first.does(source, person, "edit", line=line["id"], text="Вітаю! Оплатила 20434")

    async def all_there() -> bool | None:
        messages = await first.messages(chat_id)
        read = await first.message(chat_id, answer)
        is_edited = messages[0]["message"] == "Вітаю! Оплатила 20434"
        has_file = messages[-1]["message"] == "Ось чек"
        return (read["status"] == READ and is_edited and has_file) or None

    await eventually(all_there)
    picture = (await first.lines(source, person))[-1]
    query = {"source": "3", "person": person, "line": picture["id"]}
    assert (await first.phone.get("/api/file", params=query)).content == JPEG


async def test_every_button_of_every_source_does_something(first: Begun) -> None:
    for source, acts in NAMES.items():
        person = people_of(source)[-1]
        line = (await first.lines(source, person))[0]["id"]
        picture = ("a.jpg", JPEG, "image/jpeg")
        for act in acts:
            more = {"file": picture, "mime": "image/jpeg"} if act == "file" else {"line": line}
            reply = await first.does(source, person, act, text="❤", **more)
            assert reply.status_code == 200, (source, act, reply.text)
        lines = await first.lines(source, person)
        assert ("file" in acts) is any(one["file"] or one["kind"] == "photo" for one in lines)
        assert ("delete" in acts) is (line not in [one["id"] for one in lines])
        query = {"source": str(int(source)), "person": person}
        shown = (await first.phone.get("/api/lines", params=query)).json()
        assert shown["isBlocked"] is ("block" in acts)


async def test_an_operator_sees_that_a_platform_refuses_its_key(first: Begun) -> None:
    source, person = Source.FACEBOOK, people_of(Source.FACEBOOK)[0]
    chat_id = await first.chat_of(source, "Вона ще є?")

    await first.phone.post("/api/faults", data={"source": "6", "key": "on"})
    answer = await first.answers(chat_id, "Так, ще є")

    async def failed() -> bool | None:
        return bool((await first.message(chat_id, answer))["error"]) or None

    await eventually(failed)
    assert all(one["isTheirs"] for one in await first.lines(source, person))


async def test_what_the_page_can_not_do_is_said(first: Begun) -> None:
    add = {"source": "0", "name": "Нова людина"}

    without_phone = await first.phone.post("/api/people", data=add)
    reacted = await first.does(Source.VIBER, people_of(Source.VIBER)[0], "react", text="❤")
    of_nobody = await first.does(Source.VIBER, "380000000000", "text", text="Хто я?")

    refused = [one.status_code for one in (without_phone, reacted, of_nobody)]
    assert refused == [409, 409, 404]


async def test_no_other_page_and_no_other_name_of_the_phone_gets_in(first: Begun) -> None:
    values = {"source": "0", "person": people_of(Source.VIBER)[0], "act": "text", "text": "Я"}
    before = await first.lines(Source.VIBER, values["person"])

    for headers in ({"Origin": "https://elsewhere.example"}, {"Host": "elsewhere.example"}):
        reply = await first.phone.post("/api/act", data=values, headers=headers)
        assert reply.status_code == 403
    read = await first.phone.get("/api/sources", headers={"Host": "elsewhere.example"})

    assert read.status_code == 403
    assert await first.lines(Source.VIBER, values["person"]) == before


async def test_the_next_start_goes_on_with_the_same_people(
    settings: Settings, clock: MovableClock, tmp_path: Path
) -> None:
    person = people_of(Source.VIBER_BOT)[0]
    async with begun(settings, clock, {}, tmp_path) as first:
        first.town.keep(tmp_path)
        kept = {**first.demo.__dict__, "botToken": first.town.bot_token, "sources": list(Source)}
        before = await first.lines(Source.VIBER_BOT, person)
        chats = await first.chats(Source.VIBER_BOT)

    async with begun(settings, clock, kept, tmp_path) as again:
        assert await again.lines(Source.VIBER_BOT, person) == before
        assert len(await again.chats(Source.VIBER_BOT)) == len(chats)
        chat_id = await again.chat_of(Source.VIBER_BOT, "Доброго дня! Є ця куртка синя?")
        await again.answers(chat_id, "Так, є синя")

        async def came_back() -> bool | None:
            return (await again.lines(Source.VIBER_BOT, person))[-1][
                "text"
            ] == "Так, є синя" or None

        await eventually(came_back)
