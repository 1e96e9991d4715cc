"""The settings of the server: who looks at the app. Never chosen in the browser."""

from __future__ import annotations

import os

from gridplan.privacy import Audience, parse_audience

__all__ = ["AUDIENCE_VARIABLE", "read_audience"]

#: Environment variable that names the audience of the server, see :func:`gridplan.privacy.parse_audience`.
AUDIENCE_VARIABLE = "GRIDPLAN_AUDIENCE"


def read_audience() -> Audience:
    """Read who looks at the app; the office where nothing is set.

    Raises
    ------
    InputError
        ``audience_unknown``.
    """
    return parse_audience(os.environ.get(AUDIENCE_VARIABLE, "") or "office")
