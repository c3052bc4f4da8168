"""What the engine would run on, as rows for the log and a page for a bug report (home folder shown as ~)."""

from __future__ import annotations

import html
import os
import platform
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qgis.core import Qgis

from . import builds, core_link, environment_plan, models, network, runtime


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
        style = "<style>body{font:15px/1.45 system-ui,sans-serif;max-width:60rem;margin:2rem auto}</style>"
        head = f"<meta charset='utf-8'><title>RGB-SAR Land Cover: runtime</title>{style}"
        body = f"<h1>Runtime</h1>{warning}<table cellpadding='4'>{rows}</table>"
        return f"<html><head>{head}</head><body>{body}</body></html>"

    def to_markdown(self) -> str:
        """A table to paste into a bug report."""
        rows = "\n".join(f"| {name} | {value.replace('|', '/')} |" for name, value in self.rows)
        return f"{self.problem or 'The engine is ready.'}\n\n| Runtime | |\n| --- | --- |\n{rows}\n"


def status() -> Status:
    """Probe the interpreter in use (takes seconds: torch is imported in a child process)."""
    problem, python, probe = "", "", None
    try:
        python = runtime.find_interpreter()
        probe = core_link.core_module("engine.interpreter").probe(python)
        core_link.core_module("engine.interpreter").require_usable(probe)
    except core_link.errors.MissingDependencyError as error:
        problem = _with_repair(str(error), python)
    folder = runtime.managed_folder()
    downloads = environment_plan.downloads_of(folder)
    rows = [
        ("RGB-SAR Land Cover", core_link.__version__),
        ("QGIS", f"{Qgis.QGIS_VERSION}, Python {platform.python_version()}"),
        ("System", f"{platform.system()} {platform.release()} {platform.machine()}"),
        ("Machine", f"{os.cpu_count()} CPUs, {_memory()}"),
        ("NVIDIA driver", _driver()),
        ("Chosen Python", runtime.interpreter_setting() or "none"),
        ("Managed environment", _managed(folder)),
        ("Downloads kept", str(downloads) if downloads.is_dir() else "none"),
        ("Free disk space there", f"{environment_plan.free_gigabytes(folder):.1f} GB"),
        ("Proxy for downloads", network.for_children().kind or "none in QGIS"),
        ("Models folder", f"{models.folder()} (models at hand: {len(models.installed())})"),
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
    """The user's home folder as ``~``, however it is spelled: reports get posted in public."""
    home = Path.home()
    for spelling in {str(home), str(home.resolve()), home.as_posix()}:
        if len(spelling) > 1:
            flags = re.IGNORECASE if os.name == "nt" else 0
            text = re.sub(re.escape(spelling) + r"(?![\w.-])", "~", text, flags=flags)
    return text


def managed_problem() -> str:
    """What is wrong with the managed environment (takes seconds), or "" if it works or there is none."""
    folder = runtime.managed_folder()
    if runtime.is_interrupted():
        return "The creation of the managed environment was interrupted."
    if not folder.exists():
        return ""
    probe = core_link.core_module("engine.interpreter").probe(str(runtime.python_of(folder)))
    return "" if probe.usable else f"The managed environment is broken: {probe.problem}"


def _with_repair(message: str, python: str) -> str:
    folder = runtime.managed_folder()
    if runtime.is_interrupted() or (folder.exists() and not runtime.python_of(folder).is_file()):
        message = f"The creation of the managed environment was interrupted, or part of it is gone. {message}"
    elif python != str(runtime.python_of(folder)):
        return runtime.with_remedy(message)
    return (
        f"{message} Run 'Runtime: status and set-up' (rgbsar:runtime) with 'Repair the managed environment': what is "
        "downloaded already is used again."
    )


def _best_device(probe: Any) -> str:
    if not probe.usable:
        return "none"
    if probe.cuda_devices:
        return f"cuda ({probe.cuda_devices[0]})"
    return "mps" if probe.mps else "cpu"


def _managed(folder: Path) -> str:
    if runtime.python_of(folder).is_file():
        return str(folder)
    return f"interrupted ({folder})" if runtime.is_interrupted() else f"none (would lie in {folder})"


def _driver() -> str:
    report = builds.find_gpus()
    named = [f"{gpu.name}, compute capability {gpu.capability[0]}.{gpu.capability[1]}" for gpu in report.gpus]
    return f"{report.gpus[0].driver}: {'; '.join(named)}" if named else report.problem


def _memory() -> str:
    names = getattr(os, "sysconf_names", {})
    if "SC_PHYS_PAGES" not in names:
        return "memory unknown"
    return f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 1024**3:.1f} GB memory"
