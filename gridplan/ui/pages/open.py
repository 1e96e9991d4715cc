"""The page by which the office opens other data: a plan, files to be planned, things to be attached."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import streamlit as st

from gridplan.errors import GridplanError
from gridplan.i18n import t
from gridplan.io import open_plan
from gridplan.pipeline import ATTACHABLE
from gridplan.scheme import list_schemes, load_preset
from gridplan.ui.frame import find_limit
from gridplan.ui.making import STEPS, Job
from gridplan.ui.plain import show_error
from gridplan.ui.state import JOB, attach_files, drop_own_plan, hold_own_plan, holds_own_plan
from gridplan.ui.uploads import VECTOR_TYPES, Upload, keep_files, strip_folder

__all__ = ["attend_job", "show_open"]

_NEEDED = ("buildings", "streets")
_OPTIONAL = ("boundary", "compounds", "landuse", "barriers", "services", "existing")
_LIST_TYPES = (*VECTOR_TYPES, "csv", "xlsx", "txt")
# the scheme that the command line takes as well where none is named
_SCHEME = "gridplan"


def show_open(lang: str, home: st.Page) -> None:
    """Show the page.

    Parameters
    ----------
    lang
        "zh" or "en".
    home
        The page to go to when something is open.
    """
    st.html(f'<header class="gp-head"><h1>{t("ui.page.open", lang)}</h1></header>')
    st.caption(t("ui.open.privacy", lang) + t("ui.open.limit", lang, size=find_limit()))
    if holds_own_plan() and st.button(t("ui.open.back", lang), key="open-back"):
        drop_own_plan()
        st.switch_page(home)
    plan_tab, make_tab, attach_tab = st.tabs(
        [t(f"ui.open.tab.{name}", lang) for name in ("plan", "make", "attach")]
    )
    with plan_tab:
        _offer_plan(lang, home)
    with make_tab:
        _offer_making(lang, home)
    with attach_tab:
        _offer_attaching(lang, home)


def _offer_plan(lang: str, home: st.Page) -> None:
    upload = st.file_uploader(t("ui.open.plan", lang), type="gpkg", key="upload")
    if upload is None:
        return
    with st.spinner(t("ui.frame.opening", lang)), tempfile.TemporaryDirectory() as folder:
        try:
            plan = open_plan(keep_files([upload], Path(folder)))
            hold_own_plan(plan, Path(upload.name).stem)
        except GridplanError as error:
            show_error(strip_folder(error, folder), lang)
            return
    st.switch_page(home)


def _offer_making(lang: str, home: st.Page) -> None:
    job = st.session_state.get(JOB)
    if isinstance(job, Job):
        if job.running:
            _follow_job(lang)
        else:
            _end_job(job, lang, home)
        return
    st.write(t("ui.open.make_help", lang))
    files = _ask_files(_NEEDED, VECTOR_TYPES, lang, key="make", across=len(_NEEDED))
    with st.expander(t("ui.open.optional", lang)):
        files |= _ask_files(_OPTIONAL, VECTOR_TYPES, lang, key="make")
    names = {name: load_preset(name).name[lang] for name in (_SCHEME, *list_schemes())}
    scheme = st.selectbox(
        t("ui.open.scheme", lang), list(names), format_func=names.__getitem__, key="make-scheme"
    )
    day = _ask_date(lang, "make-date")
    if st.button(t("ui.open.start", lang), type="primary", key="make-start", disabled=not files["buildings"]):
        _start_job(files, scheme, day, lang)


def _ask_files(
    roles: Sequence[str], types: Sequence[str], lang: str, *, key: str, across: int = 3
) -> dict[str, Sequence[Upload]]:
    """Ask for the files of some roles, so many side by side."""
    columns = st.columns(across)
    return {
        role: columns[at % across].file_uploader(
            t(f"ui.open.role.{role}", lang), type=types, accept_multiple_files=True, key=f"{key}-{role}"
        )
        for at, role in enumerate(roles)
    }


def _ask_date(lang: str, key: str) -> str:
    """Ask for the day that the data are of, "" for not given."""
    day = st.date_input(t("ui.open.date", lang), value=None, format="YYYY-MM-DD", key=key)
    return day.isoformat() if day else ""


def _start_job(files: Mapping[str, Sequence[Upload]], scheme: str, day: str, lang: str) -> None:
    folder = tempfile.TemporaryDirectory(prefix="gridplan-")
    try:
        kept = {role: keep_files(given, Path(folder.name) / role) for role, given in files.items() if given}
        existing = kept.pop("existing", None)
        inputs = {**kept, "existing": {"": existing} if existing else {}, "date": day}
        st.session_state[JOB] = Job(inputs, scheme, folder, Path(files["buildings"][0].name).stem)
    except GridplanError as error:
        folder.cleanup()
        show_error(error, lang)
        return
    st.rerun()


@st.fragment(run_every=1.0)
def _follow_job(lang: str) -> None:
    job: Job = st.session_state[JOB]
    done = sum(step in job.ended for step in STEPS)
    at = next((step for step in STEPS if step not in job.ended), STEPS[-1])
    st.progress(done / len(STEPS), text=t("ui.open.at", lang, room=t(f"room.{at}", lang)))
    for step in STEPS:
        seconds = job.seconds(step)
        if seconds is not None:
            sign = ":material/check:" if step in job.ended else ":material/hourglass_top:"
            st.markdown(f"{sign} {t(f'room.{step}', lang)} · {seconds:.1f} s")
    if not job.running:
        # the whole page goes on: one that this clock ticks in must not be left from here
        st.rerun()
    if st.button(t("ui.open.cancel", lang), key="make-cancel"):
        job.cancel()
        del st.session_state[JOB]
        st.toast(t("ui.open.cancelled", lang))
        st.rerun()


def _end_job(job: Job, lang: str, home: st.Page) -> None:
    """Open the plan that was made, or show why it failed until the visitor has read it."""
    if job.error is None:
        with st.spinner(t("ui.frame.opening", lang)):
            hold_own_plan(open_plan(job.out), job.name)
        _drop_job(job)
        st.switch_page(home)
    show_error(job.error, lang)
    if st.button(t("ui.open.again", lang), key="make-again"):
        _drop_job(job)
        st.rerun()


def _drop_job(job: Job) -> None:
    job.drop()
    del st.session_state[JOB]


def attend_job() -> None:
    """Keep the job of this session going as long as its browser is there, whatever page it looks at."""
    job = st.session_state.get(JOB)
    if isinstance(job, Job):
        _attend(str(job.out), job)


@st.cache_resource(scope="session", on_release=Job.leave, show_spinner=False)
def _attend(name: str, _job: Job) -> Job:
    del name  # another one for each job
    _job.attend()
    return _job


def _offer_attaching(lang: str, home: st.Page) -> None:
    st.write(t("ui.open.attach_help", lang))
    files = _ask_files(ATTACHABLE, _LIST_TYPES, lang, key="attach")
    day = _ask_date(lang, "attach-date")
    if not st.button(
        t("ui.open.attach", lang), type="primary", key="attach", disabled=not any(files.values())
    ):
        return
    with st.spinner(t("ui.open.attaching", lang)), tempfile.TemporaryDirectory() as folder:
        try:
            kept = {role: keep_files(given, Path(folder) / role) for role, given in files.items() if given}
            attach_files(kept, day)
        except GridplanError as error:
            show_error(strip_folder(error, folder), lang)
            return
    st.switch_page(home)
