"""What can go wrong with companies and their credentials."""

from opdesk.kit.errors import Conflict, Forbidden, NotFound, Unauthorized


class WrongLogin(Unauthorized):
    """The same answer for an unknown login and for a wrong password."""

    title = "Wrong login or password"


class NotSignedIn(Unauthorized):
    """No credentials, or ones that don't count any more."""

    title = "Credentials are missing or not valid"


class OrganizationNotFound(NotFound):
    """No such organization, or another company's."""

    title = "No such organization"


class ApiKeyNotFound(NotFound):
    """No such key, or another company's."""

    title = "No such API key"


class LoginTaken(Conflict):
    """A company's login is unique in the installation."""

    title = "This login is taken"


class RoleTooLow(Forbidden):
    """The person's role does not reach this far."""

    title = "Your role may not do this"


class WrongAddress(Forbidden):
    """A key that is tied to networks, used from somewhere else."""

    title = "This API key may not be used from here"


class CodeNeeded(Unauthorized):
    """The password is right, and the person has a second factor; the problem says `needsCode`.

    `is_wrong`: a code was given, and it was a guess or an old one.
    """

    title = "A code is needed"

    def __init__(self, detail: str, *, is_wrong: bool) -> None:
        super().__init__(detail)
        self.members = {"needsCode": True}
        self.is_wrong = is_wrong
