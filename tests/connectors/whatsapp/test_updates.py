"""What the Cloud API's webhooks say, captured ones and those of its documentation."""

import json
from pathlib import Path
from typing import Any

import pytest

from opdesk.connectors.base import (
    BadPayload,
    Deletion,
    Echo,
    Edit,
    FileReference,
    Inbound,
    Item,
    MediaType,
    MessageStatus,
    Problem,
    Reaction,
    Receipt,
    Renumbered,
    Update,
)
from opdesk.connectors.whatsapp.connector import WhatsApp
from tests.connectors.whatsapp.bodies import (
    AT,
    CONTACT,
    NUMBER,
    PHONE,
    USER,
    body,
    change,
    message,
    of,
    only,
)


def captured(payloads: Path, name: str) -> Update:
    return only((payloads / "whatsapp" / f"{name}.json").read_bytes())


CAPTURED: dict[str, Item] = {
    "text_bsuid_2026": Inbound(
        chat_id="EC.1029849446889445",
        message_id="wamid.HBgMNTkzMjQ3MTc3MzExFQIAEhgWM0VCMDQwRDRCRkQyMjgxNjI3Nzg0OAA=",
        sender_id="EC.1029849446889445",
        sender_name="Test Customer",
        sent_at=1_788_053_373_000,
        text="hola",
        phone="+593247177311",
        aliases=("593247177311",),
    ),
    "document_2025": Inbound(
        chat_id="917179809458",
        message_id="wamid.HBgMOTE3MTc5ODA5NDU4FQIAEhgUM0YxOTU4OUFCREI4NUZBMDVERjcA",
        sender_id="917179809458",
        sender_name="Test Customer",
        sent_at=1_746_708_021_000,
        file=FileReference("1059050459611576", "photo.jpg", "jpg", MediaType.FILE),
        phone="+917179809458",
    ),
    "image_with_url_2025": Inbound(
        chat_id="8618414640123",
        message_id="wamid.HBgNODYxODQxNDY0MDEyMxUCABIYIEFDRjNGQUJEMEMzNkMzNDI3NDU5NzBDMTExRjRCQzQyAA==",
        sender_id="8618414640123",
        sender_name="Test Customer",
        sent_at=1_760_944_538_000,
        file=FileReference(
            "1492221052052195", "photo-1492221052052195.jpg", "jpg", MediaType.PHOTO
        ),
        phone="+8618414640123",
    ),
    "voice_2023": Inbound(
        chat_id="12041514107",
        message_id="wamid.HBgLMTIwNDE1MTQxMDcVAgASGBQzQTg1RUZDMDJFNDE2NDg2MkZBQgA=",
        sender_id="12041514107",
        sender_name="Test Customer",
        sent_at=1_687_807_194_000,
        file=FileReference(
            "1834915043569604", "voice-1834915043569604.ogg", "ogg", MediaType.AUDIO
        ),
        phone="+12041514107",
    ),
    "template_button_2026": Inbound(
        chat_id="554774177692",
        message_id="wamid.HBgMNTU0Nzc0MTc3NjkyFQIAEhgUM0ExMTQwRTkxRUVENUJERTlGN0EA",
        sender_id="554774177692",
        sender_name="Test Customer",
        sent_at=1_768_486_070_000,
        text="Verificar Disponibilidade",
        phone="+554774177692",
        reply_to="wamid.HBgMNTU0Nzc0MTc3NjkyFQIAERgSNjA1MUM5QjcxNkE2RjI5OTlBAA==",
    ),
    "status_sent_2024": Receipt(
        status=MessageStatus.SUCCESS,
        message_id="wamid.HBgLMTgwNDU1NTIyODkVAgARGBIzQkI4RDFGQ0Q4RDEyOEExMUYA",
    ),
    "status_sent_2026": Receipt(
        status=MessageStatus.SUCCESS,
        message_id="wamid.HBgLNTE5MDM4MTcwMjAVAgARGBI1N0IzMjVFREZBMkY4QjFGRjUA",
    ),
    "status_read_2025": Receipt(
        status=MessageStatus.READ,
        message_id="wamid.HBgMOTE3MTU3NzA2NTE0FQIAERgSM0MwRDEyMzE0MzBBMjI0QkNDAA==",
    ),
}


