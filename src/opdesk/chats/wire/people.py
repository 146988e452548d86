"""JSON shapes of a chat's client: whom it is with, and what else they write in."""

import msgspec

from opdesk.chats.model import ClientCard, KnownAs, KnownPhone, PersonsChat, Suggestion
from opdesk.chats.wire.shapes import title_of, unnamed
from opdesk.kit.wire import Id, Wire, WireIn, time_out

_SHOWN_ID_DIGITS = 20


class OtherChatIn(WireIn):
    """The other chat of the two that are spoken of."""

    chat_id: Id

    example = {"chatId": 8}


class KnownPhoneOut(Wire):
    """`isAttested`: a platform vouches that it is theirs; else they named it, or had it before."""

    phone: str
    is_attested: bool

    example = {"phone": "+380501234567", "isAttested": True}

    @classmethod
    def of(cls, known: KnownPhone) -> "KnownPhoneOut":
        return cls(phone=known.phone, is_attested=known.is_attested)


class IdentityOut(Wire):
    """`externalId` is the platform's id where it is a number; other ids say nothing to anybody."""

    mess_source: int
    from_: str = msgspec.field(name="from")
    username: str | None
    external_id: str | None

    example = {
        "messSource": 2,
        "from": "demo_shop_bot",
        "username": "taras",
        "externalId": "2210498160",
    }

    @classmethod
    def of(cls, known: KnownAs) -> "IdentityOut":
        text = known.external_id
        is_number = text.isascii() and text.isdecimal() and len(text) <= _SHOWN_ID_DIGITS
        return cls(
            mess_source=int(known.source),
            from_=known.sender,
            username=known.username,
            external_id=text if is_number else None,
        )


class PersonsChatOut(Wire):
    """`activeAt`: when its last message came here."""

    id: Id
    mess_source: int
    from_: str = msgspec.field(name="from")
    chat_status: int
    active_at: str
    client_name: str

    example = {
        "id": 6,
        "messSource": 3,
        "from": "+380441112233",
        "chatStatus": 4,
        "activeAt": "2026-11-20T08:00:00.000Z",
        "clientName": "Taras Bondar",
    }

    @classmethod
    def of(cls, chat: PersonsChat) -> "PersonsChatOut":
        return cls(
            id=chat.id,
            mess_source=int(chat.source),
            from_=chat.sender,
            chat_status=int(chat.status),
            active_at=time_out(chat.active_at),
            client_name=chat.name or unnamed(chat.source, chat.external_id),
        )


class SuggestionOut(Wire):
    """The chat of somebody who may be the same person, and the phone that speaks for it.

    `isAttested`: the phone is attested for them; else they named it.
    """

    chat_id: Id
    client_name: str
    mess_source: int
    from_: str = msgspec.field(name="from")
    phone: str
    is_attested: bool

    example = {
        "chatId": 8,
        "clientName": "Taras",
        "messSource": 4,
        "from": "shop.example.com",
        "phone": "+380501234567",
        "isAttested": False,
    }

    @classmethod
    def of(cls, suggestion: Suggestion) -> "SuggestionOut":
        chat, known = suggestion.chat, suggestion.phone
        return cls(
            chat_id=chat.id,
            client_name=chat.name or unnamed(chat.source, chat.external_id),
            mess_source=int(chat.source),
            from_=chat.sender,
            phone=known.phone,
            is_attested=known.is_attested,
        )


class ClientCardOut(Wire):
    """A chat's client. `phone` is attested by the platform, `phoneHint` only named.

    `isJoined`: they have contacts on other channels, which `phones`, `identities` and `otherChats`
    are of too. There is nothing in it that no chat of the caller shows.
    """

    id: Id
    name: str
    phone: str | None
    phone_hint: str | None
    is_joined: bool
    phones: list[KnownPhoneOut]
    identities: list[IdentityOut]
    other_chats: list[PersonsChatOut]
    suggestions: list[SuggestionOut]

    example = {
        "id": 7,
        "name": "Taras Bondar",
        "phone": "+380501234567",
        "phoneHint": None,
        "isJoined": True,
        "phones": [KnownPhoneOut.example],
        "identities": [IdentityOut.example],
        "otherChats": [PersonsChatOut.example],
        "suggestions": [SuggestionOut.example],
    }

    @classmethod
    def of(cls, card: ClientCard) -> "ClientCardOut":
        chat, client = card.chat, card.chat.client
        return cls(
            id=client.id,
            name=client.name or title_of(chat),
            phone=client.phone,
            phone_hint=card.phone_hint,
            is_joined=card.is_joined,
            phones=[KnownPhoneOut.of(one) for one in card.phones],
            identities=[IdentityOut.of(one) for one in card.identities],
            other_chats=[PersonsChatOut.of(one) for one in card.other_chats],
            suggestions=[SuggestionOut.of(one) for one in card.suggestions],
        )
