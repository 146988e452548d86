"""Make a link that opens a chat."""

from urllib.parse import quote, urlencode

from opdesk.accounts.model import CompanyCaller
from opdesk.audit import actions as audit
from opdesk.audit.model import Action, Detail
from opdesk.chats import actions as chats
from opdesk.chats.model import Chat
from opdesk.deeplinks.actions.resolving import resolve
from opdesk.deeplinks.model import BuiltLink, Target, WantedLink
from opdesk.kit.clock import MINUTE_MS
from opdesk.kit.context import Tx
from opdesk.kit.errors import Invalid
from opdesk.kit.keyring import Vault
from opdesk.kit.tokens import Tokens
from opdesk.kit.wire import time_out
from opdesk.operators import access, actions as operators


def build(
    tx: Tx, vault: Vault, tokens: Tokens, caller: CompanyCaller, wanted: WantedLink, base: str
) -> BuiltLink:
    """A link by chat, and the spellings by phone that lead to the same chat today.

    With a token it signs the operator in until it ends. Raises ChatNotFound, OperatorNotFound,
    OperatorInactive, and Invalid naming `operatorId` when it is missing or of another organization.
    """
    chat = chats.get_chat(tx, caller, wanted.chat_id)
    token, ends = _token(tx, tokens, caller, wanted, chat)
    reader = (caller, chat.organization.id)
    others = [
        (kind, _link(base, target, token))
        for kind, target in _by_phone(chat)
        if resolve(tx, vault, reader, target).chat_id == chat.id
    ]
    return BuiltLink(_link(base, Target(chat_id=str(chat.id)), token), ends, tuple(others))


def _token(
    tx: Tx, tokens: Tokens, caller: CompanyCaller, wanted: WantedLink, chat: Chat
) -> tuple[str | None, int | None]:
    if wanted.operator_id is None:
        if wanted.has_token:
            raise Invalid.field("operatorId", "is required for a link with a token")
        return None, None
    operator = access.operator(tx, caller.company_id, wanted.operator_id)
    if operator.organization_id != chat.organization.id:
        raise Invalid.field("operatorId", "is of another organization than the chat")
    if not wanted.has_token:
        return None, None
    ends = tx.now + wanted.minutes * MINUTE_MS
    claims = operators.claims_for(tx, caller, operator.id, ends)
    about: dict[str, Detail] = {
        "name": operator.name,
        "expiresAt": time_out(claims.expires_at),
        "chat": chat.id,
    }
    audit.record(tx, caller, Action.OPERATOR_TOKEN_ISSUED, operator.id, **about)
    return tokens.issue(claims), claims.expires_at


def _by_phone(chat: Chat) -> list[tuple[str, Target]]:
    phone = chat.client.phone
    if phone is None:
        return []
    source = str(int(chat.source))
    return [
        ("sourceFromPhone", Target(phone=phone, sender=chat.sender, source=source)),
        ("fromPhone", Target(phone=phone, sender=chat.sender)),
        ("phone", Target(phone=phone)),
    ]


def _link(base: str, target: Target, token: str | None) -> str:
    given = {
        "chat_raw_id": target.chat_id,
        "source": target.source,
        "from": target.sender,
        "phone": target.phone,
        "token": token,
    }
    named = {name: value for name, value in given.items() if value}
    return f"{base}/?{urlencode(named, quote_via=quote)}"
