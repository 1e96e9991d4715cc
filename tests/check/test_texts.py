"""Every key that the check can say has a sentence in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import gridplan.check
from gridplan.check import LAWS
from gridplan.i18n import LANGUAGES, has_text

SOURCE = Path(gridplan.check.__file__).parent


def list_reasons() -> list[str]:
    """Reason keys in the source: those named as such, and the refusals of certificates."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(SOURCE.glob("*.py")))
    named = re.findall(r'reason="([a-z_]+)"', text) + re.findall(r'"(certificate_[a-z_]+)"', text)
    named += re.findall(r'"(things_[a-z_]+)"', text)
    named += re.findall(r'_count_fault\(\s*"([a-z_]+)"', text)
    positional = re.findall(r'Finding\([^()]*?,\s*"([a-z]+_[a-z_]+)",\s*(?:values|sums|\{)', text)
    return sorted({*named, *positional, "judged"} - {"certificate_id"})


@pytest.mark.parametrize("lang", LANGUAGES)
def test_laws_and_reasons_have_texts(lang: str) -> None:
    keys = [f"finding.{check.key}" for check in LAWS] + [f"reason.{key}" for key in list_reasons()]
    assert len(keys) > 50
    assert [key for key in keys if not has_text(key, lang)] == []
