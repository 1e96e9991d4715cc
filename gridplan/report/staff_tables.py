"""The tables of a staffing: posts and budget, areas, people, shortfalls, what was wrong with the list."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from gridplan.i18n import align_rows, label_columns, t
from gridplan.plan import Plan
from gridplan.report.tables import format_issues, label_action
from gridplan.staffing import Staffing, plan_posts, sum_posts

__all__ = ["format_staff", "summarise_staff", "tabulate_staff"]


def summarise_staff(plan: Plan, staffing: Staffing | None = None) -> pd.DataFrame:
    """Sum the posts of a plan up, and how far people fill them.

    Parameters
    ----------
    plan
        The plan.
    staffing
        Who works where (:func:`gridplan.staffing.assign_people`); ``None`` for the posts alone.

    Returns
    -------
    DataFrame
        The columns of :func:`gridplan.staffing.sum_posts`, pay and budget missing where the scheme names
        no pay; with people also ``assigned``, ``short`` (people
        lacking to the fewest), ``areas_short``, ``load_min``, ``load_median``, ``load_max`` (households per
        person of the areas with people, NaN for none) and ``distance_median``, ``distance_max`` [m].
    """
    posts = plan_posts(plan) if staffing is None else staffing.posts
    table = sum_posts(plan.scheme, posts)
    money = ["pay_low", "pay_high", "budget_low", "budget_high"]
    # a scheme that names no pay does not say that people work for nothing
    table[money] = table[money].astype("Int64").mask(table["pay_high"] == 0)
    if staffing is None:
        return table
    own = posts.groupby("rule")
    loads = posts[posts["households"] > 0].groupby("rule")["load"].agg(["min", "median", "max"])
    distances = staffing.assignments.groupby("rule")["distance_m"].agg(["median", "max"])
    extra = {
        "assigned": own["assigned"].sum(),
        "short": own["short"].sum(),
        "areas_short": own["short"].agg(lambda lacking: int((lacking > 0).sum())),
        **{f"load_{name}": loads[name].round(1) for name in loads.columns},
        **{f"distance_{name}": distances[name].round() for name in distances.columns},
    }
    return table.assign(**{name: column.reindex(table["rule"]).to_numpy() for name, column in extra.items()})


def tabulate_staff(plan: Plan, lang: str, staffing: Staffing | None = None) -> dict[str, pd.DataFrame]:
    """Make the tables of a staffing, ready to be written.

    Parameters
    ----------
    plan
        The plan.
    lang
        "zh" or "en".
    staffing
        Who works where; ``None`` for the posts alone.

    Returns
    -------
    dict
        Tables by title with headings in the language: a summary by post, one table per level, and with people
        the assignments, shortfalls, people without a place, issues of the list (where there are any).
    """
    posts = plan_posts(plan) if staffing is None else staffing.posts
    tables = {"sheet.staff": _name_posts(summarise_staff(plan, staffing), plan, lang)}
    titled = {t(key, lang): label_columns(table, lang) for key, table in tables.items()}
    for level in dict.fromkeys(posts["level"]):
        title = t("sheet.staff_level", lang, level=plan.scheme[level].name[lang])
        own = posts[posts["level"] == level].drop(columns=["kind"])
        titled[title] = label_columns(_name_posts(own, plan, lang, with_level=False), lang)
    if staffing is not None:
        titled |= _tabulate_people(plan, staffing, lang)
    return titled


def _tabulate_people(plan: Plan, staffing: Staffing, lang: str) -> dict[str, pd.DataFrame]:
    short = staffing.posts[staffing.posts["short"] > 0]
    reasons = {word: t(f"staff.{word}", lang) for word in ("no_room", "post_unknown")}
    unplaced = staffing.unplaced.assign(reason=staffing.unplaced["reason"].map(reasons))
    issues = staffing.issues
    issues = pd.DataFrame(
        {
            "person": issues["id"].astype(str),
            "issue": format_issues(issues, lang),
            "action": [label_action(str(word), lang) for word in issues["action"]],
        }
    )
    assigned = staffing.assignments.assign(distance_m=staffing.assignments["distance_m"].round())
    columns = ["rule", "level", "code", "households", "fewest", "assigned", "short"]
    tables: Mapping[str, pd.DataFrame] = {
        "sheet.assignments": _name_posts(assigned, plan, lang),
        "sheet.shortfalls": _name_posts(short[columns], plan, lang),
        "sheet.unplaced": unplaced,
        "sheet.issues": issues,
    }
    return {t(key, lang): label_columns(table, lang) for key, table in tables.items() if len(table)}


def _name_posts(table: pd.DataFrame, plan: Plan, lang: str, *, with_level: bool = True) -> pd.DataFrame:
    """Put the names of post and level in the place of the rule."""
    rules = plan.scheme.staffing
    named = table.drop(columns=["rule", "level"])
    if with_level:
        named.insert(0, "level", [plan.scheme[rules[n].level].name[lang] for n in table["rule"]])
    named.insert(int(with_level), "post", [rules[n].post[lang] for n in table["rule"]])
    return named


def format_staff(plan: Plan, lang: str, staffing: Staffing | None = None) -> str:
    """Write the summary of a staffing as aligned text.

    Parameters
    ----------
    plan, lang, staffing
        As in :func:`tabulate_staff`.

    Returns
    -------
    str
        A table by post, then what is lacking and who has no place.
    """
    table = summarise_staff(plan, staffing)
    shown = ["areas", "fewest", "most", "pool", "budget_low", "budget_high"]
    shown += ["assigned", "short", "load_median", "load_max"] if staffing is not None else []
    named = _name_posts(table, plan, lang)
    rows = [["", *(t(f"column.{name}", lang) for name in shown)]]
    rows += [
        [f"{row['level']} · {row['post']}", *(_format_number(row[name]) for name in shown)]
        for row in named.to_dict("records")
    ]
    lines = [align_rows(rows)]
    lines += [
        t(f"staff.{key}", lang, post=row["post"], count=row[key])
        for row in named.to_dict("records")
        for key in ("beyond", "pool_short")
        if row[key]
    ]
    for level, own in table.groupby("level", sort=False):
        if len(own) > 1:
            name, fewest, most = (
                plan.scheme[level].name[lang],
                int(own["fewest"].sum()),
                int(own["most"].sum()),
            )
            lines.append(t("staff.team", lang, level=name, fewest=fewest, most=most))
    low, high = int(table["budget_low"].sum()), int(table["budget_high"].sum())
    if high:
        lines.append(t("staff.budget", lang, low=low, high=high))
    if staffing is not None:
        counts = staffing.unplaced["reason"].value_counts().sort_index()
        lines += [t(f"staff.count.{word}", lang, count=n) for word, n in counts.items()]
        if len(staffing.issues):
            lines.append(t("staff.issues", lang, count=len(staffing.issues)))
    return "\n".join(lines)


def _format_number(value: object) -> str:
    return "–" if pd.isna(value) else f"{float(value):,.10g}"  # type: ignore[arg-type]
