"""What Viber tells, as the connector reads it: captured callbacks, each kind, and what is none."""

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from opdesk.connectors.base import (
    BadPayload,
    Card,
    FileReference,
    HookCall,
    Inbound,
    MediaType,
    MessageStatus,
    Place,
    Problem,
    Receipt,
    Subscription,
    Update,
)
from opdesk.connectors.viberbot.connector import ViberBot

OLENA = {"id": "01234567890A/bc+D==", "name": "Олена", "language": "uk-UA", "api_version": 10}
TOKEN = 4_912_661_846_655_238_145
MEDIA = "https://dl-media.viber.com/1/share/2/long/a/icon/0x0/ab12.{}?Expires=1&Signature=x"


def only(body: bytes) -> Update:
    """The one update of a body: Viber sends no batches."""
    (update,) = ViberBot.parse(body, {})
    return update


def read(payloads: Path, name: str) -> bytes:
    return (payloads / "viberbot" / f"{name}.json").read_bytes()


def body_of(message: dict[str, Any], **more: Any) -> bytes:
    event: dict[str, Any] = {
        "event": "message",
        "timestamp": 1_457_764_197_627,
        "message_token": TOKEN,
        "sender": OLENA,
        "message": message,
        **more,
    }
    return json.dumps(event, ensure_ascii=False).encode()


def said(**message: Any) -> Inbound:
    item = only(body_of(message)).item
    assert isinstance(item, Inbound)
    return item


def test_a_captured_text_is_read(payloads: Path) -> None:
    update = only(read(payloads, "message_text_2023"))

    assert (update.key, update.chat_id) == (
        "message:5851650804048782321",
        "5h2COTj83ZE6IAsIcTEVGw==",
    )
    assert update.item == Inbound(
        chat_id="5h2COTj83ZE6IAsIcTEVGw==",
        message_id="5851650804048782321",
        sender_id="5h2COTj83ZE6IAsIcTEVGw==",
        sender_name="Тест",
        sent_at=1_687_200_046_080,
        text="🙄",
        rank=80,
    )


def test_captured_receipts_name_our_message(payloads: Path) -> None:
    delivered, seen = (only(read(payloads, name)) for name in ("delivered_2020", "seen_2020"))

    assert delivered.item == Receipt(
        status=MessageStatus.DELIVERED, message_id="5466297578174182639"
    )
    assert seen.item == Receipt(status=MessageStatus.READ, message_id="5466297467809468529")
    assert delivered.key == "delivered:5466297578174182639"
    assert delivered.chat_id == seen.chat_id == "3SQNc4FPUQmysaM/AQEhXg=="


def test_a_captured_unsubscription_closes_the_chat(payloads: Path) -> None:
    update = only(read(payloads, "unsubscribed_2020"))

    assert update.item == Subscription(is_open=False)
    assert update.chat_id == "3SQNc4FPUQmysaM/AQEhXg=="


def test_the_question_for_our_webhook_and_an_opened_chat_say_nothing(payloads: Path) -> None:
    check, opened = (
        only(read(payloads, name)) for name in ("webhook_check_2020", "conversation_started_2022")
    )

    assert (check.item, check.chat_id) == (None, None)
    assert (opened.item, opened.chat_id) == (None, "JSSHhZUuswNZpUVSn9Y6gg==")


def test_a_subscriber_who_opens_the_chat_may_be_written_to(payloads: Path) -> None:
    body = read(payloads, "conversation_started_2022").replace(b"false", b"true")

    assert only(body).item == Subscription(is_open=True)
    subscribed = {"event": "subscribed", "timestamp": 1, "message_token": 2, "user": OLENA}
    update = only(json.dumps(subscribed).encode())
    assert (update.item, update.chat_id) == (Subscription(is_open=True), OLENA["id"])


def test_a_failed_message_is_rejected_with_vibers_words() -> None:
    failed = {"event": "failed", "message_token": 7, "user_id": "u", "desc": "no such device"}

    assert only(json.dumps(failed).encode()).item == Receipt(
        status=MessageStatus.REJECTED,
        message_id="7",
        problem=Problem.REJECTED,
        words="no such device",
    )


