"""What can go wrong with people of a company."""

from opdesk.kit.errors import Conflict, Forbidden, NotFound


class UserNotFound(NotFound):
    """No such person, or another company's."""

    title = "No such user"


class LastOwner(Conflict):
    """A company always has an owner who can sign in."""

    title = "This is the last owner"


class UserLoginTaken(Conflict):
    """A login is unique in the installation."""

    title = "This login is taken"


class PersonOnly(Forbidden):
    """A key is a program's: it has no profile."""

    title = "An API key is nobody's profile"


class AlreadySetUp(Conflict):
    """There is a company: others are added by the command line."""

    title = "This server is set up already"
