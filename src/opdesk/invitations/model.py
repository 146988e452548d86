"""A link that counts once."""

from dataclasses import dataclass
from enum import StrEnum

HOURS = 72
"""How long a link waits to be used."""


class LinkKind(StrEnum):
    """Whom a link lets in, and whether they were there before."""

    USER_INVITATION = "userInvitation"
    USER_RESET = "userReset"
    OPERATOR_INVITATION = "operatorInvitation"
    OPERATOR_RESET = "operatorReset"


@dataclass(frozen=True, slots=True)
class Link:
    """`subject_id`: a user's number, or an operator's, as the kind says."""

    company_id: int
    kind: LinkKind
    subject_id: int
    expires_at: int

    @property
    def is_for_operator(self) -> bool:
        return self.kind in (LinkKind.OPERATOR_INVITATION, LinkKind.OPERATOR_RESET)
