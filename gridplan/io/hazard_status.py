"""What became of hazards as lists say it: words of a status, beside dates and what was fixed on site."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from gridplan.arrays import BoolArray

__all__ = ["STATUSES", "read_status", "settle_status"]


#: What a word of a status says: fixed on site; fixed; not fixed on site, to be fixed later; not fixed.
STATUSES = ("on_site", "fixed", "later", "open")

# a text longer than this is a report and no status; own choice, far above the words below
_LONGEST = 24
# what is done to a hazard, how it is looked at afterwards, and how it is said that this is done
_ACTS = r"(?:整改|整治|治理|处理|处置|销号|销案|办结|结案|闭环|关闭|消除|排除|解决|落实|完成)"
_LOOKS = r"(?:复查|验收|核查)"
_DONE = r"(?:完成|完毕|到位|办结|结案|闭环|销号|销案|消除|排除|解决|关闭|归档)"
_ON_SITE = re.compile(
    rf"已?(?:现场|当场)(?:已|立即)?{_ACTS}+{_DONE}*|已?(?:立行立改|立查立改|即查即改|即知即改|边查边改){_DONE}*"
    r"|(?:fixed )?on[ -]site"
)
_LATER = re.compile(rf"(?:责令)?(?:限期|后续)(?:{_ACTS}+)?")
_OPEN = re.compile(
    rf"(?:现场|当场|逾期|超期|到期|暂|尚|仍|还|均|全部)*(?:未|没有?|待|不|正在)(?:按期|如期|{_ACTS})*{_DONE}*中?"
    rf"|(?:正在)?{_ACTS}+中|(?:正在)?进行中|逾期|超期|{_ACTS}*不到位|(?:{_LOOKS}|{_ACTS})*[不未](?:合格|通过)"
    r"|否|×|✗|0|n|no|f|false|open|pending|overdue|ongoing|unresolved|in progress"
    r"|not (?:yet )?(?:fixed|done|closed|resolved|completed|rectified|repaired|remedied)|unfixed|incomplete"
)
_FIXED = re.compile(
    rf"(?:全部|均|逾期|按期|如期)*(?:已经?{_ACTS}*{_DONE}*|{_ACTS}*{_DONE}+)|(?:{_LOOKS}|{_ACTS})*已?(?:合格|通过)"
    r"|是|√|✓|1|y|yes|t|true|fixed|done|closed|resolved|completed?|rectified|repaired|remedied"
)


def read_status(text: str) -> str | None:
    """Read what a cell says of the fixing of a hazard.

    Parameters
    ----------
    text
        In plain width and lower case.

    Returns
    -------
    str or None
        One of :data:`STATUSES`; None for words that are not known or say two things (已整改待复查).
    """
    plain = re.sub(r"隐患|[、,;。.()]", "", text)
    plain = plain if plain.isascii() else re.sub(r"\s", "", plain)
    forms = (_ON_SITE, _LATER, _OPEN, _FIXED)
    if not 0 < len(plain) <= _LONGEST:
        return None
    for name, form in zip(("on_site", "later", "open", "fixed"), forms, strict=True):
        if form.fullmatch(plain):
            return name
    return None


def settle_status(frame: pd.DataFrame, *, dated: bool) -> tuple[pd.DataFrame, BoolArray, BoolArray]:
    """Turn the words of a status into truth values.

    Parameters
    ----------
    frame
        ``is_fixed`` (one of :data:`STATUSES` or "" where it is not given), ``fixed`` (date or "") and
        ``on_site`` (nullable truth value); "unknown fixed" where a date could not be read.
    dated
        Whether the list says by dates alone what is fixed: then a blank beside the dates of others says that
        a hazard is open.

    Returns
    -------
    frame, differs, blank
        With ``is_fixed`` as a nullable truth value, and ``on_site`` where only the status says so; where
        the status contradicts a date or what was fixed on site; and what was taken as open for a blank.
    """
    word = frame["is_fixed"].to_numpy(dtype=object)
    date = (frame["fixed"] != "").to_numpy(dtype=bool)
    on_site = frame["on_site"].astype("boolean")
    known = on_site.notna().to_numpy(dtype=bool)
    here = on_site.fillna(False).to_numpy(dtype=bool)
    done, left = np.isin(word, ("fixed", "on_site")), word == "open"
    differs = (left & (date | here)) | ((word == "later") & here) | ((word == "on_site") & known & ~here)
    unread = frame.get("unknown fixed", pd.Series("", index=frame.index)).ne("").to_numpy(dtype=bool)
    blank = np.asarray((word == "") & ~date & ~known & ~unread & (dated and bool(date.any())), dtype=bool)
    fixed = pd.Series(pd.NA, index=frame.index, dtype="boolean")
    fixed[done], fixed[left | blank] = True, False
    on_site[~known & (word == "on_site")] = True
    on_site[~known & (word == "later")] = False
    return frame.assign(is_fixed=fixed, on_site=on_site), np.asarray(differs, dtype=bool), blank
