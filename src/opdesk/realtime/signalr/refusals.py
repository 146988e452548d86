"""Requests that belong to no connection, answered as the rest of the server answers errors."""

from opdesk.kit import errors
from opdesk.kit.layers import Header, Scope, Send
from opdesk.kit.web import PROBLEM, problem_of


class Refusal(errors.AppError):
    """A request that can't be served, with the status that the specification gives."""

    title = "The connection can't be opened"

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


async def answer_problem(send: Send, error: errors.AppError) -> None:
    status, content, headers = _problem(error)
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


async def refuse_socket(scope: Scope, send: Send, error: errors.AppError) -> None:
    """Answer the upgrade with the error's own status, where the server can."""
    if "websocket.http.response" not in (scope.get("extensions") or {}):
        await send({"type": "websocket.close", "code": 1008})
        return
    status, content, headers = _problem(error)
    await send({"type": "websocket.http.response.start", "status": status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": content})


def _problem(error: errors.AppError) -> tuple[int, bytes, list[Header]]:
    body, given = problem_of(error)
    if isinstance(error, Refusal):
        body.status = error.status
    content = body.encoded()
    headers: list[Header] = [
        (name.lower().encode(), value.encode()) for name, value in given.items()
    ]
    headers.append((b"content-type", PROBLEM.encode()))
    headers.append((b"content-length", str(len(content)).encode()))
    return body.status, content, headers
