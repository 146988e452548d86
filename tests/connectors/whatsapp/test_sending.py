"""Messages on their way to a customer's WhatsApp, and what Meta says to them."""

import hashlib
import hmac
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from opdesk.connectors.base import (
    Card,
    DeliveryError,
    HookCall,
    MediaType,
    Outbound,
    OutboundFile,
    Place,
    Problem,
    Template,
    TemplateFill,
)
from opdesk.connectors.whatsapp.connector import WhatsApp as Connector
from opdesk.kit.http_client import HttpClient
from opdesk.parts import LOOPBACK
from opdesk.simulators.base import Reply
from opdesk.simulators.whatsapp import WhatsApp
from opdesk.simulators.whatsapp_api import NUMBER
from opdesk.simulators.whatsapp_rules import refusal
from tests.servers import serving
from tests.telegram import JPEG
from tests.whatsapp import OLHA, TARAS, Line

DIGITS = "380501234567"


@asynccontextmanager
async def talking() -> AsyncIterator[tuple[Connector, WhatsApp]]:
    """A connector and a platform to which Taras and Olha have just written."""
    whatsapp, http = WhatsApp(), HttpClient(LOOPBACK)
    try:
        async with serving(whatsapp) as url:
            for person in (TARAS, OLHA):
                await whatsapp.writes(person, "Добрий день")
            yield Connector(http, whatsapp.settings(url)), whatsapp
    finally:
        await http.close()


@pytest.fixture
async def talk() -> AsyncIterator[tuple[Connector, WhatsApp]]:
    async with talking() as both:
        yield both


Talk = tuple[Connector, WhatsApp]


def out(**more: Any) -> Outbound:
    return Outbound(**{"message_id": 42, "chat_id": TARAS.id, **more})


def a_file(folder: Path, kind: MediaType, extension: str) -> OutboundFile:
    path = folder / "stored"
    path.write_bytes(JPEG)
    url = f"https://desk.example.com/media/5/a.{extension}"
    return OutboundFile(
        path, f"a.{extension}", extension, kind, len(JPEG), "application/octet-stream", url
    )


async def test_a_text_goes_with_our_number_to_either_id(talk: Talk) -> None:
    connector, whatsapp = talk

    first = await connector.send(out(text="Вітаю"))
    second = await connector.send(out(chat_id=DIGITS, text="https://example.com", reply_to=first))

    one, other = (call.body for call in whatsapp.sent("POST messages"))
    assert (one["recipient"], one["biz_opaque_callback_data"]) == (TARAS.id, "42")
    assert (one["text"]["preview_url"], "to" in one, "context" in one) == (False, False, False)
    assert (other["to"], other["context"]) == (DIGITS, {"message_id": first})
    assert other["text"]["preview_url"]
    shown = whatsapp.phones[TARAS.id][1:]
    assert [(line.id, line.text) for line in shown] == [
        (first, "Вітаю"),
        (second, "https://example.com"),
    ]


@pytest.mark.parametrize(
    ("kind", "extension", "words", "sent_as", "shown_as"),
    [
        (MediaType.PHOTO, "jpg", "ось", "image", MediaType.PHOTO),
        (MediaType.PHOTO, "gif", "ось", "document", MediaType.FILE),
        (MediaType.VIDEO, "mp4", "ось", "video", MediaType.VIDEO),
        (MediaType.VIDEO, "avi", "", "document", MediaType.FILE),
        (MediaType.AUDIO, "ogg", "", "audio", MediaType.AUDIO),
        (MediaType.AUDIO, "mp3", "", "audio", MediaType.AUDIO),
        (MediaType.AUDIO, "mp3", "ось", "document", MediaType.FILE),
        (MediaType.AUDIO, "wav", "", "document", MediaType.FILE),
        (MediaType.FILE, "pdf", "ось", "document", MediaType.FILE),
        (MediaType.FILE, "zip", "ось", "document", MediaType.FILE),
        (MediaType.STICKER, "webp", "", "sticker", MediaType.STICKER),
    ],
)
async def test_a_file_goes_as_what_whatsapp_can_show(
    talk: Talk,
    tmp_path: Path,
    kind: MediaType,
    extension: str,
    words: str,
    sent_as: str,
    shown_as: MediaType,
) -> None:
    connector, whatsapp = talk

    await connector.send(out(text=words, file=a_file(tmp_path, kind, extension)))

    [call] = whatsapp.sent("POST messages")
    line = whatsapp.phones[TARAS.id][-1]
    assert call.body["type"] == sent_as
    assert (line.kind, line.text) == (shown_as, words)
    assert line.file is not None
    is_linked = extension in ("gif", "avi", "wav", "zip")
    assert line.file[2] == (b"" if is_linked else JPEG)
    assert len(whatsapp.sent("POST media")) == (0 if is_linked else 1)
    assert call.body[sent_as].get("voice", False) == (extension == "ogg")


