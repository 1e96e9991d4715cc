"""The first page: open a plan, look at its map, its figures and what is out of bounds."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pandas as pd
import streamlit as st

from gridplan.errors import GridplanError, InputError
from gridplan.i18n import t, translate_error
from gridplan.report import draw_overview, summarise_plan
from gridplan.report.tables import tell_action, tell_finding, tell_issues
from gridplan.ui.maps import encode_map, show_map
from gridplan.ui.state import OpenedPlan, open_file, open_upload, tell_argument

__all__ = ["show_plan"]

_TABLE_COLUMNS = (
    "code", "parent", "kind", "households", "population", "buildings", "area_m2", "compactness", "status",
    "certificate",
)  # fmt: skip


def show_plan(lang: str) -> None:
    """Show the page.

    Parameters
    ----------
    lang
        "zh" or "en".
    """
    st.title(t("ui.plan.title", lang))
    try:
        with st.spinner(t("ui.plan.opening", lang)):
            opened = _choose_plan(lang)
    except GridplanError as error:
        st.error(translate_error(error, lang))
        return
    if opened is None:
        st.info(t("ui.plan.none", lang))
        return
    scheme = opened.plan.scheme
    st.caption(t("ui.plan.caption", lang, name=opened.name, scheme=scheme.name[lang]))
    ids = [level.id for level in scheme.levels]
    level = st.segmented_control(
        t("ui.plan.level", lang),
        ids,
        default=ids[-1],
        format_func=lambda one: scheme[one].name[lang],
        key="level",
    )
    level = level or ids[-1]
    _show_figures(opened, level, lang)
    with st.spinner(t("ui.plan.drawing", lang)):
        encoded = _encode_cached(opened.key, level, lang, opened)
    code = show_map(encoded, key=f"map-{level}-{lang}")
    if code is not None:
        _show_area(opened, level, code, lang)
    _show_tables(opened, level, lang)
    _offer_picture(opened, level, lang)


def _choose_plan(lang: str) -> OpenedPlan | None:
    with st.sidebar:
        upload = st.file_uploader(t("ui.plan.upload", lang), type="gpkg", key="upload")
    if upload is not None:
        return open_upload(upload.name, upload.getvalue())
    path = tell_argument()
    if path is not None and not path.is_file():
        raise InputError("file_missing", path=str(path))
    return open_file(path) if path is not None else None


@st.cache_data(max_entries=8, show_spinner=False)
def _encode_cached(key: str, level: str, lang: str, _opened: OpenedPlan) -> dict[str, object]:
    del key  # stands for the plan in the cache
    return encode_map(_opened.plan, _opened.areas, level, lang)


def _show_figures(opened: OpenedPlan, level: str, lang: str) -> None:
    figures = summarise_plan(opened.plan, opened.areas)
    levels: dict[str, dict[str, object]] = figures["levels"]  # type: ignore[assignment]
    own = levels[level]
    exempt: dict[str, int] = own["exempt"]  # type: ignore[assignment]
    told = (
        ("households", figures["households"]),
        ("areas", own["with_households"]),
        ("legal", own["legal"]),
        ("exempt", sum(exempt.values())),
        ("unproven", own["unproven"]),
    )
    for column, (key, value) in zip(st.columns(len(told)), told, strict=True):
        column.metric(t(f"ui.figure.{key}", lang), f"{value:,}")


def _show_area(opened: OpenedPlan, level: str, code: str, lang: str) -> None:
    frame = opened.areas[level].set_index("code")
    if code not in frame.index:
        return
    area = frame.loc[code]
    with st.container(border=True):
        st.subheader(code)
        st.write(
            t(
                "ui.map.households",
                lang,
                **{key: int(area[key]) for key in ("households", "population", "buildings")},
            )
        )
        st.write(t("ui.area.size", lang, area=float(area["area_m2"]), compactness=float(area["compactness"])))
        st.write(t("ui.area.borders", lang, borders=area[f"borders_{lang}"]))
        if area[f"reason_{lang}"]:
            st.warning(area[f"reason_{lang}"])


def _show_tables(opened: OpenedPlan, level: str, lang: str) -> None:
    areas_tab, findings_tab, issues_tab = st.tabs(
        [t("ui.tab.areas", lang), t("ui.tab.findings", lang), t("ui.tab.issues", lang)]
    )
    frame = pd.DataFrame(opened.areas[level].drop(columns="geometry"))
    shown = frame[[*_TABLE_COLUMNS, f"borders_{lang}", f"reason_{lang}"]]
    for column, prefix in (("kind", "kind"), ("status", "status"), ("certificate", "certificate")):
        shown = shown.assign(**{column: [t(f"{prefix}.{word or 'none'}", lang) for word in shown[column]]})
    names = {column: t(f"ui.column.{column.removesuffix(f'_{lang}')}", lang) for column in shown.columns}
    with areas_tab:
        odd = st.toggle(t("ui.only_odd", lang), key="only_odd")
        rows = shown[(frame["status"] != "ok").to_numpy()] if odd else shown
        st.dataframe(rows.rename(columns=names), hide_index=True, width="stretch")
    with findings_tab:
        findings = opened.plan.findings
        odd_findings = findings[findings["verdict"].isin(["violation", "warning"])]
        if odd_findings.empty:
            st.success(t("ui.no_findings", lang))
        else:
            told = [tell_finding(row, lang) for _, row in odd_findings.iterrows()]
            st.dataframe(pd.DataFrame({t("ui.tab.findings", lang): told}), hide_index=True, width="stretch")
    with issues_tab:
        issues = opened.plan.issues
        told_issues = pd.DataFrame(
            {
                t("ui.issue.layer", lang): issues["layer"],
                t("ui.issue.id", lang): issues["id"],
                t("ui.issue.what", lang): tell_issues(issues, lang),
                t("ui.issue.done", lang): [tell_action(word, lang) for word in issues["action"]],
            }
        )
        st.dataframe(told_issues, hide_index=True, width="stretch")


def _offer_picture(opened: OpenedPlan, level: str, lang: str) -> None:
    if not st.button(t("ui.picture.draw", lang), key="draw"):
        return
    with tempfile.TemporaryDirectory() as folder:
        try:
            path = draw_overview(
                opened.plan, Path(folder) / "map.png", level=level, lang=lang, areas=opened.areas
            )
        except InputError as error:
            st.error(translate_error(error, lang))
            return
        picture = path.read_bytes()
    st.image(picture)
    name = f"{Path(opened.name).stem}-{level}.png"
    st.download_button(t("ui.picture.save", lang), picture, file_name=name, mime="image/png")
