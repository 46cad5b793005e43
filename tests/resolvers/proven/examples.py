"""How many houses are drawn: a few in every run, always the same ones; FRONTDESK_EXAMPLES draws as many others."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

EXAMPLES = int(os.environ.get("FRONTDESK_EXAMPLES", "0"))


def drawn(examples: int) -> settings:
    return settings(
        max_examples=EXAMPLES or examples,
        derandomize=not EXAMPLES,
        phases=[Phase.explicit, Phase.generate] if EXAMPLES else tuple(Phase),
        print_blob=True,
        suppress_health_check=[
            HealthCheck.function_scoped_fixture,
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
        ],
    )
