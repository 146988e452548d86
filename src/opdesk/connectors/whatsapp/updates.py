"""From a webhook's body to our own types, part by part: what one part breaks, it breaks alone."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from typing_extensions import TypeIs

from opdesk.connectors.base import (
    Deletion,
    Echo,
    Edit,
    Inbound,
    Item,
    MessageStatus,
    Reaction,
    Receipt,
    Renumbered,
    Update,
)
from opdesk.connectors.whatsapp.contents import Said, cards_of, said, text_of
from opdesk.connectors.whatsapp.payloads import (
    OBJECT,
    MessageBody,
    Person,
    StatusBody,
    read_envelope,
)
from opdesk.connectors.whatsapp.refusals import problem_of
from opdesk.kit.clock import SECOND_MS

MAX_OUR_ID = 2**53
_STATUSES = {
    "sent": MessageStatus.SUCCESS,
    "delivered": MessageStatus.DELIVERED,
    "read": MessageStatus.READ,
    "played": MessageStatus.READ,
    "failed": MessageStatus.REJECTED,
}


_IDS = {
    "messages": ("from_user_id", "from"),
    "statuses": ("recipient_user_id", "recipient_id"),
    "message_echoes": ("to_user_id", "to"),
}
"""Where an element of each list names its customer."""


class _Unreadable(Exception):
    """A part that names nobody."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One element of a change's list `name`, with all that a body of its own needs.

    `name` None: the change has nothing of ours, and is an element itself. "entry": the element is
    an entry that has no changes.
    """

    entry_id: Any
    change: Any
    name: str | None = None
    element: Any = None

    @property
    def value(self) -> Mapping[str, Any]:
        found = self.change.get("value") if isinstance(self.change, dict) else None
        return found if isinstance(found, dict) else {}

    @property
    def account_id(self) -> str | None:
        metadata = self.value.get("metadata")
        found = metadata.get("phone_number_id") if isinstance(metadata, dict) else None
        return found if isinstance(found, str) and found else None

    def person(self, user_id: str | None, wa_id: str | None) -> Person:
        """Who an element is about: by either id, or the only one there is."""
        found = self._contact(user_id, wa_id)
        try:
            known = msgspec.convert(found or {}, Person, strict=False)
        except msgspec.ValidationError:
            known = Person()  # a message is not lost for its author's name
        return Person(wa_id or known.wa_id, user_id or known.user_id, known.profile)

    def _contact(self, user_id: str | None, wa_id: str | None) -> Any:
        listed = self.value.get("contacts")
        people = [one for one in listed if isinstance(one, dict)] if _is_list(listed) else []
        by_user = (one for one in people if user_id and one.get("user_id") == user_id)
        by_phone = (one for one in people if wa_id and one.get("wa_id") == wa_id)
        only = people[0] if len(people) == 1 else None
        return next(by_user, None) or next(by_phone, None) or only

    def body(self, element: Any = None) -> bytes:
        """A body that says this alone."""
        if self.name == "entry":
            return msgspec.json.encode({"object": OBJECT, "entry": [self.element]})
        change = self.change
        if self.name is not None:
            element = self.element if element is None else element
            contacts = self._contacts(element, _IDS[self.name])
            value = {**self._of_all(), **contacts, self.name: [element]}
            change = {"field": change.get("field"), "value": value}
        entry = {"id": self.entry_id, "changes": [change]}
        return msgspec.json.encode({"object": OBJECT, "entry": [entry]})

    def _of_all(self) -> dict[str, Any]:
        names = ("messaging_product", "metadata")
        return {name: self.value[name] for name in names if name in self.value}

    def _contacts(self, element: Any, names: tuple[str, str]) -> dict[str, Any]:
        """The contact of this element's customer: other people's don't belong to it."""
        ids = element if isinstance(element, dict) else {}
        user, phone = (ids.get(name) for name in names)
        found = self._contact(user, phone)
        return {"contacts": [found]} if found else {}


