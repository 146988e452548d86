"""The connector against a simulated SMSBAT, without a desk: what it sends, and what it makes of

answers.
"""

import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from opdesk.connectors.base import (
    Card,
    DeliveryError,
    MediaType,
    MessageStatus,
    Outbound,
    OutboundFile,
    Place,
    PlatformError,
    Problem,
    Receipt,
    SettingRefused,
    TemplateFill,
    Unreachable,
)
from opdesk.connectors.viber.connector import Viber
from opdesk.connectors.viber.sending import sent_id
from opdesk.kit.http_client import HttpClient, HttpReply
from opdesk.parts import LOOPBACK
from opdesk.simulators.base import Reply
from opdesk.simulators.viber import ViberPlatform, error_reply
from tests.servers import serving

OLENA = "380936670003"


@dataclass
class Smsbat:
    platform: ViberPlatform
    http: HttpClient
    url: str

    def connector(self, **more: str) -> Viber:
        return Viber(self.http, {**self.platform.settings(self.url), **more})

    def answers(self, name: str, *replies: Reply) -> None:
        self.platform.faults.refusals[name] = list(replies)


@asynccontextmanager
async def running() -> AsyncIterator[Smsbat]:
    platform, http = ViberPlatform(), HttpClient(LOOPBACK)
    async with serving(platform) as url:
        yield Smsbat(platform, http, url)
    await http.close()


@pytest.fixture
async def smsbat() -> AsyncIterator[Smsbat]:
    async with running() as found:
        yield found


def text(words: str = "?") -> Outbound:
    return Outbound(message_id=17, chat_id=OLENA, text=words)


def with_file(name: str, kind: MediaType, size: int = 4) -> Outbound:
    ending = name.rpartition(".")[2]
    url = f"https://desk.example/media/1/file.{ending}"
    file = OutboundFile(Path("unused"), name, ending, kind, size, "x/y", url)
    return replace(text(""), file=file)


async def problem_of(connector: Viber, out: Outbound) -> DeliveryError:
    with pytest.raises(DeliveryError) as failed:
        await connector.send(out)
    return failed.value


async def test_a_text_is_sent_as_the_channels_settings_say(smsbat: Smsbat) -> None:
    await smsbat.connector(textType="viber_promo", ttl="300").send(text("Вітаю"))
    await smsbat.connector().send(text("1" * 1_000))

    first, second = [call.body["messages"] for call in smsbat.platform.sent("bat/messagelist")]
    assert first == [
        {
            "from": "MyBrand",
            "to": OLENA,
            "type": "viber_promo",
            "text": "Вітаю",
            "customerMessageId": "17",
            "ttl": 300,
        }
    ]
    assert (second[0]["type"], second[0]["ttl"]) == ("viber_trans", 86_400)
    assert [line.text for line in smsbat.platform.phones[OLENA]] == ["Вітаю", "1" * 1_000]


@pytest.mark.parametrize(
    ("out", "more", "type_", "data"),
    [
        (with_file("a.jpg", MediaType.PHOTO), {}, "viber_promo", {"img": "{url}"}),
        (
            with_file("a.png", MediaType.PHOTO),
            {"imageField": "image", "mediaType": "viber_trans"},
            "viber_trans",
            {"image": "{url}"},
        ),
        (
            with_file("a.mp4", MediaType.VIDEO, 9),
            {},
            "viber_promo",
            {"video": "{url}", "fileSize": 9},
        ),
        (
            with_file("рахунок.pdf", MediaType.FILE),
            {},
            "viber_trans",
            {"fileUrl": "{url}", "fileName": "рахунок.pdf", "fileType": "pdf"},
        ),
        (
            with_file("a.docx", MediaType.FILE),
            {"fileFormats": "PDF , DOCX"},
            "viber_trans",
            {"fileUrl": "{url}", "fileName": "a.docx", "fileType": "docx"},
        ),
    ],
)
async def test_each_file_is_offered_as_smsbat_takes_it(
    smsbat: Smsbat, out: Outbound, more: dict[str, str], type_: str, data: dict[str, Any]
) -> None:
    taken = {"messages": [{"messageId": 5, "status": "accepted"}]}
    smsbat.answers("bat/messagelist", Reply(200, taken))

    sent = await smsbat.connector(**more).send(out)

    [call] = smsbat.platform.sent("bat/messagelist")
    [message] = call.body["messages"]
    assert out.file is not None
    expected = {
        name: one.format(url=out.file.url) if isinstance(one, str) else one
        for name, one in data.items()
    }
    assert (sent, message["type"], message["messageData"]) == ("5", type_, expected)
    assert "text" not in message


