"""Make a plan in a process of its own: ``python -m gridplan.ui.worker request.json``.

The search takes all of a processor for minutes; in the server's own process it would hold up everybody
else, and it could not be stopped. Progress and errors go to the output, one line of JSON each.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from gridplan.errors import GridplanError
from gridplan.parallel import default_workers
from gridplan.pipeline import make_plan, write_plan

__all__ = ["main"]


def main(request: Path) -> None:
    """Make the plan that is asked for, and report its progress.

    Parameters
    ----------
    request
        A JSON file: ``inputs`` (arguments of :func:`gridplan.make_plan`), ``scheme``, ``out``.
    """
    asked = json.loads(request.read_text(encoding="utf-8"))
    try:
        plan = make_plan(
            **asked["inputs"],
            scheme=asked["scheme"],
            workers=default_workers(),
            progress=lambda room, part: _tell(room=room, part=part),
        )
        _tell(room="write", part=0.0)
        write_plan(plan, asked["out"])
        _tell(room="write", part=1.0)
    except GridplanError as error:
        _tell(error=error.key, values=error.values)


def _tell(**facts: object) -> None:
    sys.stdout.write(json.dumps(facts, default=str) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