async def test_a_large_sticker_is_a_document(talk: Talk, tmp_path: Path) -> None:
    connector, whatsapp = talk
    file = a_file(tmp_path, MediaType.STICKER, "webp")
    large = OutboundFile(**{**{n: getattr(file, n) for n in file.__slots__}, "size_bytes": 200_000})

    await connector.send(out(file=large))

    assert whatsapp.sent("POST messages")[0].body["type"] == "document"


async def test_a_place_and_a_card_go_out(talk: Talk) -> None:
    connector, whatsapp = talk

    await connector.send(out(place=Place(50.45, 30.52, "Магазин", "Хрещатик, 1")))
    await connector.send(out(place=Place(50.45, 30.52)))
    await connector.send(out(card=Card("Олена", ("+380671112233",))))

    texts = [(line.kind, line.text) for line in whatsapp.phones[TARAS.id][1:]]
    assert texts == [
        (MediaType.LOCATION, "50.45, 30.52 Магазин Хрещатик, 1"),
        (MediaType.LOCATION, "50.45, 30.52"),
        (MediaType.CONTACT, "Олена +380671112233"),
    ]


async def test_templates_are_those_that_words_can_fill(talk: Talk) -> None:
    connector, whatsapp = talk
    body = {"type": "BODY", "text": "{{1}}"}
    odd = [
        {"type": "HEADER", "format": "IMAGE"},
        {"type": "BUTTONS", "buttons": [{"type": "URL", "url": "https://a.example/{{1}}"}]},
        {"type": "BUTTONS", "buttons": [{"type": "COPY_CODE"}]},
        {"type": "CAROUSEL"},
    ]
    whatsapp.templates += [
        {"name": f"odd_{n}", "language": "uk", "status": "APPROVED", "components": [body, one]}
        for n, one in enumerate(odd)
    ]
    known = {"language": "uk", "components": [body]}
    whatsapp.templates += [
        {**known, "name": "paused", "status": "PAUSED"},
        {**known, "name": "unreadable", "status": "APPROVED", "components": 5},
    ]

    found = await connector.list_templates()

    assert found == [
        Template(
            "order_ready",
            "uk",
            "UTILITY",
            "Замовлення {{1}}",
            "Чекаємо на вас: {{2}}. До зустрічі, {{1}}!",
            "Не відповідайте, якщо все гаразд",
        ),
        Template(
            "hello",
            "uk",
            "MARKETING",
            "",
            "Вітаємо, {{name}} з міста {{city}}! {{name}}, ми тут",
            "",
        ),
        Template("thanks", "en", "UTILITY", "", "Thank you!", ""),
    ]


@pytest.mark.parametrize(
    ("fill", "text"),
    [
        (TemplateFill("thanks", "en"), "Thank you!"),
        (
            TemplateFill("order_ready", "uk", ("№5",), ("Хрещатик", "Тарасе")),
            "Замовлення №5\nЧекаємо на вас: Хрещатик. До зустрічі, Тарасе!\n"
            "Не відповідайте, якщо все гаразд",
        ),
        (
            TemplateFill("hello", "uk", (), ("Тарас", "Львів")),
            "Вітаємо, Тарас з міста Львів! Тарас, ми тут",
        ),
    ],
)
async def test_a_template_goes_filled_in(talk: Talk, fill: TemplateFill, text: str) -> None:
    connector, whatsapp = talk

    await connector.send(out(chat_id=DIGITS, template=fill))

    assert whatsapp.phones[TARAS.id][-1].text == text


@pytest.mark.parametrize(
    "fill",
    [
        TemplateFill("order_ready", "uk", (), ("Тарасе", "Хрещатик", "зайве")),
        TemplateFill("order_ready", "en", (), ("Taras", "here")),
        TemplateFill("unheard_of", "uk"),
        TemplateFill("hello", "uk"),
    ],
)
async def test_a_template_that_does_not_fit_is_rejected(talk: Talk, fill: TemplateFill) -> None:
    connector, whatsapp = talk

    with pytest.raises(DeliveryError) as refused:
        await connector.send(out(template=fill))

    assert (refused.value.problem, refused.value.is_permanent) == (Problem.REJECTED, True)
    assert len(whatsapp.phones[TARAS.id]) == 1