@pytest.mark.parametrize(
    ("out", "problem"),
    [
        (with_file("a.gif", MediaType.PHOTO), Problem.UNSUPPORTED),
        (with_file("a.mov", MediaType.VIDEO), Problem.UNSUPPORTED),
        (with_file("a.mp3", MediaType.AUDIO), Problem.UNSUPPORTED),
        (with_file("a.zip", MediaType.FILE), Problem.UNSUPPORTED),
        (with_file("a.jpg", MediaType.PHOTO, 1024 * 1024 + 1), Problem.TOO_LARGE),
        (with_file("a.mp4", MediaType.VIDEO, 10 * 1024 * 1024 + 1), Problem.TOO_LARGE),
        (with_file("a.pdf", MediaType.FILE, 10 * 1024 * 1024 + 1), Problem.TOO_LARGE),
        (replace(text(""), place=Place(1, 2)), Problem.UNSUPPORTED),
        (replace(text(""), card=Card("Іван")), Problem.UNSUPPORTED),
        (replace(text(""), template=TemplateFill("a", "uk")), Problem.UNSUPPORTED),
    ],
)
async def test_what_smsbat_cannot_bring_is_not_offered(
    smsbat: Smsbat, out: Outbound, problem: Problem
) -> None:
    error = await problem_of(smsbat.connector(), out)

    assert (error.problem, error.is_permanent) == (problem, True)
    assert smsbat.platform.calls == []


def taken(**item: Any) -> Reply:
    return Reply(200, {"messagelistId": 1, "messages": [item]})


FAILURES = [
    (error_reply(400, "INVALID_RECIPIENT"), Problem.RECIPIENT_UNKNOWN, True, None),
    (error_reply(400, "VALIDATION_ERROR"), Problem.BAD_REQUEST, True, None),
    (error_reply(401, "UNAUTHORIZED"), Problem.AUTH, True, None),
    (error_reply(402, "INSUFFICIENT_FUNDS"), Problem.REJECTED, True, None),
    (error_reply(403, "FORBIDDEN"), Problem.AUTH, True, None),
    (error_reply(413, "TOO_LARGE"), Problem.TOO_LARGE, True, None),
    (Reply(429, {}, {"Retry-After": "9"}), Problem.THROTTLED, False, 9.0),
    (Reply(429, {}), Problem.THROTTLED, False, None),
    (error_reply(500, "INTERNAL"), Problem.TRANSIENT, False, None),
    (Reply(503, b"<html>"), Problem.TRANSIENT, False, None),
    (error_reply(200, "INVALID_RECIPIENT"), Problem.RECIPIENT_UNKNOWN, True, None),
    (Reply(200, {"error": "no"}), Problem.BAD_REQUEST, True, None),
    (taken(messageId="5", status="rejected"), Problem.REJECTED, True, None),
    (taken(status="failed"), Problem.REJECTED, True, None),
    (
        taken(status="rejected", error={"code": "INVALID_RECIPIENT"}),
        Problem.RECIPIENT_UNKNOWN,
        True,
        None,
    ),
    (taken(status="accepted"), Problem.UNCERTAIN, False, None),
    (taken(status="accepted", messageId=""), Problem.UNCERTAIN, False, None),
    (Reply(200, {"messages": ["?"]}), Problem.UNCERTAIN, False, None),
    (Reply(200, {"messages": []}), Problem.UNCERTAIN, False, None),
    (Reply(200, [1]), Problem.UNCERTAIN, False, None),
    (Reply(200, b"<html>"), Problem.UNCERTAIN, False, None),
]


async def test_each_answer_is_what_it_says(smsbat: Smsbat) -> None:
    found = []
    for reply, *_ in FAILURES:
        smsbat.answers("bat/messagelist", reply)
        error = await problem_of(smsbat.connector(), text())
        found.append((reply, error.problem, error.is_permanent, error.retry_after_s))
        assert smsbat.platform.token not in str(error)

    assert found == FAILURES


def test_the_documents_answer_names_the_message(payloads: Path) -> None:
    body = (payloads / "viber" / "messagelist_response_doc_example.json").read_bytes()
    as_elsewhere = b'{"messages":[{"messageId":123,"status":"sent","recipient":"380"}]}'

    assert sent_id(HttpReply(200, {}, body)) == "abc123def456"
    assert sent_id(HttpReply(202, {}, as_elsewhere)) == "123"


async def test_a_lost_answer_is_uncertain_and_no_connection_is_not(smsbat: Smsbat) -> None:
    smsbat.platform.faults.lost |= {"bat/messagelist", "message"}
    lost = await problem_of(smsbat.connector(), text())
    with pytest.raises(DeliveryError) as unasked:
        await smsbat.connector().receipt_of("5")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{closed.getsockname()[1]}"
        away = smsbat.connector(apiBaseUrl=nobody)
        unsent = await problem_of(away, text())
        with pytest.raises(Unreachable):
            await away.identify()

    assert (lost.problem, unsent.problem) == (Problem.UNCERTAIN, Problem.TRANSIENT)
    assert unasked.value.problem is Problem.TRANSIENT


async def test_the_documents_status_is_read_when_it_is_asked_for(
    smsbat: Smsbat, payloads: Path
) -> None:
    body = (payloads / "viber" / "message_status_doc_example.json").read_bytes()
    smsbat.answers("message", Reply(200, json.loads(body)))

    receipt = await smsbat.connector().receipt_of("abc123def456")

    assert receipt == Receipt(status=MessageStatus.DELIVERED, message_id="abc123def456")


