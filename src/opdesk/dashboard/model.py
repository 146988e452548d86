"""What the company's pages show."""

from dataclasses import dataclass

from opdesk.invitations.model import Link

MAX_ENTRIES = 200
MAX_EXPORTED = 100_000


@dataclass(frozen=True, slots=True)
class Invitation:
    """A one-time link with the person whom it is for, as they are told before they use it."""

    link: Link
    name: str
    login: str | None
    company: str