def test_a_picture_has_its_caption() -> None:
    item = said(type="picture", text="ось", media=MEDIA.format("jpg"), file_name="я.JPG")

    assert (item.text, item.kind) == ("ось", None)
    assert item.file == FileReference(MEDIA.format("jpg"), "я.JPG", "jpg", MediaType.PHOTO)


@pytest.mark.parametrize(
    ("message", "name", "format_", "type_", "size"),
    [
        ({"type": "picture"}, f"picture-{TOKEN}.xyz", "xyz", MediaType.PHOTO, 0),
        ({"type": "video", "size": 77}, f"video-{TOKEN}.xyz", "xyz", MediaType.VIDEO, 77),
        (
            {"type": "file", "file_name": "рахунок.pdf", "file_size": "5"},
            "рахунок.pdf",
            "pdf",
            MediaType.FILE,
            5,
        ),
        ({"type": "file", "file_name": "a.m4a", "size": -1}, "a.m4a", "m4a", MediaType.AUDIO, 0),
        ({"type": "file", "file_name": "LICENSE"}, "LICENSE", "xyz", MediaType.FILE, 0),
    ],
)
def test_each_file_is_what_it_is(
    message: dict[str, Any], name: str, format_: str, type_: MediaType, size: int
) -> None:
    item = said(media=MEDIA.format("xyz"), **message)

    assert item.file == FileReference(MEDIA.format("xyz"), name, format_, type_, size)
    assert item.kind is None


def test_a_file_without_any_ending_is_named_after_its_kind() -> None:
    video = said(type="video", media="https://dl.viber.com/download").file
    file = said(type="file", media="https://[dl/a.pdf").file

    assert video is not None
    assert video.format == "mp4"
    assert file is not None
    assert file.format == "bin"


def test_a_sticker_is_its_picture_also_when_only_its_number_comes() -> None:
    named = said(type="sticker", sticker_id=46105).file
    given_ = said(type="sticker", sticker_id=46105, media="https://s.viber.com/46105.webp").file

    assert named == FileReference(
        "https://viber.github.io/docs/img/stickers/46105.png",
        "sticker-46105.png",
        "png",
        MediaType.STICKER,
    )
    assert given_ is not None
    assert (given_.reference, given_.format) == ("https://s.viber.com/46105.webp", "webp")


def test_a_place_and_a_card_are_read() -> None:
    place = said(type="location", location={"lat": 50.45, "lon": "30.52"})
    card = said(type="contact", contact={"name": "Іван", "phone_number": "+380501112233"})

    assert (place.place, place.kind) == (Place(50.45, 30.52), None)
    assert (card.card, card.kind) == (Card("Іван", ("+380501112233",)), None)
    assert (card.phone, card.phone_hint) == (None, None)


def test_a_card_with_the_customers_own_name_hints_at_their_phone() -> None:
    item = said(type="contact", contact={"name": "Олена", "phone_number": "380501112233"})

    assert (item.phone, item.phone_hint) == (None, "380501112233")


def test_a_link_is_its_address() -> None:
    assert said(type="url", media="https://shop.example/a").text == "https://shop.example/a"
    both = said(type="url", text="дивіться", media="https://shop.example/a")
    assert both.text == "дивіться\nhttps://shop.example/a"


@pytest.mark.parametrize(
    "message",
    [
        {"type": "rich_media", "text": "?"},
        {"type": "picture", "text": "?"},
        {"type": "sticker", "text": "?"},
        {"type": "contact"},
        {"type": "location"},
        {"type": "text"},
    ],
)
def test_what_cannot_be_shown_is_one_unsupported_message(message: dict[str, Any]) -> None:
    item = said(**message)

    assert item.kind == message["type"]
    assert (item.file, item.place, item.card) == (None, None, None)


