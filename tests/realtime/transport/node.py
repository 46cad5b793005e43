"""Node programs to compare with, where Node and the npm packages are present."""

import asyncio
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "node"
"""Where `make test` installs the packages."""


def folder_with(*packages: str) -> Path:
    """A folder whose node_modules hold the packages. Skips without."""
    missing = [name for name in packages if not (FOLDER / "node_modules" / name).is_dir()]
    if shutil.which("node") is None or missing:
        pytest.skip(f"needs Node, and npm's {', '.join(packages)} in tests/node")
    return FOLDER


@asynccontextmanager
async def node(*arguments: str | Path) -> AsyncGenerator[asyncio.subprocess.Process, None]:
    """A node process that ends when its standard input is closed."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec("node", *arguments, stdin=pipe, stdout=pipe)
    try:
        yield process
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()
