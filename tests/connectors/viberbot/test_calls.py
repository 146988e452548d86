"""The connector against a simulated Viber, without a desk: what it sends, and what it makes of

answers, files and what customers do with our messages.
"""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from opdesk.connectors.base import (
    Card,
    DeliveryError,
    Inbound,
    MediaType,
    MessageStatus,
    Outbound,
    OutboundFile,
    Place,
    Problem,
    Receipt,
    SettingRefused,
    Unreachable,
)
from opdesk.connectors.viberbot.connector import MAX_REDIRECTS, ViberBot
from opdesk.connectors.viberbot.declaration import MAX_FILE_BYTES
from opdesk.connectors.viberbot.sending import delivery_error, sent_id
from opdesk.kit.http_client import HttpClient, HttpReply
from opdesk.kit.layers import App, Receive, Scope, Send, answer
from opdesk.parts import LOOPBACK
from opdesk.simulators.base import Person, Reply
from opdesk.simulators.viberbot import ViberBotPlatform, status_reply
from tests.servers import serving
from tests.viber import JPEG

OLENA = Person("01234567890A/bc+D==", "Олена")


@dataclass
class Phone:
    """A customer of a simulated Viber, and a connector to it; `heard` are its callbacks' bodies."""

    platform: ViberBotPlatform
    connector: ViberBot
    url: str
    heard: list[bytes]

    async def gets(self, out: Outbound) -> Any:
        """The line that the phone shows for a message."""
        sent = await self.connector.send(out)
        line = self.platform.phones[OLENA.id][-1]
        assert line.id == sent
        return line