@pytest.mark.parametrize(("name", "item"), CAPTURED.items())
def test_a_captured_body_is_read(payloads: Path, name: str, item: Item) -> None:
    assert captured(payloads, name).item == item


def test_every_captured_body_is_tried(payloads: Path) -> None:
    names = {path.stem for path in (payloads / "whatsapp").glob("*.json")}

    assert names == CAPTURED.keys()


def test_a_captured_status_names_its_account_chat_and_key(payloads: Path) -> None:
    update = captured(payloads, "status_sent_2026")

    assert update.account_id == "1025723653965602"
    assert update.chat_id == "PE.977227911932240"
    assert update.key == "wamid.HBgLNTE5MDM4MTcwMjAVAgARGBI1N0IzMjVFREZBMkY4QjFGRjUA:sent"
    assert update.raw is None


@pytest.mark.parametrize(
    ("one", "item"),
    [
        (message("reaction", {"message_id": "wamid.B", "emoji": "👍"}), Reaction("wamid.B", "👍")),
        (message("reaction", {"message_id": "wamid.B", "emoji": ""}), Reaction("wamid.B", None)),
        (message("reaction", {"message_id": "wamid.B"}), Reaction("wamid.B", None)),
        (
            message(
                "edit",
                {
                    "original_message_id": "wamid.B",
                    "message": {"type": "text", "text": {"body": "інше"}},
                },
            ),
            Edit("wamid.B", "інше"),
        ),
        (
            message(
                "edit",
                {
                    "original_message_id": "wamid.B",
                    "message": {"type": "image", "image": {"id": "5", "caption": "підпис"}},
                },
            ),
            Edit("wamid.B", "підпис"),
        ),
        (message("edit", {"original_message_id": "wamid.B"}), Edit("wamid.B", None)),
        (message("revoke", {"original_message_id": "wamid.B"}), Deletion("wamid.B")),
    ],
)
def test_what_happens_to_a_message(one: dict[str, Any], item: Item) -> None:
    update = only(of(one))

    assert (update.item, update.chat_id, update.key) == (item, USER, "wamid.A")


@pytest.mark.parametrize(
    ("one", "chat_id", "item"),
    [
        (
            {
                "from": PHONE,
                "system": {"type": "user_changed_number", "wa_id": "380671112233", "body": "…"},
            },
            PHONE,
            Renumbered("380671112233", "+380671112233"),
        ),
        (
            {
                "system": {
                    "type": "user_changed_user_id",
                    "user_id": "PL.5",
                    "previous_user_id": USER,
                }
            },
            USER,
            Renumbered("PL.5"),
        ),
        (
            {
                "from": PHONE,
                "from_user_id": USER,
                "system": {"type": "user_changed_number", "wa_id": "48500", "user_id": "PL.5"},
            },
            USER,
            Renumbered("PL.5", "+48500"),
        ),
        ({"from": PHONE, "system": {"type": "customer_identity_changed"}}, PHONE, None),
        ({"from": PHONE, "system": {"type": "user_changed_number"}}, PHONE, None),
        ({"from": PHONE}, PHONE, None),
    ],
)
def test_a_customer_is_called_otherwise(one: dict[str, Any], chat_id: str, item: Item) -> None:
    whole = {"id": "wamid.A", "timestamp": str(AT), "type": "system", **one}

    update = only(body(change(messages=[whole])))

    assert (update.chat_id, update.item, update.unread) == (chat_id, item, None)


def test_a_customer_without_a_phone_is_known_by_the_scoped_id() -> None:
    contact = {"profile": {"name": "", "username": "taras"}, "user_id": USER}
    one = message("text", {"body": "?"})
    del one["from"]

    item = only(of(one, contacts=[contact])).item

    assert isinstance(item, Inbound)
    assert (item.chat_id, item.aliases, item.phone) == (USER, (), None)
    assert (item.sender_name, item.username) == ("taras", "taras")


def test_a_scoped_id_may_stand_in_the_contact_alone() -> None:
    one = message("text", {"body": "?"})
    del one["from_user_id"]

    item = only(of(one)).item

    assert isinstance(item, Inbound)
    assert (item.chat_id, item.aliases) == (USER, (PHONE,))