FINAL, AGAIN = True, False
REFUSALS: list[tuple[Reply, Problem, bool]] = [
    (refusal(0, "AuthException", 401), Problem.AUTH, FINAL),
    (refusal(100, "Object does not exist", 400, 33), Problem.AUTH, FINAL),
    (refusal(999_999, "A code of tomorrow"), Problem.REJECTED, FINAL),
    (Reply(400, {"odd": True}), Problem.BAD_REQUEST, FINAL),
    (Reply(400, b"<html>"), Problem.BAD_REQUEST, FINAL),
    (Reply(403, {}), Problem.AUTH, FINAL),
    (Reply(413, {}), Problem.TOO_LARGE, FINAL),
    (Reply(429, {}), Problem.THROTTLED, AGAIN),
    (Reply(502, b""), Problem.TRANSIENT, AGAIN),
    *(
        (refusal(code, "Refused"), problem, is_final)
        for problem, is_final, codes in (
            (Problem.AUTH, FINAL, (3, 10, 190, 200, 299, 131005, 131045, 133010)),
            (Problem.AUTH, FINAL, (368, 131031, 131037, 131042)),
            (Problem.THROTTLED, AGAIN, (4, 80007, 130429, 131048, 131056, 133016)),
            (Problem.WINDOW_CLOSED, FINAL, (131047,)),
            (Problem.RECIPIENT_UNKNOWN, FINAL, (131021, 131026, 131030, 131062)),
            (Problem.REJECTED, FINAL, (131049, 131050, 132000, 132001, 132016)),
            (Problem.UNSUPPORTED, FINAL, (131051,)),
            (Problem.TRANSIENT, AGAIN, (1, 2, 131000, 131016, 131052, 131053)),
            (Problem.BAD_REQUEST, FINAL, (100, 131008, 131009, 135000)),
        )
        for code in codes
    ),
]


async def test_each_refusal_has_its_own_reason(talk: Talk) -> None:
    connector, whatsapp = talk
    whatsapp.faults.refusals["POST messages"] = [reply for reply, _, _ in REFUSALS]
    found = []

    for _ in REFUSALS:
        with pytest.raises(DeliveryError) as refused:
            await connector.send(out(text="?"))
        found.append((refused.value.problem, refused.value.is_permanent))
        assert whatsapp.token not in str(refused.value)

    assert found == [(problem, is_final) for _, problem, is_final in REFUSALS]


async def test_the_platforms_word_on_waiting_is_kept(talk: Talk) -> None:
    connector, whatsapp = talk
    slow = refusal(130429, "Rate limit hit", 429)
    told = Reply(slow.status, slow.body, {"Retry-After": "7"})
    whatsapp.faults.refusals["POST messages"] = [told, refusal(131056, "Pair rate limit"), slow]
    found = []

    for _ in range(3):
        with pytest.raises(DeliveryError) as refused:
            await connector.send(out(text="?"))
        found.append(refused.value.retry_after_s)

    assert found == [7.0, 6.0, None]


async def test_an_answer_that_is_lost_is_uncertain_but_an_upload_is_not(
    talk: Talk, tmp_path: Path
) -> None:
    connector, whatsapp = talk
    file = a_file(tmp_path, MediaType.PHOTO, "jpg")
    found = []

    for lost, message in (("POST messages", out(text="?")), ("POST media", out(file=file))):
        whatsapp.faults.lost = {lost}
        with pytest.raises(DeliveryError) as refused:
            await connector.send(message)
        found.append(refused.value.problem)
    whatsapp.faults.lost = set()
    whatsapp.faults.refusals["POST messages"] = [Reply(200, {"messages": []})]
    with pytest.raises(DeliveryError) as refused:
        await connector.send(out(text="?"))

    assert [*found, refused.value.problem] == [
        Problem.UNCERTAIN,
        Problem.TRANSIENT,
        Problem.UNCERTAIN,
    ]


