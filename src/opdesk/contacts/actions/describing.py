"""What operators write down about a contact: a note, and fields of their own."""

from dataclasses import replace

from opdesk.contacts import store
from opdesk.contacts.errors import AboutChanged
from opdesk.contacts.model import (
    MAX_ABOUT_CHARS,
    MAX_FIELD_CHARS,
    MAX_FIELD_NAME_CHARS,
    MAX_FIELDS,
    NOTHING_WRITTEN,
    About,
    ClientField,
)
from opdesk.kit.context import Tx
from opdesk.kit.errors import Invalid
from opdesk.kit.text import text_in


def get_about(tx: Tx, company_id: int, contact_id: int) -> About:
    """`NOTHING_WRITTEN` when nobody ever wrote anything."""
    return store.find_about(tx, company_id, contact_id) or NOTHING_WRITTEN


def describe(tx: Tx, company_id: int, contact_id: int, given: About) -> tuple[About, bool]:
    """Keep what an operator wrote, in place of what was there; True when that is another.

    The version of `given` is the one that its writer has read. Raises Invalid naming `note` or a
    field, AboutChanged when another version stands there.
    """
    checked = _checked(given)
    # The chats of a contact are locked one by one: two of them may ask at once.
    tx.lock_name(f"about:{company_id}:{contact_id}")
    now = get_about(tx, company_id, contact_id)
    if (now.note, now.fields) == (checked.note, checked.fields):
        return now, False
    if checked.version != now.version:
        raise AboutChanged(now)
    kept = replace(checked, version=now.version + 1)
    store.save_about(tx, company_id, contact_id, kept)
    return kept, True


def _checked(given: About) -> About:
    if len(given.fields) > MAX_FIELDS:
        raise Invalid.field("fields", f"must have at most {MAX_FIELDS} elements")
    fields: list[ClientField] = []
    for index, one in enumerate(given.fields):
        place = f"fields[{index}]"
        name = text_in(f"{place}.name", one.name, MAX_FIELD_NAME_CHARS)
        if any(name.casefold() == known.name.casefold() for known in fields):
            raise Invalid.field(f"{place}.name", "is there twice")
        fields.append(ClientField(name, text_in(f"{place}.value", one.value, MAX_FIELD_CHARS)))
    note = text_in("note", given.note, MAX_ABOUT_CHARS, least=0, multiline=True)
    return About(note, tuple(fields), given.version)
