"""What no plan of a district can make legal, found before one is drawn."""

from __future__ import annotations

from collections.abc import Mapping

from gridplan.borders.streets import find_border_streets
from gridplan.feasibility import judge_feasibility
from gridplan.io import load_scheme
from gridplan.io.frames import LayerOrLayers
from gridplan.pipeline.inputs import LayerInputs, SchemeLike
from gridplan.pipeline.preparation import build_setting, lay_ground, place_existing, read_and_clean
from gridplan.pipeline.stopwatch import Progress, Stopwatch
from gridplan.report.feasibility import Foresight

__all__ = ["assess_feasibility"]


def assess_feasibility(  # noqa: PLR0913 -- a front door, one keyword per layer
    buildings: LayerOrLayers | None = None,
    streets: LayerOrLayers | None = None,
    *,
    boundary: LayerOrLayers | None = None,
    barriers: LayerOrLayers | None = None,
    landuse: LayerOrLayers | None = None,
    compounds: LayerOrLayers | None = None,
    services: LayerOrLayers | None = None,
    existing: Mapping[str, LayerOrLayers] | None = None,
    scheme: SchemeLike = "gridplan",
    columns: Mapping[str, Mapping[str, str]] | None = None,
    workers: int = 1,
    progress: Progress | None = None,
    crs: object = None,
    date: str = "",
    place: str | None = None,
) -> Foresight:
    """Find what no plan of some layers can make legal, why, and what would help, before one is made.

    Parameters
    ----------
    buildings, streets, boundary, barriers, landuse, compounds, services, existing
        As in :func:`gridplan.make_plan`.
    scheme, columns, workers, crs, place
        As there.
    progress
        As there, without the room "solve".
    date
        Not used; it is taken so that the same arguments serve here and there.

    Returns
    -------
    Foresight
        The outlook by level, and the names of what it speaks of.

    Raises
    ------
    GridplanError
        If the input cannot be planned on.

    Examples
    --------
    >>> town = "data/xiao_cheng.gpkg"
    >>> foresight = gridplan.assess_feasibility(f"{town}#buildings", f"{town}#streets")
    >>> [level.level for level in foresight.outlook.levels]
    ['subgrid', 'grid']
    """
    del date
    scheme, watch = load_scheme(scheme), Stopwatch(progress)
    inputs = LayerInputs(
        buildings=buildings,
        streets=streets,
        boundary=boundary,
        barriers=barriers,
        landuse=landuse,
        compounds=compounds,
        services=services,
        existing=existing,
        columns=columns,
        crs=crs,
        place=place,
    )
    _, clean = read_and_clean(inputs, scheme, watch)
    atoms, graph = lay_ground(clean, scheme, workers, watch)
    with watch.enter("check"):
        standing, _ = place_existing(clean, atoms.frame)
        setting = build_setting(atoms.frame, standing)
        street, borders = find_border_streets(atoms.frame, clean.barriers, graph)
        outlook = judge_feasibility(
            graph, setting, scheme, border_street=street, fixed_streets=borders["fixed"].to_numpy()
        )
    names = {
        level: [str(name or code) for code, name in zip(table["code"], table["name"], strict=True)]
        for level, table in ((level, table.sort_values("code")) for level, table in clean.existing.items())
    }
    return Foresight(outlook, scheme, borders, names)