async def test_a_customers_file_is_fetched_with_our_token_and_only_from_meta(talk: Talk) -> None:
    connector, whatsapp = talk
    media_id = whatsapp._keep(("a.jpg", "image/jpeg", JPEG))

    async with connector.fetch(media_id) as chunks:
        content = b"".join([chunk async for chunk in chunks])

    assert content == JPEG
    assert connector._is_metas("https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1")
    for other in (
        "http://lookaside.fbsbx.com/x",
        "https://lookaside.fbsbx.com.example.com/x",
        "https://example.com/lookaside.fbsbx.com",
        "https://user@lookaside.fbsbx.com/x",
        "https://[",
        "",
    ):
        assert not connector._is_metas(other)


@pytest.mark.parametrize(
    ("fault", "reply", "problem", "is_final"),
    [
        ("GET medium", refusal(100, "gone", 400, 33), Problem.AUTH, FINAL),
        ("GET medium", Reply(200, {"url": "http://10.0.0.1/x"}), Problem.TRANSIENT, AGAIN),
        ("GET medium", Reply(200, {}), Problem.TRANSIENT, AGAIN),
        ("GET file", Reply(404, {}), Problem.TRANSIENT, AGAIN),
    ],
)
async def test_a_file_that_does_not_come_has_its_reason(
    talk: Talk, fault: str, reply: Reply, problem: Problem, is_final: bool
) -> None:
    connector, whatsapp = talk
    media_id = whatsapp._keep(("a.jpg", "image/jpeg", JPEG))
    whatsapp.faults.refusals[fault] = [reply]

    with pytest.raises(DeliveryError) as refused:
        async with connector.fetch(media_id):
            pass

    assert (refused.value.problem, refused.value.is_permanent) == (problem, is_final)


async def test_the_customer_sees_that_all_of_it_was_read(talk: Talk) -> None:
    connector, whatsapp = talk
    line = whatsapp.phones[TARAS.id][0]

    await connector.mark_read(TARAS.id, f"{line.id}#2")
    with pytest.raises(DeliveryError):
        await connector.mark_read(TARAS.id, "wamid.of-nobody")

    assert (whatsapp.marked_read, whatsapp.typing_shown) == ([line.id], 0)


async def test_the_customer_sees_that_an_answer_is_written(talk: Talk) -> None:
    connector, whatsapp = talk
    line = whatsapp.phones[TARAS.id][0]

    await connector.show_typing(TARAS.id)  # nothing was ever written there
    await connector.show_typing(TARAS.id, f"{line.id}#2")

    assert (whatsapp.marked_read, whatsapp.typing_shown) == ([line.id], 1)


async def test_the_window_closes_after_a_day_and_a_template_opens_it(line: Line) -> None:
    await line.given_chat()
    http = HttpClient(LOOPBACK)
    connector = Connector(http, line.whatsapp.settings(line.base_url))
    line.desk.clock.move(seconds=24 * 3600)

    with pytest.raises(DeliveryError) as refused:
        await connector.send(out(text="?"))
    await connector.send(out(template=TemplateFill("thanks", "en")))
    await http.close()

    assert refused.value.problem is Problem.WINDOW_CLOSED
    assert line.whatsapp.phones[TARAS.id][-1].text == "Thank you!"


def test_only_the_apps_signature_over_these_bytes_is_genuine() -> None:
    body, settings = b'{"object":"whatsapp_business_account"}', {"appSecret": "s" * 32}

    def is_genuine(signature: str, of: bytes = body, secret: str = "s" * 32) -> bool:
        call = HookCall({"x-hub-signature-256": signature}, of)
        return Connector.is_genuine(call, "channel's own", {**settings, "appSecret": secret})

    good = signed(body, "s" * 32)
    assert is_genuine(good)
    assert not is_genuine(good, body + b" ")
    assert not is_genuine(good, secret="t" * 32)
    assert not is_genuine(signed(body, ""), secret="")
    assert not is_genuine(good.removeprefix("sha256="))
    assert not is_genuine(good.replace("sha256", "sha1"))
    assert not is_genuine(good.upper())
    assert not is_genuine("")
    assert not is_genuine("sha256=é")


def signed(body: bytes, secret: str) -> str:
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


