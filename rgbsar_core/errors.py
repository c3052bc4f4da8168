"""Every failure a user can meet, under one root.

A message has three parts: what was found, what was expected, what to do. The core raises these; only the
plugin's base class turns them into ``QgsProcessingException`` and only a command line into an exit code.
"""

from __future__ import annotations


def as_sentence(text: str) -> str:
    """What another program said, ended by one full stop, so that a sentence can follow."""
    return text.rstrip(" .:\r\n") + "."


class RgbSarError(Exception):
    """Root of all failures this package reports on purpose."""


class InputError(RgbSarError, ValueError):
    """A layer, file or parameter the user gave cannot be used."""


class GridMismatchError(InputError):
    """Two rasters cannot be put on one grid: no CRS, no common ground, an unusable lattice."""


class BandCountError(InputError):
    """A raster has other bands than the model was trained on."""


class NodataError(InputError):
    """Nothing valid is left to work on."""


class ClassMapError(InputError):
    """Class values, names or colours that do not fit together."""


class ModelFileError(RgbSarError):
    """A model file that is truncated, not ours, of a newer format, or inconsistent."""


class UnknownModelError(ModelFileError):
    """A network name the registry does not know."""


class CheckpointMismatchError(ModelFileError):
    """Tensors that do not fit the network they are meant for."""


class MissingDependencyError(RgbSarError, ImportError):
    """A library this step needs is not installed."""


class ResourceLimitError(RgbSarError, RuntimeError):
    """Memory or disk space ran out."""


OUT_OF_MEMORY = (
    "The computer's free memory does not suffice for this job; expected room for some rows of the rasters at once. "
    "Close other programs, choose a smaller extent, or check the layers' sizes."
)
"""What to say where Python itself runs out of memory."""


class RasterIOError(RgbSarError, OSError):
    """A raster could not be read or written."""


class EngineError(RgbSarError, RuntimeError):
    """The inference engine, or the worker process that carries it, failed."""


class OperationCancelled(Exception):
    """The user stopped the job. Not a failure, hence outside the root.

    Args:
        text: what was stopped.
        kept: a sentence on what is left to go on from; empty where nothing is.
    """

    def __init__(self, text: str = "", kept: str = "") -> None:
        super().__init__(text)
        self.kept = kept
