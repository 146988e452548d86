"""The envelope that Messenger and Instagram share: every kind of event, whole and broken."""

import json
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from opdesk.connectors import messenger
from opdesk.connectors.base import (
    BadPayload,
    Deletion,
    Echo,
    Edit,
    Inbound,
    MediaType,
    MessageStatus,
    Place,
    Reaction,
    Receipt,
    Update,
)

PAGE, PERSON, APP = "206070979425408", "24266381753005180", "1234567890123456"
CDN = "https://scontent.xx.fbcdn.net/v/t1"


def event(**more: Any) -> dict[str, Any]:
    parties = {"sender": {"id": PERSON}, "recipient": {"id": PAGE}}
    return {**parties, "timestamp": 1_700_000_000_123, **more}


def echo(**message: Any) -> dict[str, Any]:
    parties = {"sender": {"id": PAGE}, "recipient": {"id": PERSON}}
    told = {"mid": "m_1", "is_echo": True, **message}
    return {**parties, "timestamp": 1_700_000_000_123, "message": told}


def body_of(*events: Any, **entry: Any) -> bytes:
    told = {"id": PAGE, "time": 1_700_000_000_456, "messaging": list(events), **entry}
    return json.dumps({"object": "page", "entry": [told]}, ensure_ascii=False).encode()


def parsed(*events: Any) -> list[Update]:
    """The updates, each of which is told again by its own raw body."""
    updates = messenger.parse(body_of(*events), "page", APP)
    for one in updates:
        assert one.raw is not None
        again = messenger.parse(one.raw, "page", APP)
        assert one in again
        assert {it.key for it in again} <= {it.key for it in updates}
    assert len({one.key for one in updates}) == len(updates)
    return updates


def items(*events: Any) -> list[Any]:
    return [one.item for one in parsed(*events)]


def said(**message: Any) -> list[Inbound]:
    found = items(event(message={"mid": "m_1", **message}))
    assert all(isinstance(one, Inbound) for one in found)
    return found


def attached(*attachments: Any, **message: Any) -> list[Inbound]:
    return said(attachments=list(attachments), **message)


@pytest.mark.parametrize(
    ("kind", "url", "expected"),
    [
        ("image", f"{CDN}/a.PNG?x=1", (MediaType.PHOTO, "a.PNG", "png")),
        ("video", f"{CDN}/clip.mov", (MediaType.VIDEO, "clip.mov", "mov")),
        ("audio", f"{CDN}/audioclip-1.mp4", (MediaType.AUDIO, "audioclip-1.mp4", "mp4")),
        ("file", f"{CDN}/%D0%B7%D0%B2%D1%96%D1%82.pdf?d=1", (MediaType.FILE, "звіт.pdf", "pdf")),
        ("sticker", f"{CDN}/s.webp", (MediaType.STICKER, "s.webp", "webp")),
        (
            "video",
            "https://lookaside.fbsbx.com/ig/?asset_id=1",
            (MediaType.VIDEO, "video.mp4", "mp4"),
        ),
        ("file", f"{CDN}/name.with space", (MediaType.FILE, "file.bin", "bin")),
    ],
)
def test_a_file_has_its_kind_and_name(kind: str, url: str, expected: tuple[Any, ...]) -> None:
    [item] = attached({"type": kind, "payload": {"url": url}})

    file = item.file
    assert file is not None
    assert (file.type, file.name, file.format) == expected
    assert file.reference == url


def test_a_sticker_was_an_image_before() -> None:
    [item] = attached({"type": "image", "payload": {"url": f"{CDN}/x.png", "sticker_id": 369239}})

    assert item.file is not None
    assert item.file.type is MediaType.STICKER


def test_several_attachments_are_several_messages_in_their_order() -> None:
    photo = {"type": "image", "payload": {"url": f"{CDN}/1.jpg"}}
    found = attached(photo, photo, {"type": "hologram"}, text="ось")

    assert [one.message_id for one in found] == ["m_1", "m_1#2", "m_1#3"]
    assert [one.text for one in found] == ["ось", "", ""]
    assert [bool(one.file) for one in found] == [True, True, False]
    assert found[2].kind == "hologram"
    assert [one.rank for one in found] == [492, 493, 494]


def test_a_text_beside_something_unknown_stands_alone() -> None:
    found = attached({"type": "hologram"}, text="диво")

    assert [(one.text, one.kind) for one in found] == [("диво", None), ("", "hologram")]


