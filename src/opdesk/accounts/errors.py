"""What can go wrong with companies and their credentials."""

from opdesk.kit.errors import Conflict, NotFound, Unauthorized


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