def test_who_has_no_name_is_called_by_the_phone() -> None:
    item = only(of(message("text", {"body": "?"}), contacts=[])).item

    assert isinstance(item, Inbound)
    assert (item.sender_name, item.chat_id) == (f"+{PHONE}", USER)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("sent", MessageStatus.SUCCESS),
        ("delivered", MessageStatus.DELIVERED),
        ("read", MessageStatus.READ),
        ("played", MessageStatus.READ),
    ],
)
def test_a_status_brings_our_number_back(word: str, status: MessageStatus) -> None:
    one = {
        "id": "wamid.B",
        "status": word,
        "timestamp": str(AT),
        "recipient_id": PHONE,
        "biz_opaque_callback_data": "42",
    }

    update = only(body(change(statuses=[one])))

    assert update.item == Receipt(status=status, message_id="wamid.B", our_id=42)
    assert (update.key, update.chat_id) == (f"wamid.B:{word}", PHONE)


@pytest.mark.parametrize("mark", [None, "", "campaign-7", "-5", "0", "9" * 17, "٤٢"])
def test_another_programs_mark_is_not_our_number(mark: str | None) -> None:
    one = {"id": "wamid.B", "status": "sent", "biz_opaque_callback_data": mark}

    item = only(body(change(statuses=[one]))).item

    assert isinstance(item, Receipt)
    assert item.our_id is None


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        (131026, Problem.RECIPIENT_UNKNOWN),
        (131047, Problem.WINDOW_CLOSED),
        (131049, Problem.REJECTED),
        (131042, Problem.AUTH),
        (131053, Problem.TRANSIENT),
        (999_999, Problem.REJECTED),
    ],
)
def test_a_failure_has_its_reason_and_metas_words(code: int, problem: Problem) -> None:
    error = {"code": code, "title": "Short", "error_data": {"details": "Long"}}
    one = {"id": "wamid.B", "status": "failed", "errors": [error]}

    item = only(body(change(statuses=[one]))).item

    assert item == Receipt(
        status=MessageStatus.REJECTED, message_id="wamid.B", problem=problem, words="Long"
    )


def test_a_failure_without_a_reason_is_still_one() -> None:
    item = only(body(change(statuses=[{"id": "wamid.B", "status": "failed"}]))).item

    assert item == Receipt(
        status=MessageStatus.REJECTED, message_id="wamid.B", problem=Problem.REJECTED
    )


def test_a_status_of_tomorrow_is_nothing_for_us() -> None:
    update = only(body(change(statuses=[{"id": "wamid.B", "status": "warning"}])))

    assert (update.item, update.unread) == (None, None)


def test_what_a_colleague_writes_in_the_app_stands_in_the_chat() -> None:
    sent = {
        "from": "380441234567",
        "to": PHONE,
        "to_user_id": USER,
        "id": "wamid.E",
        "timestamp": str(AT),
    }
    echo = {**sent, "type": "text", "text": {"body": "Вітаю"}}
    picture = {**sent, "id": "wamid.F", "type": "image", "image": {"id": "5", "caption": "ось"}}
    where = {"latitude": 1, "longitude": 2}
    place = {**sent, "id": "wamid.G", "type": "location", "location": where}
    original = {"original_message_id": "x"}
    taken_back = {**sent, "id": "wamid.H", "type": "revoke", "revoke": original}
    echoes = change("smb_message_echoes", message_echoes=[echo, picture, place, taken_back])

    found = WhatsApp.parse(body(echoes), {})

    file = FileReference("5", "photo-5.jpg", "jpg", MediaType.PHOTO)
    at = AT * 1000
    assert [one.item for one in found] == [
        Echo(chat_id=USER, message_id="wamid.E", sent_at=at, text="Вітаю"),
        Echo(chat_id=USER, message_id="wamid.F", sent_at=at, text="ось", file=file),
        Echo(chat_id=USER, message_id="wamid.G", sent_at=at, kind="location"),
        Deletion("x"),
    ]
    assert {one.chat_id for one in found} == {USER}
    assert [only(one.raw or b"").item for one in found] == [one.item for one in found]


OLHA = {"profile": {"name": "Ольга"}, "wa_id": "380671112233", "user_id": "UA.7"}


