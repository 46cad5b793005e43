"""Why the embedded server does not run, in one line for whoever started it."""


class CannotRun(Exception):
    """The embedded PostgreSQL cannot be started here, or must not be."""


class AlreadyRunning(CannotRun):
    """Another process of this folder has the server."""
