"""Kinds of updates that nobody captured, as the Bot API describes them."""

import json
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from opdesk.connectors.base import BadPayload, Inbound, Item, MediaType, Subscription
from opdesk.connectors.telegram.connector import Telegram
from tests.telegram import TARAS


def told(**update: Any) -> Item | None:
    [found] = Telegram.parse(json.dumps({"update_id": 1, **update}).encode(), {})
    assert found.chat_id == str(TARAS.id)
    return found.item


def message(**content: Any) -> dict[str, Any]:
    about = {"chat": TARAS.as_chat(), "from": TARAS.as_user()}
    return {"message_id": 7, "date": 1_700_000_000, **about, **content}


def inbound(**content: Any) -> Inbound:
    item = told(message=message(**content))
    assert isinstance(item, Inbound)
    return item


def file(**more: Any) -> dict[str, Any]:
    return {"file_id": "an-id", "file_size": 5, **more}


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        ({"video_note": file()}, "video_note-7.mp4", MediaType.VIDEO),
        ({"video": file(file_name="a.MOV")}, "a.MOV", MediaType.VIDEO),
        (
            {"animation": file(mime_type="video/mp4"), "document": file()},
            "animation-7.mp4",
            MediaType.VIDEO,
        ),
        ({"audio": file(mime_type="audio/x-m4a")}, "audio-7.m4a", MediaType.AUDIO),
        ({"document": file(mime_type="application/pdf")}, "document-7.pdf", MediaType.FILE),
        ({"document": file(file_name="без крапки")}, "без крапки", MediaType.FILE),
        ({"sticker": file(emoji="🐯")}, "sticker-7.webp", MediaType.STICKER),
        (
            {"sticker": file(is_video=True, thumb={"file_id": "old"})},
            "sticker-7.webp",
            MediaType.STICKER,
        ),
    ],
)
def test_each_file_has_its_kind(content: dict[str, Any], name: str, kind: MediaType) -> None:
    item = inbound(**content, caption="ось")

    assert item.file is not None
    assert (item.file.name, item.file.type, item.text, item.kind) == (name, kind, "ось", None)


def test_a_sticker_that_nothing_can_show_is_its_emoji() -> None:
    item = inbound(sticker=file(emoji="🐯", is_animated=True))

    assert (item.text, item.file, item.kind) == ("🐯", None, "sticker")


def test_a_photo_that_is_too_large_is_taken_smaller_or_named() -> None:
    large, small = file(file_id="large", file_size=21 << 20), file(file_id="small")

    smaller, none = inbound(photo=[small, large]), inbound(photo=[large])

    assert smaller.file is not None
    assert smaller.file.reference == "small"
    assert (none.file, none.kind) == (None, "photo")


@pytest.mark.parametrize(("content", "kind"), [({"poll": {}}, "poll"), ({"gift": {}}, "gift")])
def test_other_kinds_are_named(content: dict[str, Any], kind: str) -> None:
    assert inbound(**content).kind == kind


def test_an_album_is_one_message_for_each_picture() -> None:
    first = inbound(photo=[file()], media_group_id="5", message_id=8)
    second = inbound(photo=[file()], media_group_id="5", message_id=9)

    assert (first.sent_at, first.rank + 1) == (second.sent_at, second.rank)


def test_a_reply_names_what_it_answers() -> None:
    item = inbound(text="так", reply_to_message=message(message_id=3, text="чи так?"))

    assert item.reply_to == f"{TARAS.id}:3"


def test_the_payload_of_a_start_is_kept() -> None:
    assert inbound(text="/start order-20421").text == "/start order-20421"


def test_a_pressed_button_is_its_text() -> None:
    rows = [[{"text": "Так", "callback_data": "yes"}, {"text": "Ні", "callback_data": "no"}]]
    below = message(text="чи так?", reply_markup={"inline_keyboard": rows})
    query = {"id": "99", "from": TARAS.as_user(), "data": "no", "message": below}

    item = told(callback_query=query)
    unknown = told(callback_query={**query, "data": "later"})

    assert isinstance(item, Inbound)
    assert isinstance(unknown, Inbound)
    assert (item.text, item.reply_to, item.kind) == ("Ні", f"{TARAS.id}:7", None)
    assert unknown.text == "later"


@pytest.mark.parametrize(
    ("status", "item"),
    [("kicked", Subscription(False)), ("member", Subscription(True)), ("restricted", None)],
)
def test_blocking_and_coming_back(status: str, item: Subscription | None) -> None:
    change = {"chat": TARAS.as_chat(), "from": TARAS.as_user(), "date": 1}

    assert told(my_chat_member={**change, "new_chat_member": {"status": status}}) == item


def test_a_location_that_moves_is_no_edit() -> None:
    place = {"latitude": 50.45, "longitude": 30.52}

    assert told(edited_message=message(location=place)) is None


def test_groups_say_nothing() -> None:
    group = {"chat": {"id": TARAS.id, "type": "group"}}
    change = {**group, "new_chat_member": {"status": "kicked"}}
    query = {"id": "9", "from": TARAS.as_user(), "data": "x", "message": message(**group)}

    assert told(my_chat_member=change) is None
    assert told(callback_query=query) is None
    assert told(edited_message=message(**group, text="?")) is None


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=5,
)
FIELDS = ("text", "photo", "sticker", "document", "contact", "venue", "location", "from", "date")


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(FIELDS), ANYTHING, max_size=3), st.integers())
def test_whatever_a_message_holds_is_read_or_a_bad_payload(
    content: dict[str, Any], number: int
) -> None:
    body = json.dumps({"update_id": number, "message": message(**content)}).encode()
    try:
        [update] = Telegram.parse(body, {})
    except BadPayload:
        return
    assert update.key == str(number)
