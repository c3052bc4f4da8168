"""Streams of the command line that are closed, full, or that nobody reads."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from rgbsar_core.terminal import ProgressBar


@pytest.mark.skipif(os.name == "nt", reason="needs a Unix shell and /dev/full")
@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        ("networks >&- 2>&-", 0, ""),
        ("networks | true", 0, ""),
        (
            "networks >/dev/full",
            1,
            "rgbsar: The work is done, but its answer could not be written (No space left on device).",
        ),
        ("classify --help >/dev/full", 1, "rgbsar classify: The text could not be written (No space left on device)."),
    ],
)
def test_streams_that_nobody_reads_or_that_are_full_cost_no_traceback(repository, tmp_path, command, code, said):
    python = f"set -o pipefail; '{sys.executable}' -m rgbsar_core.cli {command}"
    environment = {**os.environ, "PYTHONPATH": str(repository)}
    done = subprocess.run(["bash", "-c", python], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == code
    assert done.stderr.startswith(said) and done.stderr.count("\n") == bool(said)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_log_that_is_full_ends_no_job(monkeypatch):
    with open("/dev/full", "w") as full:
        monkeypatch.setattr(sys, "stderr", full)
        with ProgressBar(False) as bar:
            bar.show(0.25, "Classifying: row 16 of 64")
            bar.show(1.0, "Finishing the files")