def test_an_unknown_event_and_a_receipt_of_nothing_are_nothing_for_us() -> None:
    update = only(b'{"event":"client_status","user":{"id":"u"}}')
    assert (update.item, update.chat_id) == (None, "u")
    assert update.key == only(b'{"event":"client_status","user":{"id":"u"}}').key
    assert only(b'{"event":"seen","user_id":"u"}').item is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff",
        b"[" * 100_000,
        b'{"event":7}',
        b'{"event":"message","message_token":1,"message":{"type":"text","text":"x"}}',
        b'{"event":"message","message_token":1,"sender":{"id":"u"}}',
        b'{"event":"message","sender":{"id":"u"},"message":{"type":"text","text":"x"}}',
        body_of({"type": "text", "text": "x"}, sender={"id": ""}),
        body_of({"type": "location", "location": {"lat": 91, "lon": 0}}),
        body_of({"type": "location", "location": {"lat": "nan", "lon": 0}}),
        body_of({"type": "text", "text": "x"}, timestamp=-1),
        body_of({"type": "text", "text": "x"}, message_token=2**64),
    ],
)
def test_what_viber_never_sends_is_a_bad_payload(body: bytes) -> None:
    with pytest.raises(BadPayload):
        only(body)


def test_bytes_that_are_no_text_never_hide_a_message() -> None:
    body = body_of({"type": "text", "text": "так?"}).replace(b"?", b"\xff\x01")

    item = only(body).item

    assert isinstance(item, Inbound)
    assert item.text.startswith("так")


words = st.text(alphabet="aї\x00😀/. -", max_size=9)
simple = st.none() | st.booleans() | st.integers() | st.floats() | words
json_values = simple | st.lists(simple, max_size=2) | st.dictionaries(words, simple, max_size=2)
KNOWN = ("type", "text", "media", "file_name", "size", "sticker_id", "location", "contact")
MESSAGES = st.dictionaries(st.sampled_from(KNOWN), json_values, max_size=6)
PARTS = ("event", "timestamp", "message_token", "sender", "user", "user_id", "message", "desc")


@given(body=st.binary(max_size=200))
def test_no_bytes_raise_anything_else(body: bytes) -> None:
    try:
        ViberBot.parse(body, {})
    except BadPayload:
        ViberBot.chat_of(body)


@given(
    event=st.sampled_from(("message", "seen", "failed", "subscribed", "x")),
    changes=st.dictionaries(st.sampled_from(PARTS), json_values | MESSAGES, max_size=3),
    kind=st.sampled_from(("text", "picture", "video", "file", "location", "contact", "sticker")),
    message=MESSAGES,
)
@settings(max_examples=300)
def test_no_shape_raises_anything_else(
    event: str, changes: dict[str, Any], kind: str, message: dict[str, Any]
) -> None:
    whole = {**json.loads(body_of({"type": kind, **message}, event=event)), **changes}
    body = json.dumps(whole, ensure_ascii=False).encode()
    try:
        [update] = ViberBot.parse(body, {})
    except BadPayload:
        return
    assert update.key
    assert not isinstance(update.item, Inbound) or update.item.chat_id == update.chat_id


def test_the_chat_of_an_unreadable_body_can_be_told() -> None:
    broken = b'{"event":"message","sender":{"name":"a","id":"3SQN\\/x=="},"message":7'
    assert ViberBot.chat_of(broken) == "3SQN/x=="
    assert ViberBot.chat_of(b'{"user_id":"u1",') == "u1"
    assert ViberBot.chat_of(b'{"text":"\\"user_id\\":\\"u1\\""}') is None
    assert ViberBot.chat_of(b'{"text":"{\\"sender\\":{\\"id\\":\\"u1\\"}}"}') is None


def test_the_known_signature_is_genuine_and_no_other_is(payloads: Path) -> None:
    vector = json.loads(read(payloads, "signature_vector"))
    body, key = vector["raw_body"].encode(), {"authToken": vector["key"]}
    good = vector["x_viber_content_signature"]

    def is_genuine(signature: str, content: bytes = body, settings: Any = key) -> bool:
        call = HookCall({"x-viber-content-signature": signature}, content)
        return ViberBot.is_genuine(call, "the channel's own", settings)

    assert is_genuine(good)
    assert not is_genuine(good, body + b" ")
    assert not is_genuine(good, settings={"authToken": vector["key"][:-1]})
    assert not is_genuine(good[:-1] + ("0" if good[-1] != "0" else "1"))
    assert not is_genuine("")
    assert not is_genuine("ї" * 64)
    nobodys = hmac.new(b"", body, hashlib.sha256).hexdigest()
    assert not is_genuine(nobodys, settings={})
    assert not ViberBot.is_genuine(HookCall({}, body), "", key)
