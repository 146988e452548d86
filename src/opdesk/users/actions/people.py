"""Who belongs to a company."""

from dataclasses import replace

from opdesk.accounts import actions as accounts
from opdesk.accounts.actions import login_in, login_key, name_in
from opdesk.accounts.model import CompanyCaller, Role
from opdesk.audit import actions as audit
from opdesk.audit.model import Action
from opdesk.invitations import actions as invitations
from opdesk.invitations.actions import Post
from opdesk.invitations.model import HandedOver, LinkKind, Recipient
from opdesk.kit.context import Tx
from opdesk.kit.errors import Conflict, Invalid
from opdesk.users import access, store
from opdesk.users.errors import LastOwner, UserLoginTaken
from opdesk.users.model import MAX_EMAIL_CHARS, MAX_USERS, User, UserChange


def found_company(
    tx: Tx,
    login: str,
    name: str,
    password_hash: str,
    person: str | None = None,
    language: str | None = None,
) -> User:
    """Make a company and its first owner, who signs in with the company's own login.

    `person`: the owner's name, else the company's. `language`: what the owner reads, if it is
    known. Raises LoginTaken, UserLoginTaken, Invalid.
    """
    login = login_in(login)
    company_id = accounts.add_company(tx, login, name)
    require_free_login(tx, login)
    owner = new_user(company_id, name_in(person or name, "person"), None, Role.OWNER, login)
    owner = replace(owner, language=None if language is None else _language_in(language))
    user_id = store.insert_user(tx, owner, login_key=login_key(login), password_hash=password_hash)
    made = access.user(tx, company_id, user_id)
    audit.record(tx, made.caller, Action.COMPANY_CREATED, company_id, name=name_in(name))
    return made


def list_users(tx: Tx, caller: CompanyCaller) -> list[User]:
    return store.list_users(tx, caller.company_id)


def invite(
    tx: Tx, caller: CompanyCaller, new: UserChange, post: Post, secret: str
) -> tuple[User, HandedOver]:
    """Someone new, who chooses a login and a password with the link. Raises Invalid, Conflict."""
    tx.lock("companies", id=caller.company_id)
    if len(store.list_users(tx, caller.company_id)) >= MAX_USERS:
        raise Conflict(f"a company has at most {MAX_USERS} users")
    role = Role.ANALYST if new.role is None else new.role
    person = new_user(caller.company_id, name_in(new.name or ""), email_in(new.email or ""), role)
    user_id = store.insert_user(tx, person, login_key=None, password_hash=None)
    audit.record(tx, caller, Action.USER_INVITED, user_id, name=person.name, role=role.name.lower())
    user = access.user(tx, caller.company_id, user_id)
    return user, _hand_over(tx, caller, user, post, secret)


def make_link(
    tx: Tx, caller: CompanyCaller, user_id: int, post: Post, secret: str
) -> tuple[User, HandedOver]:
    """A new link: an invitation again, or a reset for someone who was in. Raises UserNotFound."""
    user = access.user(tx, caller.company_id, user_id)
    kind = _kind_for(user)
    audit.record(tx, caller, Action.USER_LINK_MADE, user_id, name=user.name, kind=kind.value)
    return user, _hand_over(tx, caller, user, post, secret)


def _hand_over(tx: Tx, caller: CompanyCaller, user: User, post: Post, secret: str) -> HandedOver:
    kind = _kind_for(user)
    link = invitations.make(tx, user.company_id, kind, user.id, secret)
    company = accounts.company_of(tx, caller)
    # Someone new has not chosen a language yet: they are written to in that of who invites them.
    language = user.language or _language_of(tx, caller)
    to = Recipient(user.name, company.name, user.email, language)
    return post.hand_over(tx, link, secret, to)


def _language_of(tx: Tx, caller: CompanyCaller) -> str | None:
    return None if caller.user_id is None else access.person(tx, caller).language


def _kind_for(user: User) -> LinkKind:
    return LinkKind.USER_RESET if user.has_password else LinkKind.USER_INVITATION


def join(tx: Tx, user: User, login: str, password_hash: str, address: str) -> None:
    """Whoever has the link chooses; all that the person was signed in with ends.

    Raises UserLoginTaken, Invalid.
    """
    login = login_in(login)
    require_free_login(tx, login, user)
    store.update_password(tx, user, login, login_key(login), password_hash)
    audit.record(
        tx, replace(user.caller, address=address), Action.USER_JOINED, user.id, login=login
    )


