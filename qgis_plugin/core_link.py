"""The only door to the core: the copy packed inside the plugin if there is one, else the installed package.

What needs neither torch nor GDAL is imported here. The rest are functions with a plain import statement inside:
QGIS notices plain imports and can unload them with the plugin.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

_NESTED = (Path(__file__).parent / "rgbsar_core").is_dir()

if _NESTED:
    from .rgbsar_core import __version__, errors, model_card, parameters, results
else:
    from rgbsar_core import __version__, errors, model_card, parameters, results

__all__ = [
    "__version__",
    "accuracy",
    "accuracy_report",
    "classify",
    "compare",
    "core_parent",
    "errors",
    "interpreter",
    "model_card",
    "parameters",
    "refine",
    "remote",
    "report",
    "results",
    "sampling",
]


def core_parent() -> Path:
    """Folder that holds ``rgbsar_core``: what the worker process must find."""
    return Path(errors.__file__).resolve().parent.parent


def classify() -> Any:
    """The module ``rgbsar_core.classify`` (needs GDAL and numpy)."""
    if _NESTED:
        from .rgbsar_core import classify as module
    else:
        from rgbsar_core import classify as module
    return module


def sampling() -> Any:
    """The module ``rgbsar_core.sampling`` (needs GDAL and numpy)."""
    if _NESTED:
        from .rgbsar_core import sampling as module
    else:
        from rgbsar_core import sampling as module
    return module


def accuracy() -> Any:
    """The module ``rgbsar_core.accuracy`` (needs GDAL and numpy)."""
    if _NESTED:
        from .rgbsar_core import accuracy as module
    else:
        from rgbsar_core import accuracy as module
    return module


def accuracy_report() -> Any:
    """The module ``rgbsar_core.accuracy_report`` (needs numpy)."""
    if _NESTED:
        from .rgbsar_core import accuracy_report as module
    else:
        from rgbsar_core import accuracy_report as module
    return module


def refine() -> Any:
    """The module ``rgbsar_core.refine`` (needs GDAL and numpy)."""
    if _NESTED:
        from .rgbsar_core import refine as module
    else:
        from rgbsar_core import refine as module
    return module


def compare() -> Any:
    """The module ``rgbsar_core.compare`` (needs GDAL and numpy)."""
    if _NESTED:
        from .rgbsar_core import compare as module
    else:
        from rgbsar_core import compare as module
    return module


def preparation() -> Any:
    """The module ``rgbsar_core.preparation``: parameters and result of a preparation (needs numpy)."""
    if _NESTED:
        from .rgbsar_core import preparation as module
    else:
        from rgbsar_core import preparation as module
    return module


def prepare_sar() -> Any:
    """The module ``rgbsar_core.prepare_sar`` (needs GDAL and numpy)."""
    if _NESTED:
        from .rgbsar_core import prepare_sar as module
    else:
        from rgbsar_core import prepare_sar as module
    return module


def report() -> Any:
    """The module ``rgbsar_core.report``."""
    if _NESTED:
        from .rgbsar_core import report as module
    else:
        from rgbsar_core import report as module
    return module


def remote() -> Any:
    """The module ``rgbsar_core.engine.remote``: the engine in a worker process (needs numpy)."""
    if _NESTED:
        from .rgbsar_core.engine import remote as module
    else:
        from rgbsar_core.engine import remote as module
    return module


def interpreter() -> Any:
    """The module ``rgbsar_core.engine.interpreter``: which Python can run the engine."""
    if _NESTED:
        from .rgbsar_core.engine import interpreter as module
    else:
        from rgbsar_core.engine import interpreter as module
    return module