async def test_a_forged_call_is_refused_and_a_genuine_one_taken(line: Line) -> None:
    body = b'{"object":"whatsapp_business_account","entry":[]}'
    path = f"/hooks/{line.desk.acme.id}/{line.channel_id}"
    replies = []
    for signature in ("", signed(body, "0" * 32), signed(body, line.whatsapp.app_secret)):
        headers = {"X-Hub-Signature-256": signature}
        reply = await line.desk.anyone.post(path, content=body, headers=headers)
        replies.append(reply.status)
    asked = {"hub.mode": "subscribe", "hub.verify_token": "guessed", "hub.challenge": "5"}
    question = await line.desk.anyone.get(path, params=asked)

    assert replies == [401, 401, 200]
    assert question.status == 403


async def test_both_directions_through_the_desk(line: Line) -> None:
    chat_id = await line.given_chat("Чи є в наявності?")
    await line.whatsapp.sends_file(TARAS, MediaType.PHOTO, ("a.jpg", "image/jpeg", JPEG), "ось")

    message = await line.send(chat_id, textMessage="Так, є")

    [chat] = await line.chats()
    stored = await line.messages(chat_id)
    assert (chat["client"]["name"], chat["client"]["phone"]) == (TARAS.name, TARAS.phone)
    assert message["status"] == 1
    texts = [one["message"] for one in stored]
    assert texts == ["Чи є в наявності?", "ось", "Так, є"]
    assert line.whatsapp.phones[TARAS.id][-1].text == "Так, є"


async def test_captured_bodies_become_messages_through_the_desk(line: Line, payloads: Path) -> None:
    """They are of other numbers: told to be of ours, each is stored once."""
    for path in sorted((payloads / "whatsapp").glob("*.json")):
        number = f'"phone_number_id": "{NUMBER}"'.encode()
        body = re.sub(rb'"phone_number_id": "[0-9]+"', number, path.read_bytes())
        for _ in range(2):
            await line.whatsapp.post_body(body)

    stored = [one for chat in await line.chats() for one in await line.messages(chat["id"])]
    assert sorted(one["message"] or one["media"]["name"] for one in stored) == [
        "Verificar Disponibilidade",
        "hola",
        "photo-1492221052052195.jpg",
        "photo.jpg",
        "voice-1834915043569604.ogg",
    ]
    assert not any(one["isUnsupported"] for one in stored)


async def test_what_happens_to_messages_is_seen_in_the_desk(line: Line) -> None:
    chat_id = await line.given_chat("помаранчевий")
    whatsapp = line.whatsapp
    theirs = whatsapp.phones[TARAS.id][0]
    sent = await line.send(chat_id, textMessage="Так, є")
    ours = whatsapp.phones[TARAS.id][-1]

    await whatsapp.sees(TARAS)
    await whatsapp.edits(TARAS, theirs.id, "бірюзовий")
    await whatsapp.reacts(TARAS, ours.id, "👍")
    await whatsapp.sends_place(TARAS, 50.45, 30.52, "Майдан")
    await whatsapp.sends_contact(TARAS, ("Олена", "+380671112233"), ("Іван", "+380671112234"))
    taken_back = await whatsapp.writes(TARAS, "таємниця")
    await whatsapp.takes_back(TARAS, taken_back.id)
    await whatsapp.company_writes(TARAS, "Пишу з телефону")

    stored = await line.messages(chat_id)
    by_id = {one["id"]: one for one in stored}
    assert by_id[sent["id"]]["status"] == 3
    assert (stored[0]["message"], stored[0]["isEdited"]) == ("бірюзовий", True)
    assert "👍" in str(by_id[sent["id"]])
    assert "таємниця" not in str(stored)
    assert stored[-1]["message"] == "Пишу з телефону"
    shown = str(stored)
    assert all(word in shown for word in ("Майдан", "Олена", "Іван"))
    assert len(await line.chats()) == 1


async def test_a_new_number_keeps_the_chat(line: Line) -> None:
    await line.given_chat()

    moved = await line.whatsapp.changes_number(TARAS, "+380671112233")
    await line.whatsapp.writes(moved, "Це я, з нового номера")

    [chat] = await line.chats()
    assert chat["client"]["phone"] == "+380671112233"
    assert len(await line.messages(chat["id"])) == 2


async def test_a_failure_that_comes_later_is_shown(line: Line) -> None:
    chat_id = await line.given_chat()
    await line.send(chat_id, textMessage="?")
    ours = line.whatsapp.phones[TARAS.id][-1]

    await line.whatsapp.fails(TARAS, ours.id, 131026, "Message undeliverable")

    message = (await line.messages(chat_id))[-1]
    assert (message["status"], message["error"]) == (2, "recipient_unknown")
