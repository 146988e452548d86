"""The connector against the simulated Rozetka: signing in, listening, sending, files."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from opdesk.channels.model import Trouble
from opdesk.connectors.base import (
    DeliveryError,
    Echo,
    Inbound,
    MediaType,
    MessageStatus,
    Outbound,
    OutboundFile,
    PlatformError,
    Problem,
    Receipt,
    SettingRefused,
    Unreachable,
    Update,
)
from opdesk.connectors.rozetka.connector import Rozetka
from opdesk.connectors.rozetka.listening import FIRST_MS
from opdesk.simulators.base import Call, Person, Reply
from opdesk.simulators.rozetka import MARKET_ID, MARKET_TITLE, RozetkaPlatform, refusal
from tests.fakes import MovableClock
from tests.rozetka import OKSANA, PETRO, Alone, alone
from tests.telegram import JPEG

THIRD = Person("55", "Третій")


@pytest.fixture
async def shop(clock: MovableClock) -> AsyncIterator[Alone]:
    async with alone(RozetkaPlatform(clock)) as opened:
        yield opened


def texts(updates: list[Update]) -> list[str]:
    return [one.item.text for one in updates if isinstance(one.item, Inbound | Echo)]


async def failed(shop: Alone, out: Outbound) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await shop.connector.send(out)
    return caught.value


def to(chat: dict[str, Any], **more: Any) -> Outbound:
    return Outbound(message_id=1, chat_id=f"{chat['id']}:{chat['user_id']}", **more)


# --- signing in -------------------------------------------------------------


async def test_a_password_says_which_shop_it_opens(shop: Alone) -> None:
    account = await shop.connector.identify()

    assert (account.id, account.sender) == (str(MARKET_ID), MARKET_TITLE)
    assert shop.platform.sent("sites")[0].body["password"] != shop.platform.password


async def test_a_token_opens_its_own_shop_only() -> None:
    platform = RozetkaPlatform()
    await platform.writes(OKSANA, "?")
    async with alone(platform, with_token=True) as shop:
        account = await shop.connector.identify()
        foreign = Rozetka(shop.http, {**shop.settings, "marketId": "5"})
        with pytest.raises(SettingRefused) as refused:
            await foreign.identify()

        assert (account.id, account.sender) == (str(MARKET_ID), MARKET_TITLE)
        assert refused.value.name == "marketId"
        assert platform.sent("sites") == []


async def test_one_sign_in_serves_many_calls(shop: Alone) -> None:
    for _ in range(3):
        await shop.polled()

    assert len(shop.platform.sent("sites")) == 1


async def test_an_expired_session_is_renewed_once(shop: Alone) -> None:
    chat = shop.platform.given_chat(OKSANA)
    shop.platform.writes_in(chat, OKSANA, "?")
    await shop.polled()
    shop.platform.tokens.clear()

    await shop.connector.send(to(chat, text="так"))

    assert len(shop.platform.sent("sites")) == 2
    assert [line.text for line in shop.platform.phones[OKSANA.id]] == ["?", "так"]


async def test_a_key_that_stays_refused_is_not_tried_for_ever(shop: Alone) -> None:
    chat = shop.platform.given_chat(OKSANA)
    shop.platform.faults.refusals["create"] = [refusal(6001, "Сесія закінчилася")] * 9

    error = await failed(shop, to(chat, text="?"))

    assert (error.problem, error.is_permanent) == (Problem.AUTH, True)
    assert len(shop.platform.sent("create")) == 2


async def test_what_is_wrong_is_found(shop: Alone) -> None:
    assert await shop.connector.check(None) == []

    shop.platform.permissions = ["order_edit"]
    [denied] = await shop.connector.check(None)
    shop.platform.password = "another"
    [refused] = await shop.connector.check(None)
    shop.platform.faults.is_down = True
    [silent] = await shop.connector.check(None)
    odd = {**shop.settings, "timeZone": "Europe/Nowhere"}
    [zone] = await Rozetka(shop.http, odd).check(None)

    assert denied == Trouble("permissionMissing", {"words": "В доступі відмовлено"})
    assert refused == Trouble("signInRefused", {"words": "Неправильний логін або пароль"})
    assert silent == Trouble("platformSilent")
    assert (zone.code, zone.params["name"]) == ("settingRefused", "timeZone")


async def test_an_address_that_nobody_allowed_is_named(shop: Alone) -> None:
    private = {**shop.settings, "apiBaseUrl": "http://10.0.0.1"}

    [trouble] = await Rozetka(shop.http, private).check(None)

    assert trouble.params["name"] == "apiBaseUrl"


# --- listening --------------------------------------------------------------


@pytest.mark.parametrize("lists_messages", [True, False])
@pytest.mark.parametrize("numbers_messages", [True, False])
async def test_what_is_new_comes_once(
    shop: Alone, lists_messages: bool, numbers_messages: bool
) -> None:
    shop.platform.lists_messages = lists_messages
    shop.platform.numbers_messages = numbers_messages
    await shop.platform.writes(OKSANA, "перше")
    chat = shop.platform.given_chat(PETRO, "items")
    shop.platform.writes_in(chat, PETRO, "про товар")

    first = await shop.polled()
    nothing = await shop.bodies()
    await shop.platform.writes(OKSANA, "друге")
    second = await shop.polled()

    assert sorted(texts(first)) == ["перше", "про товар"]
    assert nothing == []
    assert texts(second) == ["перше", "друге"]
    assert {one.key for one in first} & {one.key for one in second}


async def test_listening_does_not_mark_as_read_what_the_list_has(shop: Alone) -> None:
    await shop.platform.writes(OKSANA, "?")

    await shop.polled()

    assert shop.platform.read_chats == []


async def test_a_chat_is_opened_once_for_what_the_list_lacks(shop: Alone) -> None:
    shop.platform.lists_messages = False
    await shop.platform.writes(OKSANA, "?")

    for _ in range(4):
        await shop.polled()

    assert len(shop.platform.read_chats) == 1


async def test_what_was_not_stored_comes_again(shop: Alone) -> None:
    shop.platform.lists_messages = False
    await shop.platform.writes(OKSANA, "від Оксани")
    await shop.platform.writes(PETRO, "від Петра")

    bodies = await shop.bodies()
    shop.stored(bodies[:1])  # the second could not be

    assert "від Петра" in texts(await shop.polled())
    assert await shop.bodies() == []


async def test_a_read_mark_comes_without_any_news(shop: Alone) -> None:
    chat = shop.platform.given_chat(OKSANA)
    shop.platform.writes_in(chat, OKSANA, "?")
    number = await shop.connector.send(to(chat, text="так"))
    await shop.polled()

    await shop.platform.sees(OKSANA)
    shop.platform.moderates(number, 5)
    updates = await shop.polled()

    receipts = [one.item for one in updates if isinstance(one.item, Receipt)]
    assert receipts == [Receipt(status=MessageStatus.READ, message_id=number)]


async def test_a_new_channel_takes_the_last_days_only(shop: Alone, clock: MovableClock) -> None:
    await shop.platform.writes(OKSANA, "давно")
    clock.move(seconds=FIRST_MS / 1000 + 60)
    await shop.platform.writes(PETRO, "щойно")

    assert texts(await shop.polled()) == ["щойно"]
    await shop.platform.writes(OKSANA, "знову")
    assert texts(await shop.polled()) == ["давно", "знову"]


async def test_all_pages_are_read(shop: Alone) -> None:
    for n in range(45):
        chat = shop.platform.given_chat(OKSANA)
        shop.platform.writes_in(chat, OKSANA, f"{n}")

    assert sorted(texts(await shop.polled()), key=int) == [str(n) for n in range(45)]


async def test_a_failure_in_the_middle_loses_nothing(shop: Alone, clock: MovableClock) -> None:
    shop.platform.lists_messages = False
    for n, person in enumerate((OKSANA, PETRO, THIRD)):
        await shop.platform.writes(person, f"{n}")
        clock.move(seconds=1)
    gone, maintenance = refusal(1404, "немає"), refusal(5503, "Технічне обслуговування")
    answers = [gone, None, maintenance]

    opened = shop.platform.answer_to

    async def answer_to(call: Call) -> Reply:
        planned = answers.pop(0) if shop.platform.name_of(call) == "open" and answers else None
        return planned or await opened(call)

    shop.platform.answer_to = answer_to  # type: ignore[method-assign]

    assert texts(await shop.polled()) == ["1"]
    assert texts(await shop.polled()) == ["0", "1", "2"]


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (refusal(1010, "В доступі відмовлено"), PlatformError),
        (refusal(5503, "Технічне обслуговування"), Unreachable),
        (Reply(502, b"<html>"), Unreachable),
        (Reply(429, {}), Unreachable),
    ],
)
async def test_a_poll_that_fails_says_why(shop: Alone, reply: Reply, error: type) -> None:
    shop.platform.faults.refusals["search"] = [reply]

    with pytest.raises(error):
        await shop.polled()


async def test_answers_of_the_cabinet_come_too(shop: Alone) -> None:
    await shop.platform.writes(OKSANA, "?")
    shop.platform.answers_in_cabinet(OKSANA, "з кабінету")

    found = [one.item for one in await shop.polled()]

    assert [type(one) for one in found] == [Inbound, Echo]


# --- sending ----------------------------------------------------------------


async def test_a_text_reaches_the_buyer_and_is_known_when_it_comes_back(shop: Alone) -> None:
    chat = shop.platform.given_chat(OKSANA)

    number = await shop.connector.send(to(chat, text="Доброго дня"))

    [line] = shop.platform.phones[OKSANA.id]
    assert (line.text, line.is_theirs) == ("Доброго дня", False)
    [echo] = [one.item for one in await shop.polled() if isinstance(one.item, Echo)]
    assert echo.message_id == number


@pytest.mark.parametrize("lists_numbers", [True, False])
async def test_an_answer_without_a_number_is_looked_up(shop: Alone, lists_numbers: bool) -> None:
    chat = shop.platform.given_chat(OKSANA)
    shop.platform.numbers_messages = lists_numbers
    captured = {"success": True, "content": {"chat_id": chat["id"], "body": "Тест", "sender": 2}}
    shop.platform.answers_in_cabinet(OKSANA, "Тест")
    captured["content"]["created"] = chat["messages"][-1]["created"]  # type: ignore[index]
    shop.platform.faults.refusals["create"] = [Reply(200, captured)]

    number = await shop.connector.send(to(chat, text="Тест"))

    [echo] = [one.item for one in await shop.polled() if isinstance(one.item, Echo)]
    assert echo.message_id == number


@pytest.mark.parametrize("text", ["", "ось чек"])
async def test_a_file_is_uploaded(shop: Alone, tmp_path: Path, text: str) -> None:
    path = tmp_path / "a"
    path.write_bytes(JPEG)
    file = OutboundFile(path, "фото.jpg", "jpg", MediaType.PHOTO, len(JPEG), "image/jpeg", "")
    chat = shop.platform.given_chat(OKSANA)
    shop.platform.tokens.clear()  # so that it has to be sent twice

    await shop.connector.send(to(chat, text=text, file=file))

    [line] = shop.platform.phones[OKSANA.id]
    assert line.file == ("фото.jpg", "image/jpeg", JPEG)
    assert line.text == (text or "фото.jpg")


async def test_a_chat_without_its_buyer_is_not_written_to(shop: Alone) -> None:
    error = await failed(shop, Outbound(message_id=1, chat_id="5", text="?"))

    assert (error.problem, error.is_permanent) == (Problem.RECIPIENT_UNKNOWN, True)


@pytest.mark.parametrize(
    ("reply", "problem", "is_permanent"),
    [
        (refusal(0, "server_error"), Problem.TRANSIENT, False),
        (refusal(1001, "x", ["body"]), Problem.BAD_REQUEST, True),
        (refusal(1002, "x"), Problem.BAD_REQUEST, True),
        (refusal(1004, "x"), Problem.AUTH, True),
        (refusal(1005, "x"), Problem.BAD_REQUEST, True),
        (refusal(1010, "x"), Problem.AUTH, True),
        (refusal(1019, "x"), Problem.RECIPIENT_UNKNOWN, True),
        (refusal(1404, "x"), Problem.RECIPIENT_UNKNOWN, True),
        (refusal(5404, "x"), Problem.RECIPIENT_UNKNOWN, True),
        (refusal(5503, "x"), Problem.TRANSIENT, False),
        (refusal(7777, "x"), Problem.REJECTED, True),
        (
            Reply(200, {"success": False, "errors": [{"message": "x", "code": "1005"}]}),
            Problem.BAD_REQUEST,
            True,
        ),
        (Reply(200, {"success": False}), Problem.TRANSIENT, False),
        (Reply(403, {}), Problem.AUTH, True),
        (Reply(413, b""), Problem.TOO_LARGE, True),
        (Reply(429, {}, {"Retry-After": "7"}), Problem.THROTTLED, False),
        (Reply(502, b"<html>"), Problem.TRANSIENT, False),
    ],
)
async def test_each_refusal_has_its_class(
    shop: Alone, reply: Reply, problem: Problem, is_permanent: bool
) -> None:
    chat = shop.platform.given_chat(OKSANA)
    shop.platform.faults.refusals["create"] = [reply]

    error = await failed(shop, to(chat, text="?"))

    assert (error.problem, error.is_permanent) == (problem, is_permanent)
    assert error.retry_after_s == (7 if problem is Problem.THROTTLED else None)
    assert shop.platform.phones[OKSANA.id] == []


async def test_a_lost_answer_is_uncertain(shop: Alone) -> None:
    chat = shop.platform.given_chat(OKSANA)
    shop.platform.faults.lost = {"create"}

    error = await failed(shop, to(chat, text="?"))

    assert error.problem is Problem.UNCERTAIN
    assert len(shop.platform.phones[OKSANA.id]) == 1


async def test_reading_in_the_panel_reads_there(shop: Alone) -> None:
    chat = shop.platform.given_chat(OKSANA)
    shop.platform.writes_in(chat, OKSANA, "?")

    await shop.connector.mark_read(f"{chat['id']}:{chat['user_id']}", "1")

    assert (shop.platform.read_chats, chat["unread_messages_count"]) == ([chat["id"]], 0)
    shop.platform.chats.clear()
    with pytest.raises(DeliveryError):
        await shop.connector.mark_read("5:7", "1")


# --- files ------------------------------------------------------------------


async def fetched(shop: Alone, reference: str) -> bytes:
    async with shop.connector.fetch(reference) as chunks:
        return b"".join([chunk async for chunk in chunks])


@pytest.mark.parametrize("data", [JPEG, b"", b'{"a": 1}', b"{" * 5])
async def test_a_file_is_fetched_with_a_session_that_has_ended(shop: Alone, data: bytes) -> None:
    await shop.platform.sends_file(OKSANA, MediaType.FILE, ("a.jpg", "image/jpeg", data))
    [update] = await shop.polled()
    assert isinstance(update.item, Inbound)
    assert update.item.file is not None
    shop.platform.tokens.clear()

    assert await fetched(shop, update.item.file.reference) == data


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        (refusal(1013, "Файл не знайдений"), Problem.RECIPIENT_UNKNOWN),
        (Reply(503, b""), Problem.TRANSIENT),
    ],
)
async def test_a_file_that_is_refused_is_no_file(
    shop: Alone, reply: Reply, problem: Problem
) -> None:
    shop.platform.faults.refusals["file"] = [reply]

    with pytest.raises(DeliveryError) as caught:
        await fetched(shop, "5")

    assert caught.value.problem is problem