async def test_a_receipt_is_told_once_there_is_news(smsbat: Smsbat) -> None:
    connector = smsbat.connector()
    smsbat.platform.without_viber.add("380000000000")
    sent = await connector.send(text())
    lost = await connector.send(replace(text(), chat_id="380000000000"))

    assert await connector.receipt_of(sent) is None
    failed = await connector.receipt_of(lost)
    await smsbat.platform.comes_to(sent, "read")
    read = await connector.receipt_of(sent)

    assert failed is not None
    assert (failed.status, failed.problem, failed.words) == (
        MessageStatus.REJECTED,
        Problem.REJECTED,
        "undeliverable",
    )
    assert read is not None
    assert (read.status, read.message_id) == (MessageStatus.READ, sent)
    saying_nothing: list[Any] = [{}, [], {"deliverystatus": "odd"}]
    smsbat.answers("message", *[Reply(200, one) for one in saying_nothing])
    assert [await connector.receipt_of(sent) for _ in range(3)] == [None] * 3


@pytest.mark.parametrize(
    ("reply", "problem", "is_permanent"),
    [
        (error_reply(404, "NOT_FOUND"), Problem.BAD_REQUEST, True),
        (error_reply(401, "UNAUTHORIZED"), Problem.AUTH, True),
        (Reply(429, {}), Problem.THROTTLED, False),
        (Reply(502, b""), Problem.TRANSIENT, False),
    ],
)
async def test_an_unanswered_question_says_whether_to_ask_again(
    smsbat: Smsbat, reply: Reply, problem: Problem, is_permanent: bool
) -> None:
    smsbat.answers("message", reply)

    with pytest.raises(DeliveryError) as failed:
        await smsbat.connector().receipt_of("a/b?c")

    assert (failed.value.problem, failed.value.is_permanent) == (problem, is_permanent)
    assert smsbat.platform.calls[0].path == "/bat/message/a/b?c"


async def test_the_token_is_tried_without_sending_anything(smsbat: Smsbat) -> None:
    account = await smsbat.connector().identify()

    assert (account.id, account.sender) == ("MyBrand", "MyBrand")
    assert [call.path for call in smsbat.platform.calls] == ["/bat/message/0"]
    with pytest.raises(PlatformError, match="Invalid credentials"):
        await smsbat.connector(apiToken="another one").identify()


async def test_the_check_says_what_is_wrong(smsbat: Smsbat) -> None:
    async def codes(connector: Viber, url: str | None = "https://desk.example/hooks/1/2/s") -> Any:
        return [one.code for one in await connector.check(url)]

    connector, private = smsbat.connector(), HttpClient()

    assert await codes(connector) == []
    assert await codes(connector, None) == []
    assert await codes(smsbat.connector(apiToken="another one")) == ["tokenRefused"]
    smsbat.answers("message", Reply(302, {}), Reply(503, {}), Reply(403, {}))
    assert [await codes(connector) for _ in range(3)] == [
        ["platformSilent"],
        ["platformSilent"],
        ["tokenRefused"],
    ]
    at_home = Viber(private, smsbat.platform.settings(smsbat.url))
    assert await codes(at_home) == ["addressRefused"]
    with pytest.raises(SettingRefused, match="private network") as refused:
        await at_home.identify()
    assert refused.value.name == "apiBaseUrl"
    await private.close()


async def test_customers_send_no_files(smsbat: Smsbat) -> None:
    with pytest.raises(DeliveryError) as refused:
        async with smsbat.connector().fetch("anything"):
            pass

    assert refused.value.problem is Problem.UNSUPPORTED


async def test_the_simulated_smsbat_checks_what_it_is_sent(smsbat: Smsbat) -> None:
    good = {"from": "MyBrand", "to": OLENA, "type": "viber_trans", "text": "?", "ttl": 60}
    wrong: list[dict[str, Any]] = [
        {"from": "Other"},
        {"type": "viber_voice"},
        {"ttl": 1},
        {"text": "1" * 1_001},
        {"text": ""},
        {"messageData": {"img": "https://x/a.jpg"}},
        {"messageData": {"fileUrl": "http://desk.example/a.pdf"}},
    ]
    headers = {"X-Authorization-Key": smsbat.platform.token}
    async with httpx.AsyncClient(base_url=smsbat.url, headers=headers) as client:
        reply = await client.post(
            "/bat/messagelist", json={"messages": [good, *({**good, **one} for one in wrong)]}
        )
        plus = await client.post("/bat/messagelist", json={"messages": [{**good, "to": "+380"}]})

    assert [one["status"] for one in reply.json()["messages"]] == ["accepted"] + ["rejected"] * 7
    assert (plus.status_code, plus.json()["error"]["code"]) == (400, "INVALID_RECIPIENT")
