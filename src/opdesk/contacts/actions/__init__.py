"""Know a customer again on each channel, and whose contacts are one person's."""

from opdesk.contacts.actions.describing import describe, get_about
from opdesk.contacts.actions.known import add_identity, get, hint_phone, recognize, rename
from opdesk.contacts.actions.people import (
    attest_phone,
    delete_contact,
    join,
    keep_apart,
    list_likely,
    list_of_person,
    separate,
)

__all__ = [
    "add_identity",
    "attest_phone",
    "delete_contact",
    "describe",
    "get",
    "get_about",
    "hint_phone",
    "join",
    "keep_apart",
    "list_likely",
    "list_of_person",
    "recognize",
    "rename",
    "separate",
]
