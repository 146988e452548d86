"""Errors as the problems that callers read."""

import json

from opdesk.kit.errors import Conflict
from opdesk.kit.web import problem_of


def test_an_extension_member_stands_beside_the_others_and_replaces_none() -> None:
    error = Conflict("the shelf is empty")
    error.members = {"left": 0, "status": 200}

    body, _ = problem_of(error)

    assert json.loads(body.encoded()) == {
        "type": "about:blank",
        "title": "Conflict",
        "status": 409,
        "detail": "the shelf is empty",
        "left": 0,
    }
