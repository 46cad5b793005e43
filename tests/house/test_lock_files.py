"""The locked requirements: complete, hashed, and without the address of any index."""

import re
import tomllib
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
LOCKS = ("requirements.txt", "requirements-dev.txt")
_PIN = re.compile(r"^(?P<name>[a-z0-9][a-z0-9._-]*)(\[[a-z0-9,-]+\])?==(?P<version>[^\s;\\]+)", re.MULTILINE)


def pins(name: str) -> dict[str, str]:
    return {match["name"]: match["version"] for match in _PIN.finditer((HOUSE / name).read_text())}


def declared(*, dev: bool) -> set[str]:
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text())["project"]
    lines = project["dependencies"] + (project["optional-dependencies"]["dev"] if dev else [])
    return {re.split(r"[^A-Za-z0-9._-]", line)[0].lower() for line in lines}


@pytest.mark.parametrize("name", LOCKS)
def test_it_names_no_address(name: str) -> None:
    text = (HOUSE / name).read_text()
    assert not re.search(r"://|--(extra-)?index|--find-links|--trusted-host| @ ", text)


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_is_pinned_and_hashed(name: str) -> None:
    lines = [
        line for line in (HOUSE / name).read_text().splitlines() if line and not line.lstrip().startswith("#")
    ]
    requirements = "\n".join(lines).replace("\\\n", " ").splitlines()
    for requirement in requirements:
        assert "==" in requirement, requirement
        assert "--hash=sha256:" in requirement, requirement


@pytest.mark.parametrize("name", LOCKS)
def test_whatever_the_project_declares_is_locked(name: str) -> None:
    assert declared(dev=name == "requirements-dev.txt") <= set(pins(name))


def test_development_runs_on_the_versions_that_are_delivered() -> None:
    delivered, development = (pins(name) for name in LOCKS)
    assert delivered.items() <= development.items()