def updates_of(body: bytes) -> list[Update]:
    """All that a body says, in its order. Raises BadPayload."""
    envelope = read_envelope(body)
    found = [update for part in _parts(envelope) for update in _read(part)]
    return [replace(found[0], raw=None)] if len(found) == 1 else found


def _parts(envelope: Mapping[str, Any]) -> Iterator[_Part]:
    for entry in envelope["entry"]:
        changes = entry.get("changes") if isinstance(entry, dict) else None
        if not _is_list(changes):
            yield _Part(None, None, "entry", entry)
            continue
        for change in changes:
            yield from _parts_of(_Part(entry.get("id"), change))


def _parts_of(whole: _Part) -> Iterator[_Part]:
    named = [(name, whole.value.get(name)) for name in _IDS]
    lists = [(name, listed) for name, listed in named if _is_list(listed)]
    if not lists:
        yield whole
    for name, listed in lists:
        for element in listed or ():
            yield _Part(whole.entry_id, whole.change, name, element)


def _read(part: _Part) -> list[Update]:
    """The updates of a part; one that says why, when it can't be read."""
    try:
        if part.name == "messages":
            return list(_of_message(part))
        if part.name == "message_echoes":
            return [_of_echo(part)]
        if part.name == "statuses":
            return [_of_status(part)]
        if part.name == "entry":
            raise _Unreadable("an entry without changes")
    except (msgspec.ValidationError, _Unreadable) as error:
        return [_other(part, str(error)[:200])]
    return [_other(part, None)]


def _other(part: _Part, unread: str | None) -> Update:
    """What is nothing for us, or can't be read. Its bytes tell it from others."""
    raw = part.body()
    key = f"{'unread' if unread else 'other'}:{hashlib.sha256(raw).hexdigest()}"
    return Update(key=key, item=None, account_id=part.account_id, raw=raw, unread=unread)


def _of_message(part: _Part) -> Iterator[Update]:
    message = msgspec.convert(part.element, MessageBody, strict=False)
    person = part.person(message.from_user_id, message.from_)
    system = message.system
    if message.type == "system":
        previous = system.previous_user_id if system else None
        chat_id = previous or message.from_user_id or message.from_ or person.user_id
    else:
        chat_id = person.user_id or person.wa_id
    if not chat_id:
        raise _Unreadable("a message from nobody")
    update = Update(
        key=message.id, item=None, chat_id=chat_id, account_id=part.account_id, raw=part.body()
    )
    cards = cards_of(message) if message.type == "contacts" else []
    if len(cards) < 2:
        yield replace(update, item=_item(message, person, chat_id))
        return
    for n, contact in enumerate(part.element["contacts"], start=1):
        # Several cards are several messages; each one's body is that of a message with one card.
        ident = message.id if n == 1 else f"{message.id}#{n}"
        alone = {**part.element, "id": ident, "contacts": [contact]}
        its = msgspec.convert(alone, MessageBody, strict=False)
        item = _item(its, person, chat_id)
        yield replace(update, key=ident, item=item, raw=part.body(alone))


def _item(message: MessageBody, person: Person, chat_id: str) -> Item | None:
    if message.type == "system":
        return _renumbered(message)
    if message.type == "reaction" and message.reaction is not None:
        return Reaction(message.reaction.message_id, message.reaction.emoji or None)
    return _change(message) or _inbound(message, person, chat_id)


def _change(message: MessageBody) -> Edit | Deletion | None:
    """What a message does to an earlier one, if it does."""
    if message.type == "edit" and message.edit is not None:
        edited = message.edit
        text = text_of(edited.message) if edited.message is not None else None
        return Edit(edited.original_message_id, text)
    if message.type == "revoke" and message.revoke is not None:
        return Deletion(message.revoke.original_message_id)
    return None


def _renumbered(message: MessageBody) -> Renumbered | None:
    """A new number, or a new scoped id; a changed security code is nothing for an operator."""
    system = message.system
    if system is None:
        return None
    phone = system.wa_id or system.new_wa_id
    new_id = system.user_id or phone
    if system.type not in ("user_changed_number", "user_changed_user_id") or not new_id:
        return None
    return Renumbered(new_id, _plus(phone))


