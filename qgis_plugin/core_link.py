"""The only door to the core: the copy packed inside the plugin if there is one, else the installed package.

What needs neither torch nor GDAL is imported here, the rest when it is first asked for. `RgbSarPlugin.unload` drops
every module of the plugin, the nested core's included, so that an updated core is read anew.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from types import ModuleType

_NESTED = (Path(__file__).parent / "rgbsar_core").is_dir()

if _NESTED:
    from .rgbsar_core import __version__, errors, model_card, parameters, results
else:
    from rgbsar_core import __version__, errors, model_card, parameters, results

__all__ = [
    "__version__",
    "core_module",
    "core_parent",
    "errors",
    "model_card",
    "parameters",
    "results",
    "training_folder",
]


def core_module(name: str) -> ModuleType:
    """A module of the core, such as ``maps.compare``; it may need GDAL and numpy, and never torch."""
    return import_module(f"{__package__}.rgbsar_core.{name}" if _NESTED else f"rgbsar_core.{name}")


def core_parent() -> Path:
    """Folder that holds ``rgbsar_core``: what the worker process must find."""
    return Path(errors.__file__).resolve().parent.parent


def training_folder() -> Path:
    """Folder of the training package, which only the training process imports; in a working copy it is `training`."""
    installed = core_parent() / "rgbsar_training"
    return installed if installed.is_dir() else core_parent() / "training"
