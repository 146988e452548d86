"""Which contacts are one person's. Nothing is merged: a person is a label that contacts share.

Two contacts belong together because an operator said so, or because platforms attest the same
phone for both and no operator said otherwise; a person is all that belongs together, over any
number of steps. Each function that may change people answers with the contacts that it touched.
"""

from collections.abc import Collection, Iterable, Sequence
from itertools import product

from opdesk.contacts import store
from opdesk.contacts.actions.known import get
from opdesk.contacts.errors import OnePerson
from opdesk.contacts.model import Contact, grouped, pair
from opdesk.kit.context import Tx


def attest_phone(tx: Tx, company_id: int, contact_id: int, phone: str) -> list[int]:
    """A platform vouches that this E.164 phone is the contact's own: equal phones are joined.

    Not when it is the phone of several people who were kept apart: nobody knows which of them. A
    phone that it replaces stays as one that was named: what was joined by it alone is not any more,
    and is suggested.
    """
    before = get(tx, company_id, contact_id)
    if before.phone == phone:
        return []
    # Two that attest one phone at a time: the second one sees the first one's.
    for each in sorted({phone, before.phone or phone}):
        tx.lock_name(f"phone:{company_id}:{each}")
    is_alone = before.phone is None and not store.list_with_phone(tx, company_id, phone)
    if not is_alone:
        # Before the row is written: who joins holds this lock when it comes to that row.
        _lock(tx, company_id)
    store.update_phone(tx, company_id, contact_id, phone)
    if is_alone:
        return []
    if before.phone is not None:
        store.update_hint(tx, company_id, contact_id, before.phone)
    changed = _regroup(tx, company_id, contact_id)
    return sorted(changed | _join_by_phone(tx, company_id, contact_id, phone))


def list_of_person(tx: Tx, company_id: int, person_id: int) -> list[Contact]:
    return store.list_of_person(tx, company_id, person_id)


def list_likely(tx: Tx, company_id: int, person_id: int, phones: Collection[str]) -> list[Contact]:
    """Contacts of other people who have or named one of the phones, without those kept apart."""
    if not phones:
        return []
    own = {one.id for one in store.list_of_person(tx, company_id, person_id)}
    said = store.list_said(tx, company_id, own)
    apart = {one for two, is_same in said.items() if not is_same for one in two} - own
    them = (store.find_contact(tx, company_id, one) for one in sorted(apart))
    excluded = {one.person_id for one in them if one is not None} | {person_id}
    found = store.list_with_phones(tx, company_id, phones)
    return [one for one in found if one.person_id not in excluded]


def join(tx: Tx, company_id: int, contact_id: int, other_id: int) -> list[int]:
    """Somebody says that two contacts are one person's, whatever was said of them before."""
    _lock(tx, company_id)
    mine, theirs = _members(tx, company_id, contact_id), _members(tx, company_id, other_id)
    if mine[0].person_id == theirs[0].person_id:
        return []
    store.delete_said(tx, company_id, _pairs(mine, theirs))
    store.save_said(tx, company_id, [pair(contact_id, other_id)], is_same=True)
    return _label(tx, company_id, [*mine, *theirs])


def separate(tx: Tx, company_id: int, contact_id: int) -> list[int]:
    """Somebody says that a contact is another person than those it is joined with.

    Those with its own attested phone go with it, so that a join by hand is undone as it was made;
    when there are only those, the contact goes alone.
    """
    _lock(tx, company_id)
    members = _members(tx, company_id, contact_id)
    [contact] = [one for one in members if one.id == contact_id]
    going = [one for one in members if one.phone is not None and one.phone == contact.phone]
    if not going or len(going) == len(members):
        going = [contact]
    staying = [one for one in members if one not in going]
    store.save_said(tx, company_id, _pairs(going, staying), is_same=False)
    return sorted(_regroup(tx, company_id, contact_id))


def keep_apart(tx: Tx, company_id: int, contact_id: int, other_id: int) -> bool:
    """Somebody says that two people are two: neither joined by a phone nor suggested any more.

    False when that was said before. Raises OnePerson for two that are joined.
    """
    _lock(tx, company_id)
    mine, theirs = _members(tx, company_id, contact_id), _members(tx, company_id, other_id)
    if mine[0].person_id == theirs[0].person_id:
        raise OnePerson("separate them first")
    said = store.list_said(tx, company_id, {one.id for one in mine})
    new = [two for two in _pairs(mine, theirs) if two not in said]
    store.save_said(tx, company_id, new, is_same=False)
    return bool(new)


def delete_contact(tx: Tx, company_id: int, contact_id: int) -> list[int]:
    """Forget a contact whose last chat is gone; whom it held together stays together."""
    _lock(tx, company_id)
    members = _members(tx, company_id, contact_id)
    store.delete_contact(tx, company_id, contact_id)
    left = [one for one in members if one.id != contact_id]
    if not left:
        return []
    first, *parts = _parts(tx, company_id, left)
    bridges = [pair(first[0].id, part[0].id) for part in parts]
    store.save_said(tx, company_id, bridges, is_same=True)
    _label(tx, company_id, left)
    return [one.id for one in left]


def _lock(tx: Tx, company_id: int) -> None:
    """Groups are read, then written: one at a time in a company."""
    tx.lock_name(f"people:{company_id}")


def _members(tx: Tx, company_id: int, contact_id: int) -> list[Contact]:
    person_id = get(tx, company_id, contact_id).person_id
    return store.list_of_person(tx, company_id, person_id)


def _join_by_phone(tx: Tx, company_id: int, contact_id: int, phone: str) -> set[int]:
    mine = _members(tx, company_id, contact_id)
    same = {one.person_id for one in store.list_with_phone(tx, company_id, phone)}
    people = same - {mine[0].person_id}
    if len(people) != 1:
        return set()
    theirs = store.list_of_person(tx, company_id, people.pop())
    said = store.list_said(tx, company_id, {one.id for one in mine})
    if any(said.get(two) is False for two in _pairs(mine, theirs)):
        return set()
    return set(_label(tx, company_id, [*mine, *theirs]))


def _regroup(tx: Tx, company_id: int, contact_id: int) -> set[int]:
    """Part a person whose contacts do not all belong together any more."""
    members = _members(tx, company_id, contact_id)
    parts = _parts(tx, company_id, members)
    if len(parts) == 1:
        return set()
    for part in parts:
        _label(tx, company_id, part)
    return {one.id for one in members}


def _parts(tx: Tx, company_id: int, members: Sequence[Contact]) -> list[list[Contact]]:
    return grouped(members, store.list_said(tx, company_id, {one.id for one in members}))


def _label(tx: Tx, company_id: int, members: Iterable[Contact]) -> list[int]:
    """A person is called by the smallest id of its contacts."""
    ids = sorted(one.id for one in members)
    store.update_person(tx, company_id, ids, ids[0])
    return ids


def _pairs(mine: Sequence[Contact], theirs: Sequence[Contact]) -> list[tuple[int, int]]:
    return [pair(one.id, other.id) for one, other in product(mine, theirs)]