@pytest.mark.parametrize(
    ("attachment", "text"),
    [
        ({"type": "share", "payload": {"url": "https://x.com/1"}}, "https://x.com/1"),
        ({"type": "ig_reel", "payload": {"title": "Сукня", "url": "https://x.com/2"}},
         "Reel: Сукня\nhttps://x.com/2"),
        ({"type": "post", "payload": {"title": "Нове"}}, "Post: Нове"),
        ({"type": "story_mention", "payload": {"url": "https://x.com/3"}},
         "Story @\nhttps://x.com/3"),
        ({"type": "like_heart"}, "❤️"),
        ({"type": "template", "payload": {"product": {"elements": [{"title": "Чашка"}]}}},
         "Чашка"),
        ({"type": "template", "payload": {"generic": {"elements": [{"title": "Картка"}]}}},
         "Картка"),
        ({"type": "fallback", "title": "Кіт", "url":
          "https://l.facebook.com/l.php?u=https%3A%2F%2Fx.com%2F4&h=AT"}, "Кіт\nhttps://x.com/4"),
        ({"type": "fallback", "title": "Кіт", "url": "https://[x/l.php"}, "Кіт\nhttps://[x/l.php"),
        ({"type": "fallback", "title": "Ні", "url": "https://l.facebook.com/l.php?h=AT"},
         "Ні\nhttps://l.facebook.com/l.php?h=AT"),
    ],
)  # fmt: skip
def test_what_is_shared_is_told_in_words(attachment: dict[str, Any], text: str) -> None:
    [item] = attached(attachment)

    assert (item.text, item.kind, item.file) == (text, None, None)


@pytest.mark.parametrize(
    "attachment",
    [
        {"type": "image"},
        {"type": "image", "payload": []},
        {"type": "location", "payload": {}},
        {"type": "location", "payload": {"coordinates": {"lat": 91, "long": 0}}},
        {"type": "location", "payload": {"coordinates": {"lat": True, "long": 0}}},
        {"type": "fallback"},
        {"type": "story_mention", "payload": {}},
        {"type": "appointment_booking", "payload": {"x": 1}},
    ],
)
def test_what_cannot_be_shown_is_named(attachment: dict[str, Any]) -> None:
    [item] = attached(attachment)

    assert (item.kind, item.text, item.file, item.place) == (attachment["type"], "", None, None)


def test_a_message_of_nothing_is_unsupported() -> None:
    assert [one.kind for one in said(is_unsupported=True)] == ["unsupported"]
    assert [one.kind for one in attached({})] == ["unsupported"]


def test_a_place_may_be_nameless() -> None:
    [item] = attached({"type": "location", "payload": {"coordinates": {"lat": 50, "long": 30}}})

    assert item.place == Place(50.0, 30.0)


def test_an_answer_names_its_message() -> None:
    [item] = said(text="так", reply_to={"mid": "m_0"})

    assert item.reply_to == "m_0"


def test_an_answer_to_a_story_has_its_address() -> None:
    story = {"id": "1", "url": "https://x.com/s"}
    [item] = said(text="Гарно!", reply_to={"story": story})
    [without] = said(text="Гарно!", reply_to={"story": {"id": "1"}})

    assert (item.text, item.reply_to) == ("Гарно!\nStory: https://x.com/s", None)
    assert without.text == "Гарно!\nStory"


def test_what_brought_a_customer_stands_below() -> None:
    context = {"ad_title": "Знижки", "photo_url": "https://x.com"}
    [item] = said(text="Скільки?", referral={"ref": "may", "ads_context_data": context})

    assert item.text == "Скільки?\nЗнижки\nmay"


def test_a_quick_reply_is_its_text() -> None:
    [item] = said(text="Так", quick_reply={"payload": "YES"})

    assert item.text == "Так"


def test_a_pressed_button_is_its_title_and_what_brought_the_customer() -> None:
    postback = {"mid": "m_9", "title": "Почати", "payload": "START", "referral": {"ref": "may"}}

    [item] = items(event(postback=postback))

    assert (item.message_id, item.text) == ("m_9", "Почати\nmay")


def test_a_button_and_a_link_that_say_nothing_are_named() -> None:
    found = items(event(postback={}), event(referral={"source": "ADS"}))

    assert [one.kind for one in found] == ["postback", "referral"]
    assert [one.text for one in items(event(referral={"ref": "may"}))] == ["may"]