@asynccontextmanager
async def connected() -> AsyncIterator[Phone]:
    heard: list[bytes] = []

    async def listener(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            heard.append((await receive())["body"])
            await answer(send, 200, b"", b"text/plain")

    http, platform = HttpClient(LOOPBACK), ViberBotPlatform()
    async with serving(platform) as url, serving(_with_lifespan(listener)) as hook:
        connector = ViberBot(http, {**platform.settings(url), "senderName": "Shop"})
        await connector.set_webhook(hook, "unused")
        await platform.writes(OLENA, "Добрий день")
        yield Phone(platform, connector, url, heard)
    await http.close()


def _with_lifespan(app: App) -> App:
    async def whole(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            for step in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{step}.complete"})
            return
        await app(scope, receive, send)

    return whole


@pytest.fixture
async def phone() -> AsyncIterator[Phone]:
    async with connected() as found:
        yield found


def text(words: str = "?") -> Outbound:
    return Outbound(message_id=1, chat_id=OLENA.id, text=words)


def file_at(url: str, name: str, kind: MediaType, size: int) -> OutboundFile:
    return OutboundFile(Path("unused"), name, name.rpartition(".")[2], kind, size, "x/y", url)


async def test_the_longest_text_fits_into_a_call(phone: Phone) -> None:
    most = ViberBot.declaration.limits.text_chars

    line = await phone.gets(text("😀" * most))

    assert len(line.text) == most


async def test_a_place_is_a_point_and_one_with_a_name_says_it(phone: Phone) -> None:
    point = Place(50.45, 30.52)

    bare = await phone.gets(replace(text(""), place=point))
    named = await phone.gets(replace(text(""), place=replace(point, title="Кав'ярня")))

    assert (bare.kind, bare.text) == (MediaType.LOCATION, "50.45,30.52")
    assert named.text == "Кав'ярня\nhttps://www.google.com/maps?q=50.45,30.52"


@pytest.mark.parametrize(
    ("card", "shown"),
    [
        (Card("Іван", ("+380501112233",)), "Іван +380501112233"),
        (Card("Іван", ("+380501112233", "+380441112233")), "Іван\n+380501112233\n+380441112233"),
        (Card("Іван", ()), "Іван"),
        (Card("І" * 29, ("+380501112233",)), "І" * 29 + "\n+380501112233"),
        (Card("Іван", ("+380501112233 (дод. 17)",)), "Іван\n+380501112233 (дод. 17)"),
    ],
)
async def test_nothing_of_a_card_is_lost(phone: Phone, card: Card, shown: str) -> None:
    assert (await phone.gets(replace(text(""), card=card))).text == shown


async def test_a_picture_takes_a_caption(phone: Phone) -> None:
    phone.platform.files["/media/a.jpg"] = (JPEG, 2**53)
    file = file_at(f"{phone.url}/media/a.jpg", "a.jpg", MediaType.PHOTO, len(JPEG))

    line = await phone.gets(replace(text("ось"), file=file))

    assert (line.text, line.kind) == ("ось", MediaType.PHOTO)


async def test_a_files_name_has_an_ending_and_at_most_256_characters(phone: Phone) -> None:
    phone.platform.files["/media/file.pdf"] = (b"%PDF", 2**53)
    file = file_at(f"{phone.url}/media/file.pdf", "a.pdf", MediaType.FILE, 4)

    plain = await phone.gets(replace(text(""), file=replace(file, name="рахунок")))
    long = await phone.gets(replace(text(""), file=replace(file, name="a" * 300 + ".pdf")))

    assert (plain.file[0], long.file[0]) == ("рахунок.pdf", "a" * 252 + ".pdf")


async def test_too_large_a_file_is_not_offered(phone: Phone) -> None:
    file = file_at("https://x/a.zip", "a.zip", MediaType.FILE, MAX_FILE_BYTES + 1)

    with pytest.raises(DeliveryError) as refused:
        await phone.connector.send(replace(text(""), file=file))

    assert (refused.value.problem, refused.value.is_permanent) == (Problem.TOO_LARGE, True)
    assert phone.platform.sent("send_message") == []


async def test_a_file_whose_address_viber_cannot_open_is_a_bad_request(phone: Phone) -> None:
    file = file_at("http://desk.example/a.zip", "a.zip", MediaType.FILE, 4)

    with pytest.raises(DeliveryError) as refused:
        await phone.connector.send(replace(text(""), file=file))

    assert (refused.value.problem, refused.value.is_permanent) == (Problem.BAD_REQUEST, True)


FAILURES = [
    (status_reply(12), Problem.THROTTLED, False, None),
    (Reply(200, {"status": 12}, {"Retry-After": "7"}), Problem.THROTTLED, False, 7.0),
    (status_reply(99, "general error"), Problem.TRANSIENT, False, None),
    (Reply(200, {"status": "odd"}), Problem.UNCERTAIN, False, None),
    (Reply(200, b"<html>"), Problem.UNCERTAIN, False, None),
    (status_reply(0), Problem.UNCERTAIN, False, None),
    (status_reply(0, message_token=0), Problem.UNCERTAIN, False, None),
    (Reply(429, {}, {"Retry-After": "30"}), Problem.THROTTLED, False, 30.0),
    (Reply(503, b"", {}), Problem.TRANSIENT, False, None),
    (Reply(401, {}), Problem.AUTH, True, None),
    (Reply(403, {}), Problem.AUTH, True, None),
    (Reply(413, {}), Problem.TOO_LARGE, True, None),
    (Reply(400, {"status_message": "no"}), Problem.BAD_REQUEST, True, None),
]


@pytest.mark.parametrize(("reply", "problem", "is_permanent", "after_s"), FAILURES)
async def test_each_answer_is_what_it_says(
    phone: Phone, reply: Reply, problem: Problem, is_permanent: bool, after_s: float | None
) -> None:
    phone.platform.faults.refusals["send_message"] = [reply]

    with pytest.raises(DeliveryError) as failed:
        await phone.connector.send(text())

    found = failed.value
    assert (found.problem, found.is_permanent, found.retry_after_s) == (
        problem,
        is_permanent,
        after_s,
    )
    assert phone.platform.token not in str(found)


def test_a_spent_balance_says_so_to_the_admin() -> None:
    error = delivery_error(HttpReply(200, {}, b'{"status":24,"status_message":"noBalance"}'))

    assert str(error) == "noBalance: the bot's quota or balance at Viber is used up"
    assert sent_id(HttpReply(200, {}, b'{"status":0,"message_token":"5"}')) == "5"


async def test_a_lost_answer_is_uncertain_and_no_connection_is_not(phone: Phone) -> None:
    phone.platform.faults.lost.add("send_message")
    with pytest.raises(DeliveryError) as lost:
        await phone.connector.send(text())
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{closed.getsockname()[1]}"
        http = HttpClient(LOOPBACK)
        away = ViberBot(http, {"authToken": "t" * 16, "apiBaseUrl": nobody})
        with pytest.raises(DeliveryError) as unsent:
            await away.send(text())
        with pytest.raises(Unreachable):
            await away.identify()
        await http.close()

    assert (lost.value.problem, unsent.value.problem) == (Problem.UNCERTAIN, Problem.TRANSIENT)


async def test_an_address_on_a_private_network_is_refused_by_its_field() -> None:
    http = HttpClient()
    connector = ViberBot(http, {"authToken": "t" * 16, "apiBaseUrl": "http://127.0.0.1:9/pa"})

    with pytest.raises(SettingRefused) as refused:
        await connector.identify()
    [trouble] = await connector.check(None)
    await http.close()

    assert (refused.value.name, trouble.code) == ("apiBaseUrl", "addressRefused")


async def test_each_device_tells_what_it_got_and_both_mean_one_receipt(phone: Phone) -> None:
    sent = await phone.connector.send(text())
    phone.heard.clear()

    await phone.platform.sees(OLENA)

    updates = [ViberBot.parse(body, {})[0] for body in phone.heard]
    assert len(updates) == 4
    assert {one.key: one.item for one in updates} == {
        f"delivered:{sent}": Receipt(status=MessageStatus.DELIVERED, message_id=sent),
        f"seen:{sent}": Receipt(status=MessageStatus.READ, message_id=sent),
    }
    assert {one.chat_id for one in updates} == {OLENA.id}


async def test_what_customers_do_is_read_as_it_is(phone: Phone) -> None:
    phone.heard.clear()
    line = await phone.gets(text())

    await phone.platform.sends_place(OLENA, 50.45, 30.52)
    await phone.platform.sends_contact(OLENA, "Іван", "+380501112233")
    await phone.platform.sends_sticker(OLENA, 46105, JPEG)
    await phone.platform.sends_link(OLENA, "https://shop.example/a")
    await phone.platform.fails(OLENA, line, "no such device")
    await phone.platform.opens(OLENA, context="order-5")
    await phone.platform.unsubscribes(OLENA)
    await phone.platform.subscribes(OLENA)

    items = [ViberBot.parse(body, {})[0].item for body in phone.heard]
    place, card, sticker, link, failed = items[:5]
    assert isinstance(place, Inbound)
    assert place.place == Place(50.45, 30.52)
    assert isinstance(card, Inbound)
    assert card.card == Card("Іван", ("+380501112233",))
    assert isinstance(sticker, Inbound)
    assert sticker.file is not None
    assert sticker.file.type is MediaType.STICKER
    assert await fetched(phone, sticker.file.reference) == JPEG
    assert isinstance(link, Inbound)
    assert link.text == "https://shop.example/a"
    assert isinstance(failed, Receipt)
    assert (failed.message_id, failed.words) == (line.id, "no such device")
    assert [getattr(one, "is_open", None) for one in items[5:]] == [True, False, True]


async def fetched(phone: Phone, url: str) -> bytes:
    async with phone.connector.fetch(url) as chunks:
        return b"".join([chunk async for chunk in chunks])


async def test_a_file_is_found_where_its_address_leads(phone: Phone) -> None:
    phone.platform.files["/media/there.jpg"] = (JPEG, 2**53)
    leads = Reply(302, {}, {"Location": "/media/there.jpg"})
    phone.platform.faults.refusals["media"] = [leads, leads]

    assert await fetched(phone, f"{phone.url}/media/here.jpg") == JPEG


@pytest.mark.parametrize(
    ("replies", "problem", "is_permanent"),
    [
        ([Reply(403, b"")], Problem.REJECTED, True),
        ([Reply(404, b"")], Problem.REJECTED, True),
        ([Reply(429, b"")], Problem.TRANSIENT, False),
        ([Reply(502, b"")], Problem.TRANSIENT, False),
        ([Reply(302, {}, {"Location": "?x"})] * 2 * (1 + MAX_REDIRECTS), Problem.REJECTED, True),
        ([Reply(302, {}, {"Location": "http://10.0.0.1/"})] * 2, Problem.REJECTED, True),
        ([Reply(302, {}, {"Location": "ftp://x/"})] * 2, Problem.TRANSIENT, False),
    ],
)
async def test_a_file_that_is_not_there_says_whether_to_try_again(
    phone: Phone, replies: list[Reply], problem: Problem, is_permanent: bool
) -> None:
    phone.platform.faults.refusals["media"] = list(replies)

    with pytest.raises(DeliveryError) as failed:
        await fetched(phone, f"{phone.url}/media/a.jpg")

    assert (failed.value.problem, failed.value.is_permanent) == (problem, is_permanent)
