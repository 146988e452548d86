"""Sign-in with a password and, where the person wants one, a code; sessions and company tokens."""

from dataclasses import replace

from opdesk.accounts import access as accounts, actions as account_actions
from opdesk.accounts.actions import Attempt, Door, GivenPassword, SignIn, login_key
from opdesk.accounts.model import (
    COMPANY_TOKEN,
    COMPANY_TOKEN_DAYS,
    SESSION_HOURS,
    CompanyCaller,
    Session,
)
from opdesk.audit import actions as audit
from opdesk.audit.model import Action
from opdesk.kit.clock import DAY_MS, HOUR_MS
from opdesk.kit.context import Tx
from opdesk.kit.db import Database
from opdesk.kit.ids import new_uuid
from opdesk.kit.keyring import Vault
from opdesk.kit.tokens import Claims, Tokens
from opdesk.users import access, store
from opdesk.users.actions.second_factor import confirm
from opdesk.users.model import SignedIn, User


async def sign_in(db: Database, door: Door, vault: Vault, attempt: Attempt) -> User:
    """The person behind a login and password.

    Raises WrongLogin, TooManyRequests, and CodeNeeded for someone with a second factor.
    """
    key = login_key(attempt.login)

    async def confirmed(found: tuple[int, int]) -> None:
        await db.write(confirm, vault, *found, attempt.code)

    company_id, user_id = await door.enter(
        SignIn(f"company:{key}", attempt.address, attempt.password),
        lambda tx: store.find_password(tx, key),
        confirmed,
    )
    return await db.read(access.user, company_id, user_id)


def open_session(tx: Tx, user: User, secret: str, address: str) -> SignedIn:
    """Remember a browser in which the person is signed in, by the fingerprint of its cookie."""
    now = access.user(tx, user.company_id, user.id)
    ends = tx.now + SESSION_HOURS * HOUR_MS
    account_actions.open_session(
        tx, Session(now.company_id, None, now.epoch, ends, user_id=now.id), secret
    )
    caller = replace(now.caller, address=address)
    store.note_sign_in(tx, now.company_id, now.id)
    audit.record(tx, caller, Action.SIGNED_IN, now.id)
    return signed_in(tx, caller)


def issue_company_token(tx: Tx, tokens: Tokens, user: User, address: str) -> str:
    """A company token with the rights that the person has whenever it is used."""
    ends = tx.now + COMPANY_TOKEN_DAYS * DAY_MS
    store.note_sign_in(tx, user.company_id, user.id)
    audit.record(tx, replace(user.caller, address=address), Action.TOKEN_ISSUED, user.id)
    return tokens.issue(
        Claims(COMPANY_TOKEN, user.id, user.company_id, user.epoch, tx.now, ends, new_uuid())
    )


def signed_in(tx: Tx, caller: CompanyCaller) -> SignedIn:
    """Whose credentials these are."""
    user = access.person(tx, caller) if caller.user_id is not None else None
    return SignedIn(accounts.company(tx, caller.company_id), user, caller.role)


async def check_password(
    db: Database, door: Door, caller: CompanyCaller, given: GivenPassword
) -> User:
    """The caller, if this is their password: for what a session that was left open must not do.

    It is slowed as a sign-in is. Raises PersonOnly, TooManyRequests, and WrongLogin, which names
    the field: the session goes on.
    """
    user = await db.read(access.person, caller)

    def find(tx: Tx) -> tuple[int, str] | None:
        stored = store.find_password_of(tx, user.company_id, user.id)
        return (user.id, stored) if stored else None

    await door.check(f"company:{login_key(user.login or '')}", given, find)
    return user