def test_echoes_are_the_companys_words_except_our_own() -> None:
    place = {"type": "location", "payload": {"coordinates": {"lat": 50, "long": 30}}}
    updates = parsed(
        echo(text="наше", app_id=int(APP)),
        echo(mid="m_2", text="з пошти", app_id=263902037430900),
        echo(mid="m_3", attachments=[{"type": "image", "payload": {"url": f"{CDN}/1.jpg"}}]),
        echo(mid="m_4", attachments=[place]),
    )

    found = [one.item for one in updates]
    assert all(isinstance(one, Echo) for one in found)
    assert [one.message_id for one in found if isinstance(one, Echo)] == ["m_2", "m_3", "m_4"]
    assert [one.text for one in found if isinstance(one, Echo)] == ["з пошти", "", "50.0, 30.0"]
    assert {one.chat_id for one in updates} == {PERSON}


def test_what_the_account_wrote_is_an_echo_even_if_nobody_says_so() -> None:
    [item] = items({**echo(text="x"), "message": {"mid": "m_1", "text": "x"}})

    assert isinstance(item, Echo)


def test_an_account_that_writes_to_itself_is_left_alone() -> None:
    to_itself = {"sender": {"id": PAGE}, "recipient": {"id": PAGE}}
    assert items({**to_itself, "message": {"mid": "m_1", "text": "x", "is_self": True}}) == []


def test_edits_deletions_and_reactions_name_their_message() -> None:
    found = items(
        event(message_edit={"mid": "m_1", "text": "інше", "num_edit": 1}),
        event(message_edit={"mid": "m_1", "num_edit": 2}),
        event(message={"mid": "m_2", "is_deleted": True}),
        event(reaction={"mid": "m_3", "action": "react", "reaction": "love"}),
        event(reaction={"mid": "m_4", "action": "react", "reaction": "other", "emoji": "🦄"}),
        event(reaction={"mid": "m_5", "action": "unreact"}),
        event(reaction={"mid": "m_6", "action": "react", "reaction": "other"}),
    )

    assert found == [
        Edit("m_1", "інше"),
        Edit("m_1", None),
        Deletion("m_2"),
        Reaction("m_3", "❤️"),
        Reaction("m_4", "🦄"),
        Reaction("m_5", None),
        Reaction("m_6", "👍"),
    ]


def test_a_reaction_of_the_companys_is_nothing_for_us() -> None:
    parties = {"sender": {"id": PAGE}, "recipient": {"id": PERSON}}

    assert items({**parties, "reaction": {"mid": "m_1", "emoji": "👍"}}) == [None]


def test_deliveries_are_told_by_message_and_by_time() -> None:
    delivery = {"mids": ["m_1", "m_2"], "watermark": 1_700_000_000_000}
    found = items(event(delivery=delivery), event(read={"watermark": 1_700_000_000_001}))

    delivered = MessageStatus.DELIVERED
    assert found == [
        Receipt(status=delivered, message_id="m_1"),
        Receipt(status=delivered, message_id="m_2"),
        Receipt(status=delivered, until=1_700_000_000_000),
        Receipt(status=MessageStatus.READ, until=1_700_000_000_001),
    ]


def test_a_mark_without_a_person_and_time_is_nothing() -> None:
    nobody = {"timestamp": 1, "read": {"watermark": 5}}

    assert items(nobody, event(read={}), event(delivery={})) == [None, None]


def test_what_other_apps_have_and_comments_are_left_out() -> None:
    standby = body_of(standby=[event(message={"mid": "m_1", "text": "x"})])
    comments = json.dumps(
        {"object": "page", "entry": [{"id": "0", "changes": [{"field": "feed"}]}]}
    ).encode()

    assert messenger.parse(standby, "page", APP) == []
    assert messenger.parse(comments, "page", APP) == []


def test_events_that_say_nothing_are_kept_by_a_key_alone() -> None:
    [update] = parsed(event(optin={"type": "notification_messages"}))

    assert (update.item, update.unread, update.chat_id) == (None, None, PERSON)


