"""Write web/shared/api/types.ts from the API's description; with --check, only compare.

Run by the environment's Python: `make format` writes, `make check` compares.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec

from opdesk import main
from opdesk.kit.openapi import describe

ROOT = Path(__file__).resolve().parents[1]
WEB = ROOT / "web"
NODE = ROOT / ".tools" / "node" / "node"
TYPES = WEB / "shared" / "api" / "types.ts"


def description() -> bytes:
    """The document that the server shows at /openapi.json."""
    return msgspec.json.encode(describe(main.rest_api(), main.SHAPES, main.WRITTEN_BY_HAND))


def generated() -> str:
    """The types as they should stand in the file."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        document, raw = folder / "openapi.json", folder / "types.ts"
        document.write_bytes(description())
        run("openapi-typescript", str(document), "--output", str(raw))
        return run("prettier", "--stdin-filepath", str(TYPES), stdin=raw.read_text())


def run(program: str, *arguments: str, stdin: str | None = None) -> str:
    command = [str(NODE), str(WEB / "node_modules" / ".bin" / program), *arguments]
    done = subprocess.run(
        command, cwd=WEB, input=stdin, stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout


if __name__ == "__main__":
    wanted = generated()
    if "--check" not in sys.argv:
        TYPES.write_text(wanted)
    elif TYPES.read_text() != wanted:
        sys.exit("web/shared/api/types.ts is not what the API says; `make format` writes it anew")
