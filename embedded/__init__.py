"""The embedded PostgreSQL: a real server of this folder's own, for machines where nobody has set one up.

Only the wheel's programs are used. Its Python layer makes system users, opens every folder above the data to all
users, and stops servers by looking for their names.
"""

from embedded.refusal import AlreadyRunning, CannotRun
from embedded.server import Postgres, postgres, running_at

__all__ = ["AlreadyRunning", "CannotRun", "Postgres", "postgres", "running_at"]