def test_what_of_a_batch_cannot_be_read_stops_nothing() -> None:
    broken = event(message={"text": "no mid"})
    body = {
        "object": "page",
        "entry": [
            {"id": PAGE, "messaging": [event(message={"mid": "m_1", "text": "a"}), broken, 7]},
            {"messaging": []},
            {"id": "5", "messaging": [event(message={"mid": "m_2", "text": "b"})]},
        ],
    }

    updates = messenger.parse(json.dumps(body).encode(), "page", APP)

    assert [bool(one.unread) for one in updates] == [False, True, True, True, False]
    assert [one.chat_id for one in updates] == [PERSON, PERSON, None, None, PERSON]
    assert [one.account_id for one in updates] == [PAGE, PAGE, PAGE, None, "5"]
    assert len({one.key for one in updates}) == 5
    for one in updates[1:4]:
        assert one.raw is not None
        [again] = messenger.parse(one.raw, "page", APP)
        assert (again.key, again.unread) == (one.key, one.unread)


def test_a_message_of_nobody_is_kept_unread() -> None:
    [update] = messenger.parse(body_of({"message": {"mid": "m_1", "text": "x"}}), "page", APP)

    assert update.unread == "the message names nobody"


def test_bytes_that_are_no_text_hide_no_message() -> None:
    body = body_of(event(message={"mid": "m_1", "text": "a@b"})).replace(b"@", b"\xff")

    [update] = messenger.parse(body, "page", APP)

    assert isinstance(update.item, Inbound)
    assert update.item.text == "ab"


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"\xff", b"[" * 100_000, b'{"object":"page"}', body_of()[:-1]]
)
def test_what_meta_never_sends_is_a_bad_payload(body: bytes) -> None:
    with pytest.raises(BadPayload):
        messenger.parse(body, "page", APP)


def test_another_kind_of_account_is_a_bad_payload() -> None:
    with pytest.raises(BadPayload, match="not 'instagram'"):
        messenger.parse(body_of(), "instagram", APP)


def test_the_chat_of_what_cannot_be_read_is_the_customers() -> None:
    text = event(message={"mid": "m_1", "text": 'x","sender":{"id":"666"},"y":"'})

    assert messenger.chat_of(body_of(text)[:-4]) == PERSON
    assert messenger.chat_of(body_of(echo(text="x"))[:-4]) == PERSON
    assert messenger.chat_of(b"nonsense") is None


ids: st.SearchStrategy[Any] = st.sampled_from([PAGE, PERSON, 5, None, "", {}, "x" * 300])
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
names = st.text(max_size=5)
anything = st.recursive(
    st.none() | st.booleans() | numbers | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=6,
)
attachment = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["image", "location", "template", "share", "fallback", "?"])
        | anything,
        "payload": anything
        | st.fixed_dictionaries({}, optional={"url": anything, "title": anything,
                                              "coordinates": anything, "elements": anything}),
        "title": anything,
        "url": st.text(max_size=30) | anything,
    },
)  # fmt: skip
about = st.fixed_dictionaries(
    {},
    optional={
        "mid": st.sampled_from(["m_1", "m_2", ""]) | anything,
        "text": anything,
        "attachments": st.lists(attachment, max_size=3) | anything,
        "reply_to": anything | st.fixed_dictionaries({"story": anything}),
        "referral": anything,
        "app_id": anything,
        "is_echo": anything,
        "is_deleted": anything,
        "mids": anything,
        "watermark": anything,
        "action": anything,
        "num_edit": anything,
        "title": anything,
    },
)
kinds = ["message", "message_edit", "delivery", "read", "reaction", "postback", "referral"]
events = st.fixed_dictionaries(
    {},
    optional={
        "sender": st.fixed_dictionaries({"id": ids}) | anything,
        "recipient": st.fixed_dictionaries({"id": ids}) | anything,
        "timestamp": st.integers(-1, 2**70) | anything,
        **dict.fromkeys(kinds, about | anything),
    },
)


@given(st.lists(events, max_size=4))
@settings(max_examples=400, deadline=None)
def test_nothing_that_is_an_envelope_is_lost_or_breaks(found: list[Any]) -> None:
    updates = messenger.parse(body_of(*found), "page", APP)

    for one in updates:
        assert one.raw is not None
        assert one.key in {again.key for again in messenger.parse(one.raw, "page", APP)}
        assert (one.unread is None) or one.item is None


@given(st.binary(max_size=200) | anything.map(lambda one: json.dumps(one).encode()))
@settings(max_examples=300, deadline=None)
def test_anything_at_all_is_read_or_a_bad_payload(body: bytes) -> None:
    for one in (body, b'{"object":"page","entry":[%b]}' % body):
        messenger.chat_of(one)
        try:
            messenger.parse(one, "page", APP)
        except BadPayload:
            continue
