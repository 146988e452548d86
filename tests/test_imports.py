"""Imports flow one way: this reads the syntax tree of every file and knows the arrows.

The order is the one of CONTRIBUTING.md, "Who may import what".
"""

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "opdesk"
LAYERS: list[set[str]] = [
    {"kit"},
    {"audit", "devices", "events", "invitations", "media"},
    {"accounts"},
    {"organizations", "users"},
    {"operators"},
    {"channels"},
    {"contacts"},
    {"chats"},
    {"connectors", "deeplinks", "webhooks", "realtime", "dashboard", "widget", "push"},
    {
        "main",
        "page_routes",
        "provided",
        "parts",
        "chores",
        "cli",
        "demo",
        "simulators",
        "doctor",
        "server",
        "housekeeping",
        "backups",
    },
]
FREE = {"settings", "__init__", "static", "__pycache__", "py"}
PUBLIC = {"model", "errors", "access", "actions"}
INSIDE = {
    "endpoints": {"wire", "actions", "access", "model", "errors", "store"} - {"store"},
    "jobs": {"wire", "actions", "model", "errors"},
    "wire": {"model", "errors"},
    "actions": {"access", "store", "model", "errors"},
    "access": {"store", "model", "errors"},
    "store": {"model", "errors"},
    "model": {"errors"},
    "errors": set(),
}
COMPOSED = {"connectors", "realtime", "push", "demo", "simulators", "doctor", "widget"}
"""Slices with modules of their own beside the usual roles."""

SHARED_BY_CONNECTORS = {
    "base",
    "graph",
    "messenger",
    "messenger_parts",
    "messenger_send",
    "meta_app",
    "meta_words",
    "signing",
}
"""What connectors know of each other: the protocol, and what platforms have in common."""
MAX_LINES = 400


def modules() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path, ast.parse(path.read_text(), str(path))


def ours(tree: ast.Module) -> Iterator[list[str]]:
    """Each import of ours, as the parts of its module after `opdesk`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            parts = node.module.split(".")
            if parts[0] == "opdesk":
                for alias in node.names:
                    yield [*parts[1:], alias.name]
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.startswith("opdesk."):
                    yield alias.name.split(".")[1:]


def layer_of(name: str) -> int | None:
    return next((n for n, layer in enumerate(LAYERS) if name in layer), None)


def parts_of(path: Path) -> list[str]:
    return list(path.relative_to(PACKAGE).with_suffix("").parts)


def is_slice(name: str) -> bool:
    return (PACKAGE / name).is_dir()


def test_every_folder_has_its_place() -> None:
    names = {path.name.partition(".")[0] for path in PACKAGE.iterdir()}

    unknown = {name for name in names if layer_of(name) is None} - FREE

    assert unknown == set()


def test_imports_flow_one_way() -> None:
    wrong = []
    for path, tree in modules():
        own = parts_of(path)[0]
        mine = layer_of(own)
        for target in ours(tree):
            theirs = layer_of(target[0])
            if target[0] == own or theirs is None or mine is None:
                continue
            is_top = mine == len(LAYERS) - 1
            if theirs > mine or (theirs == mine and not is_top):
                wrong.append(f"{path.relative_to(PACKAGE)} imports {'.'.join(target)}")

    assert wrong == []


def test_settings_come_in_from_above() -> None:
    """Only the composition root knows the settings; everyone else is given values."""
    wrong = [
        str(path.relative_to(PACKAGE))
        for path, tree in modules()
        if layer_of(parts_of(path)[0]) != len(LAYERS) - 1
        for target in ours(tree)
        if target[0] == "settings"
    ]

    assert wrong == []


def test_files_stay_readable() -> None:
    """At most 400 lines; a role that needs more becomes a folder (decision 0005)."""
    lengths = {
        str(path.relative_to(PACKAGE)): len(path.read_text().splitlines()) for path, _ in modules()
    }

    assert {path: length for path, length in lengths.items() if length > MAX_LINES} == {}


def test_a_role_that_is_a_folder_is_entered_by_its_door() -> None:
    """`chats.actions.sending` belongs to `chats.actions`; everyone else names the role alone."""
    wrong = []
    for path, tree in modules():
        parts = parts_of(path)
        for target in ours(tree):
            is_inner = len(target) > 3 and (PACKAGE / target[0] / target[1]).is_dir()
            if is_inner and target[1] in INSIDE and parts[:2] != target[:2]:
                wrong.append(f"{path.relative_to(PACKAGE)} imports {'.'.join(target)}")

    assert wrong == []


def test_a_slice_shows_others_only_its_public_files() -> None:
    wrong = []
    for path, tree in modules():
        own = parts_of(path)[0]
        if layer_of(own) == len(LAYERS) - 1:
            continue
        for target in ours(tree):
            is_other = target[0] not in (own, "kit") and is_slice(target[0])
            if is_other and len(target) > 1 and target[1] not in PUBLIC:
                wrong.append(f"{path.relative_to(PACKAGE)} imports {'.'.join(target)}")

    assert wrong == []


def test_roles_inside_a_slice_point_one_way() -> None:
    wrong = []
    for path, tree in modules():
        parts = parts_of(path)
        if len(parts) < 2 or parts[0] in ("kit", *COMPOSED) or parts[1] not in INSIDE:
            continue
        for target in ours(tree):
            is_own_role = target[0] == parts[0] and len(target) > 1 and target[1] in INSIDE
            if is_own_role and target[1] not in INSIDE[parts[1]] | {parts[1]}:
                wrong.append(f"{path.relative_to(PACKAGE)} imports {'.'.join(target)}")

    assert wrong == []


def test_a_connector_is_a_leaf() -> None:
    """It imports `kit` and what connectors share; only the registry imports it."""
    wrong = [
        f"{path.relative_to(PACKAGE)} imports {'.'.join(target)}"
        for path, tree in modules()
        for target in ours(tree)
        if not is_fine_for_connectors(parts_of(path), target)
    ]

    assert wrong == []


def is_fine_for_connectors(parts: list[str], target: list[str]) -> bool:
    own = parts[1] if parts[0] == "connectors" and len(parts) == 3 else None
    if own is not None and is_connector(own):
        is_shared = target[0] == "connectors" and target[1] in {own, *SHARED_BY_CONNECTORS}
        return target[0] == "kit" or is_shared
    is_one = target[0] == "connectors" and len(target) > 1 and is_connector(target[1])
    return not is_one or parts == ["connectors", "registry"]


def is_connector(name: str) -> bool:
    return (PACKAGE / "connectors" / name / "connector.py").is_file()


def test_kit_knows_no_product_words() -> None:
    """`kit` could serve another product: it imports nothing of ours."""
    wrong = [
        f"{path.relative_to(PACKAGE)} imports {'.'.join(target)}"
        for path, tree in modules()
        if parts_of(path)[0] == "kit"
        for target in ours(tree)
        if target[0] != "kit"
    ]

    assert wrong == []


def test_imports_stand_at_the_top() -> None:
    """Inside functions only where a slow library would delay every start, with its reason."""
    allowed = {"cli.py", "kit/migrate.py"}
    wrong = []
    for path, tree in modules():
        inner = (
            node
            for function in ast.walk(tree)
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
            for node in ast.walk(function)
            if isinstance(node, ast.Import | ast.ImportFrom)
        )
        name = str(path.relative_to(PACKAGE))
        wrong += [name for _ in inner if name not in allowed]

    assert wrong == []
