"""Who may set a new server up."""

import base64
import hashlib
import hmac

from opdesk.accounts.model import COMPANY_TOKEN
from opdesk.kit.keyring import Keyring

_PURPOSE = b"opdesk set-up code"
_GROUP = 4
_CHARS = 12


def set_up_code(keyring: Keyring) -> str:
    """The code that whoever sees the server's output knows: `ABCD-EFGH-IJKL`, 60 bits.

    It is made from a signing key, so that every node of an installation prints the same one and
    none is stored; it counts while there is no company.
    """
    digest = hmac.new(keyring.current(COMPANY_TOKEN).secret, _PURPOSE, hashlib.sha256).digest()
    text = base64.b32encode(digest).decode()[:_CHARS]
    return "-".join(text[start : start + _GROUP] for start in range(0, _CHARS, _GROUP))


def is_set_up_code(keyring: Keyring, given: str) -> bool:
    """In any case, with or without dashes and spaces; compared in constant time."""
    bare = "".join(char for char in given.upper() if char.isalnum())
    wanted = set_up_code(keyring).replace("-", "")
    return hmac.compare_digest(bare.encode(), wanted.encode())