def batch() -> bytes:
    """Two people's messages, a status, another field's change, and what nobody can read."""
    theirs = message("text", {"body": "друга"}, id="wamid.B", **{"from": "380671112233"})
    theirs["from_user_id"] = "UA.7"
    status = {"id": "wamid.C", "status": "read", "recipient_user_id": USER}
    return body(
        change(
            messages=[message("text", {"body": "перша"}), theirs, {"id": "wamid.X"}, 5],
            statuses=[status, {"status": "read"}],
            contacts=[CONTACT, OLHA],
        ),
        {"field": "account_update", "value": {"event": "VERIFIED_ACCOUNT"}},
        {"field": "messages"},
        None,
    )


def test_a_batch_comes_apart_and_what_is_broken_breaks_alone() -> None:
    found = WhatsApp.parse(batch(), {})

    shown = [(type(one.item).__name__, one.chat_id, bool(one.unread)) for one in found]
    assert shown == [
        ("Inbound", USER, False),
        ("Inbound", "UA.7", False),
        ("NoneType", None, True),
        ("NoneType", None, True),
        ("Receipt", USER, False),
        ("NoneType", None, True),
        ("NoneType", None, False),
        ("NoneType", None, False),
        ("NoneType", None, False),
    ]
    assert [one.account_id for one in found[:6]] == [NUMBER] * 6
    assert len({one.key for one in found}) == len(found)


def test_each_part_of_a_batch_is_kept_without_the_others() -> None:
    for update in WhatsApp.parse(batch(), {}):
        assert update.raw is not None
        again = only(update.raw)
        assert (again.item, again.key, again.chat_id, again.account_id, again.unread) == (
            update.item,
            update.key,
            update.chat_id,
            update.account_id,
            update.unread,
        )
        people = {"перша": "Ольга", "друга": "Тарас Бондар"}
        if isinstance(update.item, Inbound):
            other = people[update.item.text]
            assert other not in json.dumps(json.loads(update.raw), ensure_ascii=False)


def test_an_entry_without_changes_can_be_read_again_later() -> None:
    whole = {"object": "whatsapp_business_account", "entry": [{"id": "1"}, 7]}

    found = WhatsApp.parse(json.dumps(whole).encode(), {})

    assert [one.unread for one in found] == ["an entry without changes"] * 2
    assert [json.loads(one.raw or b"")["entry"] for one in found] == [[{"id": "1"}], [7]]


def test_an_authors_broken_name_does_not_lose_the_message() -> None:
    item = only(of(message("text", {"body": "?"}), contacts=[{**CONTACT, "profile": 5}])).item

    assert isinstance(item, Inbound)
    assert (item.text, item.sender_name) == ("?", f"+{PHONE}")


def test_a_message_from_nobody_is_not_read() -> None:
    one = {"id": "wamid.A", "timestamp": "1", "type": "text", "text": {"body": "?"}}

    assert only(body(change(messages=[one]))).unread == "a message from nobody"
    echo = change("smb_message_echoes", message_echoes=[one])
    assert only(body(echo)).unread == "a message to nobody"


def test_bytes_that_are_no_text_do_not_hide_a_message() -> None:
    raw = of(message("text", {"body": "MARK"})).replace(b"MARK", b"a\xffb\x01c")

    item = only(raw).item

    assert isinstance(item, Inbound)
    assert item.text in ("ab\x01c", "abc")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff",
        b"[" * 100_000,
        b'{"object":"page","entry":[]}',
        b'{"object":"whatsapp_business_account","entry":{}}',
        b'{"object":"whatsapp_business_account"}',
    ],
)
def test_what_whatsapp_never_sends_is_a_bad_payload(raw: bytes) -> None:
    with pytest.raises(BadPayload):
        WhatsApp.parse(raw, {})


@pytest.mark.parametrize(
    ("raw", "chat_id"),
    [
        (b'{"messages":[{"context":{"from":"1"},"from_user_id":"UA.5","x', "UA.5"),
        (b'{"contacts":[{"wa_id": "380"}],"messages":[{"context":{"from":"1"},', "380"),
        (b'{"statuses":[{"recipient_id":"380"', "380"),
        (b'{"messages":[{"from":"380"', "380"),
        (b'{"text":{"body":"\\"from\\":\\"666\\""}', None),
        (b"", None),
    ],
)
def test_a_broken_body_still_names_its_chat(raw: bytes, chat_id: str | None) -> None:
    assert WhatsApp.chat_of(raw) == chat_id
