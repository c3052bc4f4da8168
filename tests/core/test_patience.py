"""Files that a virus scanner holds open for a moment, as on Windows."""

from __future__ import annotations

import os

import pytest

from rgbsar_core import patience
from rgbsar_core.text_files import publish_texts


def scanner(monkeypatch, refusals):
    """`os.replace` as on Windows while another program has the file open for so many attempts; the attempts made."""
    replace, attempts = os.replace, []

    def replacing(before, after):
        attempts.append(after)
        if len(attempts) <= refusals:
            raise PermissionError(13, "The process cannot access the file")
        replace(before, after)

    monkeypatch.setattr(os, "replace", replacing)
    monkeypatch.setattr(patience, "_PAUSES", (0.0, 0.0))
    return attempts


def test_a_file_that_is_held_open_for_a_moment_is_moved_nevertheless(tmp_path, monkeypatch):
    attempts = scanner(monkeypatch, 2)
    publish_texts({str(tmp_path / "report.html"): "all is well"})
    assert len(attempts) == 3
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == "all is well"


def test_a_file_that_stays_open_is_refused_in_the_end(tmp_path, monkeypatch):
    scanner(monkeypatch, 3)
    (tmp_path / "before").touch()
    with pytest.raises(PermissionError):
        patience.patiently(os.replace, tmp_path / "before", tmp_path / "after")
    assert os.listdir(tmp_path) == ["before"]
