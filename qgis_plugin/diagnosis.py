"""What the engine would run on, as rows for the log and a page for a bug report (home folder shown as ~)."""

from __future__ import annotations

import html
import os
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qgis.core import Qgis

from . import core_link, runtime


@dataclass(frozen=True)
class Status:
    """Answers of one look at the runtime.

    Args:
        rows: name and value, in the order to show.
        python: interpreter in use, or "".
        torch: its PyTorch version, or "".
        device: best device it has, or "".
        problem: what keeps the engine from running and what to do, or "".
    """

    rows: tuple[tuple[str, str], ...]
    python: str
    torch: str
    device: str
    problem: str

    def to_html(self) -> str:
        """A small page."""
        rows = "".join(
            f"<tr><th align='left'>{html.escape(name)}</th><td>{html.escape(value)}</td></tr>"
            for name, value in self.rows
        )
        warning = f"<p><b>{html.escape(self.problem)}</b></p>" if self.problem else "<p>The engine is ready.</p>"
        head = "<meta charset='utf-8'><title>RGB-SAR Land Cover: runtime</title>"
        body = f"<h1>Runtime</h1>{warning}<table cellpadding='4'>{rows}</table>"
        return f"<html><head>{head}</head><body>{body}</body></html>"


def status() -> Status:
    """Probe the interpreter in use (takes seconds: torch is imported in a child process)."""
    problem, python, probe = "", "", None
    try:
        python = runtime.find_interpreter()
        probe = core_link.core_module("engine.interpreter").probe(python)
        core_link.core_module("engine.interpreter").require_usable(probe)
    except core_link.errors.MissingDependencyError as error:
        problem = runtime.with_remedy(str(error))
    rows = [
        ("RGB-SAR Land Cover", core_link.__version__),
        ("QGIS", f"{Qgis.QGIS_VERSION}, Python {platform.python_version()}"),
        ("System", f"{platform.system()} {platform.release()} {platform.machine()}"),
        ("Machine", f"{os.cpu_count()} CPUs, {_memory()}"),
        ("Chosen Python", runtime.interpreter_setting() or "none"),
        ("Managed environment", _managed()),
        ("Python used", python or "none"),
    ]
    if probe is not None:
        rows += [
            ("Its version", probe.python or "unknown"),
            ("PyTorch", probe.torch or "missing"),
            ("numpy", probe.numpy or "missing"),
            ("safetensors", probe.safetensors or "missing"),
            ("OpenVINO", probe.openvino or "not installed (optional)"),
            ("Lightning", probe.lightning or "not installed (training needs it)"),
            ("PyYAML", probe.pyyaml or "not installed (training needs it)"),
            ("NVIDIA GPUs", ", ".join(probe.cuda_devices) or "none"),
            ("Apple GPU", "yes" if probe.mps else "no"),
            ("Best device", _best_device(probe)),
        ]
    return Status(
        rows=tuple((name, hide_home(value)) for name, value in rows),
        python=python,
        torch=probe.torch if probe is not None else "",
        device=_best_device(probe) if probe is not None else "",
        problem=hide_home(problem),
    )


def hide_home(text: str) -> str:
    """The user's home folder as ``~``: reports get posted in public."""
    home = str(Path.home())
    return text.replace(home, "~") if len(home) > 1 else text


def _best_device(probe: Any) -> str:
    if not probe.usable:
        return "none"
    if probe.cuda_devices:
        return f"cuda ({probe.cuda_devices[0]})"
    return "mps" if probe.mps else "cpu"


def _managed() -> str:
    folder = runtime.managed_folder()
    return str(folder) if runtime.python_of(folder).is_file() else f"none (would lie in {folder})"


def _memory() -> str:
    names = getattr(os, "sysconf_names", {})
    if "SC_PHYS_PAGES" not in names:
        return "memory unknown"
    return f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 1024**3:.1f} GB memory"
