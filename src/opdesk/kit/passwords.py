"""Passwords: Argon2id in two threads of their own, so that sign-ins never starve the rest."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from opdesk.kit.errors import Invalid
from opdesk.kit.text import clean_ours, matching_key

MIN_CHARS = 10
MAX_CHARS = 256
_MEMORY_KIB = 19 * 1024
_RUNS = ("abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "01234567890123456789")
# fmt: off
_COMMON_WORDS = (
    "password", "passw0rd", "qwerty", "qwertyuiop", "letmein", "welcome", "admin",
    "administrator", "iloveyou", "monkey", "dragon", "football", "baseball", "sunshine",
    "princess", "superman", "batman", "trustno1", "starwars", "master", "hello", "freedom",
    "whatever", "shadow", "michael", "jordan", "jennifer", "computer", "internet", "service",
    "secret", "parol", "пароль", "йцукен", "йцукенгшщз", "україна", "любов", "привіт", "natasha",
    "kyiv", "ukraine", "zaq12wsx", "1q2w3e4r", "1qaz2wsx", "q1w2e3r4", "changeme", "default",
    "operator", "opdesk",
)
# fmt: on
_DECORATION = "0123456789!@#$%^&*._-+ "
_UNKNOWN = "no such account"


class Passwords:
    """Hashes and checks. A check costs the same time whether or not the account exists."""

    def __init__(self, *, memory_kib: int = _MEMORY_KIB, time_cost: int = 2) -> None:
        self._hasher = PasswordHasher(
            time_cost=time_cost, memory_cost=memory_kib, parallelism=1, hash_len=32
        )
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="argon2")
        self._nobodys_hash = self._hasher.hash(_UNKNOWN)

    async def hash(self, password: str) -> str:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._hasher.hash, password)

    def hash_now(self, password: str) -> str:
        """For the command line, where nobody else waits."""
        return self._hasher.hash(password)

    async def is_right(self, stored_hash: str | None, password: str) -> bool:
        """Whether the password belongs to the hash; with no hash, False after the same work."""
        loop = asyncio.get_running_loop()
        checked = stored_hash or self._nobodys_hash
        is_right = await loop.run_in_executor(self._threads, self._verify, checked, password)
        return is_right and stored_hash is not None

    def _verify(self, stored_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored_hash, password[: MAX_CHARS + 1])
        except (VerificationError, InvalidHashError):
            return False

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def check_new_password(password: str, *, login: str, field: str = "password") -> None:
    """Raises Invalid naming `field`: too short, too long, too easy to guess, or not typed.

    A control character would lock its owner out: the end of a line that came along, say.
    """
    if not MIN_CHARS <= len(password) <= MAX_CHARS:
        raise Invalid.field(field, f"must have {MIN_CHARS} to {MAX_CHARS} characters")
    try:
        clean_ours(password, multiline=False)
    except ValueError as error:
        raise Invalid.field(field, str(error)) from error
    if is_common(password) or _is_made_of(password, login):
        raise Invalid.field(field, "is too easy to guess; choose another one")


def _is_made_of(password: str, login: str) -> bool:
    """The login, once or several times, with decoration around and between."""
    folded, login = matching_key(password), matching_key(login)
    bare = folded.strip(_DECORATION)
    return bool(login) and (
        not folded.replace(login, "")
        or (bool(bare) and not bare.replace(login, "").strip(_DECORATION))
    )


def is_common(password: str) -> bool:
    """A well-known word with decoration around it, one repeated piece, or a run of keys."""
    folded = password.casefold()
    bare = folded.strip(_DECORATION)
    if bare in _COMMON_WORDS or folded in _COMMON_WORDS:
        return True
    is_repeated = any(
        folded == (folded[:size] * len(folded))[: len(folded)] for size in range(1, 5)
    )
    return is_repeated or any(folded in run or folded in run[::-1] for run in _RUNS)