def change_password(tx: Tx, caller: CompanyCaller, password_hash: str) -> User:
    """Every session and company token of the person ends; the page opens a new session."""
    user = access.person(tx, caller)
    login = user.login or ""
    store.update_password(tx, user, login, login_key(login), password_hash)
    audit.record(tx, caller, Action.USER_PASSWORD_CHANGED, user.id)
    return access.user(tx, user.company_id, user.id)


def change(tx: Tx, caller: CompanyCaller, user_id: int, wanted: UserChange) -> User:
    """Raises UserNotFound, LastOwner, Invalid. A new role counts from the next request on."""
    tx.lock("companies", id=caller.company_id)
    before = access.user(tx, caller.company_id, user_id)
    after = replace(
        before,
        name=before.name if wanted.name is None else name_in(wanted.name),
        email=before.email if wanted.email is None else email_in(wanted.email),
        role=before.role if wanted.role is None else wanted.role,
        language=before.language if wanted.language is None else _language_in(wanted.language),
    )
    if before.role is Role.OWNER and after.role is not Role.OWNER:
        _require_another_owner(tx, before)
    store.update_user(tx, after)
    new = {
        "name": (before.name, after.name),
        "email": (before.email, after.email),
        "role": (before.role.name.lower(), after.role.name.lower()),
        "language": (before.language, after.language),
    }
    changed = {key: value for key, (old, value) in new.items() if old != value}
    audit.record(tx, caller, Action.USER_CHANGED, user_id, **{"name": after.name} | changed)
    return after


def remove(tx: Tx, caller: CompanyCaller, user_id: int) -> None:
    """Everything that the person is signed in with ends. Raises UserNotFound, LastOwner."""
    tx.lock("companies", id=caller.company_id)
    user = access.user(tx, caller.company_id, user_id)
    if user.role is Role.OWNER:
        _require_another_owner(tx, user)
    store.delete_user(tx, caller.company_id, user_id)
    invitations.forget(tx, caller.company_id, user_id, for_operator=False)
    audit.record(tx, caller, Action.USER_REMOVED, user_id, name=user.name)


def sign_out(tx: Tx, caller: CompanyCaller, user_id: int) -> None:
    """End a person's company tokens and sessions. Raises UserNotFound."""
    user = access.user(tx, caller.company_id, user_id)
    store.next_epoch(tx, caller.company_id, user_id)
    audit.record(tx, caller, Action.USER_SIGNED_OUT, user_id, name=user.name)


def revoke_all(tx: Tx, caller: CompanyCaller) -> None:
    """End every company token and every session at the dashboard, the caller's included."""
    store.next_epoch_of_all(tx, caller.company_id)
    audit.record(tx, caller, Action.COMPANY_TOKENS_REVOKED)


def email_in(email: str) -> str | None:
    """An address as it is stored, None for "". Raises Invalid."""
    text = email.strip()
    if not text:
        return None
    name, at, host = text.rpartition("@")
    is_plain = text.isprintable() and not any(char in text for char in ' <>,;"\\')
    if not (name and at and "." in host and is_plain and len(text) <= MAX_EMAIL_CHARS):
        raise Invalid.field("email", "must be an address such as olena@example.com")
    return text


def require_free_login(tx: Tx, login: str, user: User | None = None) -> None:
    """Raises UserLoginTaken when someone else has it."""
    holder = store.find_login_holder(tx, login_key(login))
    if holder is not None and (user is None or holder != (user.company_id, user.id)):
        raise UserLoginTaken(f"another user has the login {login}", errors={"login": ["is taken"]})


def new_user(
    company_id: int, name: str, email: str | None, role: Role, login: str | None = None
) -> User:
    """A person who is not stored yet: `insert_user` gives the number and the time."""
    return User(
        id=0,
        company_id=company_id,
        login=login,
        name=name,
        email=email,
        role=role,
        language=None,
        epoch=1,
        has_password=False,
        has_totp=False,
        created_at=0,
        last_sign_in_at=None,
    )


def _require_another_owner(tx: Tx, user: User) -> None:
    others = [
        one
        for one in store.list_users(tx, user.company_id)
        if one.role is Role.OWNER and one.id != user.id and one.has_password
    ]
    if not others:
        raise LastOwner("make someone else an owner first, who has accepted their invitation")


def _language_in(language: str) -> str:
    if language not in accounts.LANGUAGES:
        raise Invalid.field("language", f"must be one of {', '.join(accounts.LANGUAGES)}")
    return language