def _inbound(message: MessageBody, person: Person, chat_id: str) -> Inbound:
    known: Said = said(message, message.type)
    profile = person.profile
    username = (profile.username if profile else None) or None
    name = (profile.name if profile else None) or username or _plus(person.wa_id) or chat_id
    is_known_twice = person.user_id and person.wa_id
    return Inbound(
        chat_id=chat_id,
        message_id=message.id,
        sender_id=chat_id,
        sender_name=name,
        username=username,
        sent_at=message.timestamp * SECOND_MS,
        text=_with_referral(known.text, message),
        file=known.file,
        place=known.place,
        card=known.card,
        phone=_plus(person.wa_id),
        phone_hint=_told_phone(known, message),
        reply_to=(message.context.id if message.context else None) or None,
        kind=known.kind,
        aliases=(person.wa_id,) if is_known_twice and person.wa_id else (),
    )


def _with_referral(text: str, message: MessageBody) -> str:
    """Who comes from an advertisement shows it above their first message."""
    referral = message.referral
    if referral is None:
        return text
    lines = (referral.headline, referral.source_url)
    shown = "\n".join(line for line in lines if line)
    return "\n\n".join(part for part in (text, shown) if part)


def _told_phone(known: Said, message: MessageBody) -> str | None:
    """A contact that answers our request for one is the customer's own, as they say."""
    is_asked = bool(message.origin) and str(message.origin).startswith("contact_request")
    return known.card.phones[0] if is_asked and known.card and known.card.phones else None


def _of_echo(part: _Part) -> Update:
    """What a colleague wrote in the WhatsApp Business app, where the number is used in both."""
    message = msgspec.convert(part.element, MessageBody, strict=False)
    person = part.person(message.to_user_id, message.to)
    chat_id = person.user_id or person.wa_id
    if not chat_id:
        raise _Unreadable("a message to nobody")
    item = _change(message) or _echo(message, chat_id)
    return Update(
        key=message.id, item=item, chat_id=chat_id, account_id=part.account_id, raw=part.body()
    )


def _echo(message: MessageBody, chat_id: str) -> Echo:
    known = said(message, message.type)
    is_shown = known.place is None and known.card is None
    return Echo(
        chat_id=chat_id,
        message_id=message.id,
        sent_at=message.timestamp * SECOND_MS,
        text=known.text,
        file=known.file,
        kind=known.kind if is_shown else message.type,
    )


def _of_status(part: _Part) -> Update:
    found = msgspec.convert(part.element, StatusBody, strict=False)
    status = _STATUSES.get(found.status)
    error = found.errors[0] if found.errors else None
    receipt = None
    if status is not None:
        is_failed = status is MessageStatus.REJECTED
        receipt = Receipt(
            status=status,
            message_id=found.id,
            our_id=_our_id(found.biz_opaque_callback_data),
            problem=problem_of(error.code if error else -1) if is_failed else None,
            words=error.words if is_failed and error else "",
        )
    ids = [one for one in (found.recipient_user_id, found.recipient_id) if one]
    return Update(
        key=f"{found.id}:{found.status}",
        item=receipt,
        chat_id=ids[0] if ids else None,
        aliases=tuple(ids[1:]),
        account_id=part.account_id,
        raw=part.body(),
    )


def _our_id(text: str | None) -> int | None:
    """Our message's number, which we gave along; another program's mark is none."""
    if text is None or not (text.isascii() and text.isdecimal() and len(text) <= 16):
        return None
    return int(text) if 0 < int(text) < MAX_OUR_ID else None


def _plus(digits: str | None) -> str | None:
    """A phone as E.164: WhatsApp leaves the plus out."""
    is_phone = digits is not None and digits.isascii() and digits.isdecimal()
    return f"+{digits}" if is_phone else None


def _is_list(value: Any) -> TypeIs[list[Any]]:
    return isinstance(value, list)
