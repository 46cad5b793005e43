"""Node programs to compare with, where Node and the npm packages are present."""

import asyncio
import os
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

VARIABLE = "FRONTDESK_NODE_PACKAGES"


def folder_with(*packages: str) -> Path:
    """A folder whose node_modules hold the packages: the variable's, or the working one. Skips without."""
    folder = Path(os.environ.get(VARIABLE, ".")).resolve()
    missing = [name for name in packages if not (folder / "node_modules" / name).is_dir()]
    if shutil.which("node") is None or missing:
        pytest.skip(f"needs node and npm's {', '.join(packages)} ({VARIABLE} names their folder)")
    return folder


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
