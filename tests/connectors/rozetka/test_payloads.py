"""What Rozetka's description shows, and whatever else may come, as the connector reads it."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings, strategies as st

from opdesk.connectors.base import (
    BadPayload,
    Echo,
    FileReference,
    HookCall,
    Inbound,
    Item,
    MediaType,
    MessageStatus,
    Problem,
    Receipt,
)
from opdesk.connectors.rozetka.connector import Rozetka
from opdesk.connectors.rozetka.payloads import ms_of

KYIV = ZoneInfo("Europe/Kyiv")


def read(payloads: Path, name: str) -> bytes:
    return (payloads / "rozetka" / f"{name}.json").read_bytes()


def items(chat: dict[str, Any]) -> list[Item | None]:
    body = json.dumps({"success": True, "content": chat}).encode()
    return [one.item for one in Rozetka.parse(body, {})]


def chat_with(*messages: Any, **more: Any) -> dict[str, Any]:
    user = {"id": 7, "contact_fio": "Оксана"}
    return {"id": 5, "user_id": 7, "user": user, "messages": list(messages), **more}


def message(**more: Any) -> dict[str, Any]:
    return {"id": 1, "created": "2026-01-15 12:00:00", "sender": 3, "body": "?", **more}


def test_a_question_with_a_picture(payloads: Path) -> None:
    [update] = Rozetka.parse(read(payloads, "open_chat_expanded_doc"), {})

    assert (update.key, update.chat_id) == ("message:2083388", "205506:36386171")
    assert update.item == Inbound(
        chat_id="205506:36386171",
        message_id="2083388",
        sender_id="36386171",
        sender_name="Тест Покупець",
        sent_at=1_502_738_125_000,
        text="Здравствуйте! Есть вопрос по заказу",
        phone_hint="380000000000",
        order_number="101615935",
        file=FileReference(
            "3", "d2afa457d366062cc27cf12b9ac833c6.png", "png", MediaType.PHOTO, 104_839
        ),
    )


def test_a_dialogue_without_numbers(payloads: Path) -> None:
    first, second = Rozetka.parse(read(payloads, "order_chat_expanded_doc"), {})

    assert isinstance(first.item, Echo)
    assert isinstance(second.item, Inbound)
    assert (first.item.text, second.item.text) == ("Тестовое сообщение", "тестовое сообщение")
    assert len({first.key, second.key}) == 2
    assert [one.key for one in Rozetka.parse(second.raw or b"", {})] == [second.key]


@pytest.mark.parametrize("name", ["messages_search_doc", "open_chat_doc", "order_chat_doc"])
def test_a_chat_without_messages_tells_nothing(payloads: Path, name: str) -> None:
    assert Rozetka.parse(read(payloads, name), {}) == []


def test_each_envelope_says_one_message_and_names_its_chat(payloads: Path) -> None:
    for name in ("open_chat_expanded_doc", "order_chat_expanded_doc"):
        for update in Rozetka.parse(read(payloads, name), {}):
            raw = update.raw or b""
            # Alone in its envelope, it is the first of its second.
            assert isinstance(update.item, Inbound | Echo)
            item = update.item
            expected = replace(item, rank=0) if isinstance(item, Inbound) else item
            assert [one.item for one in Rozetka.parse(raw, {})] == [expected]
            assert Rozetka.chat_of(raw) == update.chat_id


def test_html_is_told_as_text() -> None:
    body = "Вітаю!<br><br>\r\nЧи є <b>розмір M</b>? <a href='https://rozetka.com.ua/1'>Ось</a>"

    [item] = items(chat_with(message(body=body)))

    assert isinstance(item, Inbound)
    assert item.text == "Вітаю!\n\nЧи є розмір M? Ось (https://rozetka.com.ua/1)"


@pytest.mark.parametrize("text", ["5 < 7 && x<y", "рядок\nдругий", "", "ціна 100$"])
def test_a_text_without_markup_stays_as_it_is(text: str) -> None:
    [item] = items(chat_with(message(body=text)))

    assert isinstance(item, Inbound)
    assert item.text == text
    assert item.kind == (None if text else "empty")


def test_several_files_are_several_messages() -> None:
    files = [{"id": 8, "name": "a.jpg"}, {"id": 9, "name": "чек.pdf", "size": 5}, {"name": "x"}]

    first, second = items(chat_with(message(body="ось", files=files)))

    assert isinstance(first, Inbound)
    assert isinstance(second, Inbound)
    assert (first.message_id, first.text) == ("1", "ось")
    assert (second.message_id, second.text) == ("1#2", "")
    assert first.file == FileReference("8", "a.jpg", "jpg", MediaType.PHOTO)
    assert second.file == FileReference("9", "чек.pdf", "pdf", MediaType.FILE, 5)


def test_what_became_of_ours() -> None:
    ours = [
        message(id=1, sender=2, read=None, status=3),
        message(id=2, sender=2, read="2026-01-15 12:01:00", status=5),
        message(id=3, sender=2, read=None, status=2),
        message(id=4, sender=2, read=None, status=4),
    ]

    receipts = [one for one in items(chat_with(*ours)) if isinstance(one, Receipt)]

    blocked = Receipt(
        status=MessageStatus.REJECTED,
        problem=Problem.REJECTED,
        words="blocked by Rozetka moderation",
        message_id="3",
    )
    assert receipts[0] == Receipt(status=MessageStatus.READ, message_id="2")
    assert receipts[1] == blocked
    assert receipts[2].message_id == "4"


def test_the_system_s_own_messages_are_nobody_s() -> None:
    assert items(chat_with(message(sender=0), message(id=2, sender=1))) == [None, None]


def test_messages_come_by_their_times() -> None:
    late = message(id=1, created="2026-01-15 12:00:05", body="друге")
    early = message(id=2, created="2026-01-15 12:00:01", body="перше")

    found = items(chat_with(late, early))

    assert [one.text for one in found if isinstance(one, Inbound)] == ["перше", "друге"]


def test_a_message_that_cannot_be_read_stops_no_other() -> None:
    body = json.dumps(
        {"content": chat_with(message(created=None), message(id=2), "nonsense", message(id=3))}
    ).encode()

    updates = Rozetka.parse(body, {})

    assert sorted(one.key for one in updates if one.unread is None) == ["message:2", "message:3"]
    assert sum(one.unread is not None and one.raw is not None for one in updates) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-15 12:00:00", 1_768_471_200_000),
        ("2026-07-15 12:00:00", 1_784_106_000_000),
        ("2018-01-04 13:44:51.298054", 1_515_066_291_000),
        ("2026-01-15T12:00:00+00:00", 1_768_478_400_000),
        ("1970-01-01 00:00:00", None),
        ("soon", None),
        (None, None),
        (5, None),
    ],
)
def test_times_are_kyiv_s_unless_they_say(text: Any, expected: int | None) -> None:
    assert ms_of(text, KYIV) == expected


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"\xff", b'{"content":5}', b'{"content":{"chats":5}}', b"[" * 9_999]
)
def test_what_is_no_answer_is_a_bad_payload(body: bytes) -> None:
    with pytest.raises(BadPayload):
        Rozetka.parse(body, {})


def test_nobody_may_call_us() -> None:
    assert not Rozetka.is_genuine(HookCall({}, b"{}", "secret"), "secret", {})


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
MESSAGE = st.fixed_dictionaries(
    {},
    optional={
        name: ANYTHING | st.sampled_from([1, "2026-01-15 12:00:00", "<p>x", [{"id": 3}]])
        for name in ("id", "created", "body", "read", "sender", "status", "files")
    },
)
CHAT = st.fixed_dictionaries(
    {"id": ANYTHING | st.just(5)},
    optional={
        **dict.fromkeys(("user_id", "user", "user_fio", "order", "updated"), ANYTHING),
        "messages": st.lists(MESSAGE | ANYTHING, max_size=3) | ANYTHING,
    },
)


@settings(max_examples=300, deadline=None)
@given(
    st.binary(max_size=60)
    | st.builds(
        lambda chats: json.dumps({"success": True, "content": chats}).encode(),
        CHAT | ANYTHING | st.fixed_dictionaries({"chats": st.lists(CHAT, max_size=2) | ANYTHING}),
    )
)
def test_whatever_comes_is_read_or_a_bad_payload(body: bytes) -> None:
    Rozetka.chat_of(body)
    Rozetka.next_offset(body, 5)
    try:
        updates = Rozetka.parse(body, {})
    except BadPayload:
        return
    for update in updates:
        again = [one.key for one in Rozetka.parse(update.raw or b"", {})]
        assert update.key in again
