"""Whatever stands in a webhook: it is read, or refused as one."""

import contextlib
import json
from typing import Any

from hypothesis import given, settings, strategies as st

from opdesk.connectors.base import BadPayload, Update
from opdesk.connectors.whatsapp.connector import WhatsApp
from tests.connectors.whatsapp.bodies import CONTACT, NUMBER, PHONE, USER

EXAMPLES = 300
KINDS = [
    "audio",
    "button",
    "contacts",
    "document",
    "edit",
    "image",
    "interactive",
    "location",
    "order",
    "reaction",
    "revoke",
    "sticker",
    "system",
    "text",
    "unsupported",
    "video",
]
PROPERTIES = [
    "id",
    "from",
    "from_user_id",
    "to",
    "to_user_id",
    "timestamp",
    "type",
    "context",
    "referral",
    "origin",
    "errors",
    "status",
    "recipient_id",
    "recipient_user_id",
    "biz_opaque_callback_data",
    "message_id",
    "original_message_id",
    "emoji",
    "message",
    "name",
    "phones",
    "body",
    "caption",
    "filename",
    "mime_type",
    "latitude",
    "longitude",
    "title",
    "wa_id",
    "user_id",
    "previous_user_id",
    "product_items",
    "response_json",
    "nfm_reply",
    "list_reply",
    "button_reply",
    "code",
]
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
    | st.sampled_from(["1", "wamid.A", PHONE, USER, "text", "user_changed_number", "failed"])
)
names = st.sampled_from([*KINDS, *PROPERTIES]) | st.text(max_size=6)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=5)
)
sound = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["wamid.A", "wamid.B"]),
        "timestamp": st.just("1790000000"),
        "type": st.sampled_from(KINDS),
        "from": st.just(PHONE),
        "from_user_id": st.just(USER),
        "status": st.sampled_from(["sent", "failed", "read", "other"]),
    }
)
broken = st.dictionaries(names, values, max_size=6)
elements = values | sound | st.builds(lambda a, b: {**a, **b}, sound, broken)
lists = st.lists(elements, max_size=4)
changes = values | st.fixed_dictionaries(
    {
        "field": st.sampled_from(["messages", "smb_message_echoes", "account_update"]),
        "value": values
        | st.fixed_dictionaries(
            {"metadata": values | st.just({"phone_number_id": NUMBER})},
            optional={
                "messages": lists | values,
                "statuses": lists | values,
                "message_echoes": lists | values,
                "contacts": st.lists(values | st.just(CONTACT), max_size=3) | values,
            },
        ),
    }
)
entries = values | st.fixed_dictionaries(
    {"id": values, "changes": st.lists(changes, max_size=3) | values}
)
bodies = st.fixed_dictionaries(
    {"object": st.just("whatsapp_business_account"), "entry": st.lists(entries, max_size=3)}
)


def as_told(update: Update) -> tuple[Any, ...]:
    return update.key, update.item, update.chat_id, update.account_id, update.unread


@settings(max_examples=EXAMPLES, deadline=None)
@given(bodies)
def test_every_part_is_read_or_says_why_not_and_can_be_read_again(whole: Any) -> None:
    found = WhatsApp.parse(json.dumps(whole).encode(), {})

    for update in found:
        assert update.item is None or update.unread is None
        if update.raw is not None:
            again = WhatsApp.parse(update.raw, {})
            assert [as_told(one) for one in again] == [as_told(update)]


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.binary(max_size=200) | values.map(lambda one: json.dumps(one).encode()))
def test_any_bytes_are_read_or_a_bad_payload(raw: bytes) -> None:
    with contextlib.suppress(BadPayload):
        WhatsApp.parse(raw, {})
    WhatsApp.chat_of(raw)


@settings(max_examples=EXAMPLES, deadline=None)
@given(bodies, st.integers(min_value=0), st.binary(min_size=1, max_size=4))
def test_a_damaged_body_is_read_or_a_bad_payload(whole: Any, place: int, noise: bytes) -> None:
    raw = json.dumps(whole).encode()
    at = place % len(raw)

    with contextlib.suppress(BadPayload):
        WhatsApp.parse(raw[:at] + noise + raw[at + len(noise) :], {})
