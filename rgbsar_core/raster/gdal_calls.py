"""Calling GDAL so that every failure is seen, whatever the process around us has set.

GDAL's Python bindings either raise or return None and leave a message, depending on a switch. Inside QGIS it belongs to
others (Processing's own algorithms have it raise), so nothing here turns it: what raises is caught. But what raises
loses its result, and OSR has some beside its errors: the other points where one has no place, a transformation where
PROJ can do without a file. From GDAL 3.7 on a thread can turn OSR's switch for itself. Messages are kept off the
terminal.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, Callable, Optional

from ..errors import MissingDependencyError, RasterIOError

try:
    from osgeo import gdal, ogr, osr
except ImportError as error:
    raise MissingDependencyError(
        "GDAL's Python bindings (osgeo) are missing; reading and writing rasters needs them. Install the package "
        "python3-gdal of your system, or `pip install gdal==<version of the native library>`."
    ) from error

__all__ = [
    "attempt", "attempt_again", "gdal", "is_remote", "last_error", "ogr", "osr", "quiet_gdal", "require",
    "require_success",
]  # fmt: skip

NO_ROOM = "Free disk space or choose another folder; nothing was left behind."
"""What helps where a file could not be written that had a temporary name."""

logger = logging.getLogger(__name__)

_REMOTE = re.compile(r"/vsi(curl|s3|gs|az|adls|oss|swift|webhdfs)\b|https?://")
_FINAL = re.compile(r"\b(401|403|404|410)\b")
_PAUSES = (1.0, 2.0, 4.0)


@contextmanager
def quiet_gdal() -> Iterator[None]:
    """Keep GDAL's messages of this thread off the terminal and forget older ones. Not across a ``yield``."""
    gdal.PushErrorHandler("CPLQuietErrorHandler")
    gdal.ErrorReset()
    try:
        yield
    finally:
        gdal.PopErrorHandler()


def last_error() -> str:
    """GDAL's last failure in this thread as text; empty if the last message was no failure."""
    return str(gdal.GetLastErrorMsg()).strip() if gdal.GetLastErrorType() >= gdal.CE_Failure else ""


def _returning() -> AbstractContextManager[Any]:
    """While it lasts, OSR returns in this thread whatever its switch says, if it knows how to."""
    return osr.ExceptionMgr(useExceptions=False) if hasattr(osr, "ExceptionMgr") else nullcontext()


def attempt(function: Callable[..., Any], *args: Any, **kwargs: Any) -> tuple[Any, str]:
    """Call GDAL.

    Returns:
        The result (None after a failure) and the failure's text (empty after a success).
    """
    with quiet_gdal(), _returning():
        try:
            result = function(*args, **kwargs)
        except RuntimeError as error:
            return None, str(error).strip() or "unknown failure"
        return result, last_error()


def is_remote(where: str) -> bool:
    """Whether a path or VRT text names data of another machine."""
    return _REMOTE.search(where) is not None


def attempt_again(where: str, function: Callable[..., Any], *args: Any, **kwargs: Any) -> tuple[Any, str]:
    """:func:`attempt`, and up to three times more, after pauses, where ``where`` names data of another machine.

    Networks and storage services fail for seconds at a time; a job of hours must not end for that.
    """
    result, failure = attempt(function, *args, **kwargs)
    for pause in _PAUSES if is_remote(where) else ():
        if (result is not None and not failure) or _is_final(where, failure):
            break
        logger.info("A remote raster failed (%s); asking again in %g s.", failure, pause)
        time.sleep(pause)
        result, failure = attempt(function, *args, **kwargs)
    return result, failure


def _is_final(where: str, failure: str) -> bool:
    """Whether asking again is of no use.

    From GDAL 3.13 on a file that fails for a moment may end in the 404 of a side file it does not have.
    """
    return _FINAL.search(failure) is not None and attempt(gdal.VSIStatL, where)[0] is None


def require(what: str, remedy: str, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call GDAL; any failure becomes a :class:`RasterIOError` that says what was being done and what helps."""
    result, failure = attempt(function, *args, **kwargs)
    if failure:
        raise RasterIOError(io_message(what, failure, remedy))
    return result


def require_success(what: str, remedy: str, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """:func:`require`, for functions that answer with an error code: any number but 0 is a failure, too."""
    result = require(what, remedy, function, *args, **kwargs)
    if isinstance(result, int) and result != 0:
        raise RasterIOError(io_message(what, None, remedy))
    return result


def io_message(what: str, failure: Optional[str], remedy: str) -> str:
    """One sentence of found, one of remedy."""
    reason = (failure or "GDAL gives no reason").splitlines()[0].rstrip(". ")
    return f"{what}: {reason}. {remedy}"
