"""SQL of a company's people."""

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from opdesk.accounts.model import Role
from opdesk.kit.context import Row, Tx
from opdesk.kit.second_factor import Sealed
from opdesk.kit.sql import metadata, statement
from opdesk.users.model import User

users = Table(
    "company_users",
    metadata,
    Column("company_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("login", Text),
    Column("login_key", Text),
    Column("name", Text, nullable=False),
    Column("email", Text),
    Column("role", Integer, nullable=False),
    Column("language", Text),
    # None until the invitation is accepted.
    Column("password_hash", Text),
    Column("epoch", BigInteger, nullable=False),
    # Sealed secrets of one-time codes: the one that counts, and one that is being set up.
    Column("totp", LargeBinary),
    Column("totp_pending", LargeBinary),
    # The newest time step that was used: a code counts once.
    Column("totp_step", BigInteger, nullable=False),
    # A list as JSON of the fingerprints that are left.
    Column("recovery_codes", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("last_sign_in_at", BigInteger),
    PrimaryKeyConstraint("company_id", "id"),
    UniqueConstraint("login_key", name="company_users_login"),
)
_u = users.c
_user = select(
    _u.id,
    _u.company_id,
    _u.login,
    _u.name,
    _u.email,
    _u.role,
    _u.language,
    _u.epoch,
    _u.password_hash.is_not(None),
    _u.totp.is_not(None),
    _u.created_at,
    _u.last_sign_in_at,
)
_one = (_u.company_id == bindparam("company"), _u.id == bindparam("user"))
USER = statement(_user.where(*_one))
# What each call with a company token asks for: no more than it needs.
RIGHTS = statement(select(_u.name, _u.role, _u.epoch).where(*_one))
USERS = statement(_user.where(_u.company_id == bindparam("company")).order_by(_u.id))
PASSWORD_BY_LOGIN = statement(
    select(_u.company_id, _u.id, _u.password_hash).where(
        _u.login_key == bindparam("login_key"), _u.password_hash.is_not(None)
    )
)
LOGIN_HOLDER = statement(select(_u.company_id, _u.id).where(_u.login_key == bindparam("login_key")))
PASSWORD = statement(select(_u.password_hash).where(*_one))
ADD = statement(
    insert(users).values(
        company_id=bindparam("company"),
        id=bindparam("id"),
        login=bindparam("login"),
        login_key=bindparam("login_key"),
        name=bindparam("name"),
        email=bindparam("email"),
        role=bindparam("role"),
        language=bindparam("language"),
        password_hash=bindparam("password_hash"),
        epoch=1,
        totp_step=0,
        created_at=bindparam("now"),
    )
)
CHANGE = statement(
    update(users)
    .where(*_one)
    .values(
        name=bindparam("new_name"),
        email=bindparam("new_email"),
        role=bindparam("new_role"),
        language=bindparam("new_language"),
    )
)
SET_PASSWORD = statement(
    update(users)
    .where(*_one)
    .values(
        login=bindparam("new_login"),
        login_key=bindparam("new_login_key"),
        password_hash=bindparam("new_hash"),
        epoch=_u.epoch + 1,
    )
)
NOTE_SIGN_IN = statement(update(users).where(*_one).values(last_sign_in_at=bindparam("now")))
NEXT_EPOCH = statement(update(users).where(*_one).values(epoch=_u.epoch + 1))
NEXT_EPOCH_OF_ALL = statement(
    update(users).where(_u.company_id == bindparam("company")).values(epoch=_u.epoch + 1)
)
DELETE = statement(delete(users).where(*_one))
TOTP = statement(select(_u.totp, _u.totp_pending, _u.totp_step, _u.recovery_codes).where(*_one))
SET_TOTP = statement(
    update(users)
    .where(*_one)
    .values(
        totp=bindparam("new_totp"),
        totp_pending=bindparam("new_pending"),
        totp_step=bindparam("new_step"),
        recovery_codes=bindparam("new_codes"),
    )
)


_ROLES = tuple(Role)


def find_user(tx: Tx, company_id: int, user_id: int) -> User | None:
    row = tx.first(USER, company=company_id, user=user_id)
    return _user_of(row) if row else None


def find_rights(tx: Tx, company_id: int, user_id: int) -> tuple[str, Role, int] | None:
    """(name, role, epoch) of a person: what a call with their token asks for."""
    row = tx.first(RIGHTS, company=company_id, user=user_id)
    return (row[0], _ROLES[row[1]], row[2]) if row else None


def list_users(tx: Tx, company_id: int) -> list[User]:
    """By id."""
    return [_user_of(row) for row in tx.all(USERS, company=company_id)]


def find_password(tx: Tx, login_key: str) -> tuple[tuple[int, int], str] | None:
    """((company, user), password hash) of a login."""
    row = tx.first(PASSWORD_BY_LOGIN, login_key=login_key)
    return ((row[0], row[1]), row[2]) if row else None


def find_password_of(tx: Tx, company_id: int, user_id: int) -> str | None:
    row = tx.first(PASSWORD, company=company_id, user=user_id)
    return row[0] if row else None


def find_login_holder(tx: Tx, login_key: str) -> tuple[int, int] | None:
    """(company, user)"""
    row = tx.first(LOGIN_HOLDER, login_key=login_key)
    return (row[0], row[1]) if row else None


def insert_user(tx: Tx, new: User, *, login_key: str | None, password_hash: str | None) -> int:
    """`new.id` and what grows by itself are not looked at; the new id."""
    user_id = tx.new_id("company_users")
    tx.run(
        ADD,
        company=new.company_id,
        id=user_id,
        login=new.login,
        login_key=login_key,
        name=new.name,
        email=new.email,
        role=int(new.role),
        language=new.language,
        password_hash=password_hash,
        now=tx.now,
    )
    return user_id


def update_user(tx: Tx, changed: User) -> None:
    tx.run(
        CHANGE,
        company=changed.company_id,
        user=changed.id,
        new_name=changed.name,
        new_email=changed.email,
        new_role=int(changed.role),
        new_language=changed.language,
    )


def update_password(tx: Tx, user: User, login: str, login_key: str, password_hash: str) -> None:
    """Everything that the person was signed in with ends."""
    tx.run(
        SET_PASSWORD,
        company=user.company_id,
        user=user.id,
        new_login=login,
        new_login_key=login_key,
        new_hash=password_hash,
    )


def note_sign_in(tx: Tx, company_id: int, user_id: int) -> None:
    tx.run(NOTE_SIGN_IN, company=company_id, user=user_id, now=tx.now)


def next_epoch(tx: Tx, company_id: int, user_id: int) -> None:
    tx.run(NEXT_EPOCH, company=company_id, user=user_id)


def next_epoch_of_all(tx: Tx, company_id: int) -> None:
    tx.run(NEXT_EPOCH_OF_ALL, company=company_id)


def totp_of(tx: Tx, company_id: int, user_id: int) -> Sealed:
    return Sealed(*tx.one(TOTP, company=company_id, user=user_id))


def update_totp(tx: Tx, company_id: int, user_id: int, factor: Sealed) -> None:
    tx.run(
        SET_TOTP,
        company=company_id,
        user=user_id,
        new_totp=factor.secret,
        new_pending=factor.pending,
        new_step=factor.step,
        new_codes=factor.recovery,
    )


def delete_user(tx: Tx, company_id: int, user_id: int) -> None:
    tx.run(DELETE, company=company_id, user=user_id)


def _user_of(row: Row) -> User:
    found, company_id, login, name, email, role, language, epoch, has_password, *rest = row
    has_totp, created_at, last_sign_in_at = rest
    return User(
        id=found,
        company_id=company_id,
        login=login,
        name=name,
        email=email,
        role=Role(role),
        language=language,
        epoch=epoch,
        has_password=bool(has_password),
        has_totp=bool(has_totp),
        created_at=created_at,
        last_sign_in_at=last_sign_in_at,
    )
