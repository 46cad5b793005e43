"""The environment becomes settings, or one plain line about the variable that is wrong."""

import stat
from pathlib import Path

import pytest

from realtime.transport import CallerLimits
from settings import BadSetting, Environment, Settings

KEY = "k" * 32
MANAGED = {"DATABASE_URL": "postgresql://desk:hunter2@db.example:5432/desk", "SECRET_KEY": KEY}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the test's own, in which the process is started."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_nothing_at_all_is_a_development_of_one_process_that_only_this_machine_reaches() -> None:
    settings = Settings.of({})
    assert settings.environment is Environment.DEVELOPMENT
    assert (settings.database_url, settings.redis_url, settings.smtp) == (None, None, None)
    assert (settings.host, settings.port, settings.public_url) == ("127.0.0.1", 8000, "http://localhost:8000")
    assert settings.worker
    assert settings.fetch_also == ()


def test_a_database_of_its_own_makes_it_production_with_workers_of_their_own() -> None:
    settings = Settings.of(MANAGED)
    assert settings.environment is Environment.PRODUCTION
    assert settings.host == "0.0.0.0"
    assert not settings.worker


def test_attachments_lie_in_a_folder_unless_there_is_a_bucket() -> None:
    settings = Settings.of({})
    assert (settings.bucket, settings.attachment_folder) == (None, Path(".data/attachments"))
    there = Settings.of({"S3_URL": "https://key:secret@s3.example/bucket?region=eu-south-1"}).bucket
    assert there is not None
    assert (there.url("a"), there.region) == ("https://s3.example/bucket/a", "eu-south-1")


def test_what_a_caller_may_have_open_can_be_set() -> None:
    assert Settings.of({}).caller_limits == CallerLimits()
    given = {"CALLER_CONNECTIONS": "1", "CALLER_SUBSCRIPTIONS": "2", "PUBLIC_CONNECTIONS": "1000000"}
    assert Settings.of(given).caller_limits == CallerLimits(connections=1, subscriptions=2, public=1_000_000)


def test_an_empty_variable_is_not_set() -> None:
    assert Settings.of({"DATABASE_URL": "", "PORT": " "}).port == 8000


def test_the_secret_is_made_once_and_for_its_user_alone(folder: Path) -> None:
    first = Settings.of({}).secret_key
    kept = folder / ".data" / "secret"
    assert len(first) >= 32
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert Settings.of({}).secret_key == first
    assert [path.name for path in kept.parent.iterdir()] == ["secret"]


def test_a_given_secret_is_used_and_none_is_made(folder: Path) -> None:
    assert Settings.of({"SECRET_KEY": KEY}).secret_key == KEY.encode()
    assert not (folder / ".data").exists()


def test_an_empty_secret_file_is_not_taken_for_a_key(folder: Path) -> None:
    (folder / ".data").mkdir()
    (folder / ".data" / "secret").write_text("")
    with pytest.raises(BadSetting, match="holds no key"):
        Settings.of({})


def test_with_a_database_the_secret_has_to_be_given() -> None:
    with pytest.raises(BadSetting, match="SECRET_KEY is required with DATABASE_URL"):
        Settings.of({"DATABASE_URL": MANAGED["DATABASE_URL"]})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://desk:hunter2@db.example/desk"),
        ("DATABASE_URL", "postgresql://desk:hunter2@db.example:x/desk?nonsense=1"),
        ("DATABASE_URL", "postgresql://desk:hun[ter2@db"),
        ("DATABASE_URL", "postgresql://desk:hunter2@db.example/desk?options=-csearch_path%3Ddesk"),
        ("REDIS_URL", "http://:hunter2@redis.example"),
        ("SMTP_URL", "imap://desk:hunter2@mail.example"),
        ("SMTP_URL", "smtp://desk:hunter2/3@mail.example"),
        ("S3_URL", "s3://desk:hunter2@files.example/bucket"),
        ("S3_URL", "https://desk:hunter2@files.example"),
        ("SECRET_KEY", "hunter2"),
        ("PORT", "hunter2"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "²"),
        ("PUBLIC_URL", "desk.example"),
        ("PUBLIC_URL", "https://desk:hunter2@desk.example"),
        ("PUBLIC_URL", "https://desk.example:x"),
        ("ENVIRONMENT", "hunter2"),
        ("WORKER", "hunter2"),
        ("FETCH_ALSO", "10.0.0.1/8"),
        ("LOG_LEVEL", "hunter2"),
        ("CALLER_CONNECTIONS", "0"),
        ("CALLER_SUBSCRIPTIONS", "hunter2"),
        ("PUBLIC_CONNECTIONS", "1000001"),
    ],
)
def test_a_value_that_cannot_be_meant_is_named_but_not_repeated(name: str, value: str) -> None:
    with pytest.raises(BadSetting) as refusal:
        Settings.of({name: value})
    line = str(refusal.value)
    assert line.startswith(f"{name} is not usable: ")
    assert "\n" not in line
    assert "hun" not in line


def test_no_secret_is_shown_where_settings_are_printed() -> None:
    settings = Settings.of(
        {
            **MANAGED,
            "REDIS_URL": "redis://:hunter2@redis.example",
            "SMTP_URL": "smtp://desk:hunter2@mail.example",
            "S3_URL": "https://desk:hunter2@files.example/bucket",
        }
    )
    assert "hunter2" not in repr(settings)
    assert KEY not in repr(settings)
