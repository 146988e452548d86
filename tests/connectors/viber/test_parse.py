"""What SMSBAT tells, as the connector reads it: the documents' examples, and what is no message."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from opdesk.connectors.base import (
    BadPayload,
    HookCall,
    Inbound,
    MessageStatus,
    Problem,
    Receipt,
    Update,
)
from opdesk.connectors.viber.connector import Viber

SETTINGS = {"alphaName": "MyBrand", "apiToken": "t" * 20}
MESSAGE: dict[str, Any] = {
    "idUuid": "id-1",
    "alphaName": "MyBrand",
    "phoneNumber": "380936670003",
    "text": "Вітаю",
    "dt": "2025-01-20T14:30:00Z",
}
AT = 1_737_383_400_000


def parsed(body: Any) -> list[Update]:
    return list(Viber.parse(json.dumps(body, ensure_ascii=False).encode(), SETTINGS))


def only(**changes: Any) -> Update:
    [update] = parsed({**MESSAGE, **changes})
    return update


def said(**changes: Any) -> Inbound:
    item = only(**changes).item
    assert isinstance(item, Inbound)
    return item


def test_the_documents_message_is_read(payloads: Path) -> None:
    body = (payloads / "viber" / "incoming_callback_doc_example.json").read_bytes()

    [update] = Viber.parse(body, {"alphaName": "ViberBotName"})

    assert update == Update(
        key="message:123e4567-e89b-12d3-a456-426614174000",
        item=Inbound(
            chat_id="380936670003",
            message_id="123e4567-e89b-12d3-a456-426614174000",
            sender_id="380936670003",
            sender_name="+380936670003",
            sent_at=AT,
            text="Hello, I need help with my order",
            phone="+380936670003",
        ),
        chat_id="380936670003",
        account_id="ViberBotName",
    )


def test_the_documents_status_is_a_receipt(payloads: Path) -> None:
    body = (payloads / "viber" / "status_webhook_doc_example.json").read_bytes()

    [update] = Viber.parse(body, SETTINGS)

    assert update == Update(
        key="status:abc123def456:delivered",
        item=Receipt(status=MessageStatus.DELIVERED, message_id="abc123def456"),
    )


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("accepted", MessageStatus.SUCCESS),
        ("scheduled", MessageStatus.SUCCESS),
        ("Processing", MessageStatus.SUCCESS),
        ("DELIVERED", MessageStatus.DELIVERED),
        ("read", MessageStatus.READ),
        ("undeliverable", MessageStatus.REJECTED),
        ("permanent_error", MessageStatus.REJECTED),
        ("permanenterror", MessageStatus.REJECTED),
        ("expired", MessageStatus.REJECTED),
        ("rejected", MessageStatus.REJECTED),
        ("failed", MessageStatus.REJECTED),
    ],
)
def test_each_status_moves_the_message(words: str, status: MessageStatus) -> None:
    [update] = parsed({"messageId": 5, "deliverystatus": words, "customerMessageId": "77"})

    is_failed = status is MessageStatus.REJECTED
    assert update.item == Receipt(
        status=status,
        message_id="5",
        problem=Problem.REJECTED if is_failed else None,
        words=words if is_failed else "",
    )


def test_a_status_that_nobody_knows_yet_changes_nothing() -> None:
    [update] = parsed({"messageId": "5", "deliverystatus": "teleported"})

    assert (update.item, update.key) == (None, "status:5:teleported")


@pytest.mark.parametrize("phone", ["380936670003", "+380 (93) 667-00-03", 380936670003])
def test_a_phone_is_one_chat_in_every_spelling(phone: str | int) -> None:
    item = said(phoneNumber=phone)

    assert (item.chat_id, item.phone) == ("380936670003", "+380936670003")


@pytest.mark.parametrize(
    "dt",
    [
        "2025-01-20T14:30:00.000Z",
        "2025-01-20T16:30:00+02:00",
        "2025-01-20T14:30:00",
        " 2025-01-20 14:30:00 ",
        AT // 1000,
        AT,
        f"{AT}",
    ],
)
def test_a_time_is_utc_unless_it_says_otherwise(dt: str | int) -> None:
    assert said(dt=dt).sent_at == AT


def test_a_message_without_an_id_is_known_again_by_what_it_says() -> None:
    one, again, other = only(idUuid=None), only(idUuid=None), only(idUuid=None, text="?")

    assert one.key == again.key != other.key


def test_another_names_message_is_for_another_account() -> None:
    assert only(alphaName=" mybrand").account_id == "MyBrand"
    assert only(alphaName="Other").account_id == "Other"
    assert Viber.is_one_app(SETTINGS, {"apiToken": "t" * 20})
    assert not Viber.is_one_app(SETTINGS, {"apiToken": "u" * 20})
    assert not Viber.is_one_app({}, {})


def test_what_is_no_text_is_one_unsupported_message() -> None:
    assert said(text=None, type="image").kind == "image"
    assert said(text=" ").kind == "other"
    assert said().kind is None


def test_several_in_one_call_each_stand_alone() -> None:
    bad = {**MESSAGE, "idUuid": "id-2", "dt": "yesterday"}
    status = {"messageId": "5", "deliverystatus": "delivered"}

    first, unread, receipt = parsed([MESSAGE, bad, status])

    assert (first.key, receipt.key) == ("message:id-1", "status:5:delivered")
    assert (unread.item, unread.chat_id) == (None, "380936670003")
    assert unread.unread == "the time can't be read"
    for update in (first, receipt):
        assert update.raw is not None
        [alone] = Viber.parse(update.raw, SETTINGS)
        assert (alone.key, alone.item) == (update.key, update.item)


WRONG: list[dict[str, Any]] = [
    {"phoneNumber": "12"},
    {"phoneNumber": "1" * 16},
    {"phoneNumber": None},
    {"alphaName": None},
    {"text": {}},
    {"dt": "31.12.2025"},
    {"dt": -1},
    {"dt": 1e300},
    {"dt": "9" * 400},
]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b"[1]",
        b"7",
        b"\xff",
        b"[" * 100_000,
        *[json.dumps({**MESSAGE, **change}).encode() for change in WRONG],
        json.dumps({"messageId": [], "deliverystatus": "read"}).encode(),
        json.dumps({"messageId": "1", "deliverystatus": None}).encode(),
    ],
)
def test_what_smsbat_never_sends_is_a_bad_payload(body: bytes) -> None:
    with pytest.raises(BadPayload):
        Viber.parse(body, SETTINGS)


def test_bytes_that_are_no_text_never_hide_a_message() -> None:
    body = json.dumps({**MESSAGE, "text": "a?"}).encode().replace(b"?", b"\xff\x01")

    [update] = Viber.parse(body, SETTINGS)

    assert isinstance(update.item, Inbound)
    assert update.item.text.startswith("a")


words = st.text(alphabet="aї\x00😀/. -+7", max_size=12)
simple = st.none() | st.booleans() | st.integers() | st.floats() | words
values = simple | st.lists(simple, max_size=2) | st.dictionaries(words, simple, max_size=2)
FIELDS = ("idUuid", "alphaName", "phoneNumber", "text", "dt", "type", "deliverystatus", "messageId")


@given(body=st.binary(max_size=200))
def test_no_bytes_raise_anything_else(body: bytes) -> None:
    try:
        Viber.parse(body, SETTINGS)
    except BadPayload:
        Viber.chat_of(body)


@given(
    changes=st.lists(
        st.dictionaries(st.sampled_from(FIELDS), values, max_size=3), min_size=1, max_size=3
    )
)
@settings(max_examples=300)
def test_no_shape_raises_anything_else(changes: list[dict[str, Any]]) -> None:
    body: Any = [{**MESSAGE, **one} for one in changes]
    try:
        updates = parsed(body if len(body) > 1 else body[0])
    except BadPayload:
        return
    assert len(updates) == len(changes)
    for update in updates:
        assert update.key
        assert not isinstance(update.item, Inbound) or update.item.chat_id == update.chat_id


def test_the_chat_of_an_unreadable_body_can_be_told() -> None:
    assert Viber.chat_of(b'{"phoneNumber": "+380 93 667 00 03", "dt":') == "380936670003"
    assert Viber.chat_of(b'{"phoneNumber":380936670003,') == "380936670003"
    assert Viber.chat_of(b'{"text":"\\"phoneNumber\\":\\"380936670003\\""}') is None


def test_only_whoever_knows_the_address_is_believed() -> None:
    def is_genuine(given_: str, secret: str = "s3cret") -> bool:
        return Viber.is_genuine(HookCall({}, b"{}", given_), secret, SETTINGS)

    assert is_genuine("s3cret")
    assert not any(is_genuine(one) for one in ("", "s3cre", "s3cret/", "S3CRET", "їїї"))
    assert not is_genuine("", "")


def test_a_chat_is_called_by_the_phones_digits() -> None:
    assert Viber.chat_with("+380936670003") == "380936670003"
    assert Viber.chat_with("") is None
    assert Viber.chat_with("+123") is None
