"""What the commands share."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from typing import Any, Callable, Optional

from ..errors import InputError
from ..parameters import Extent
from ..terminal import printable


class Failed(str):
    """What a command answers on stdout when its exit code shall be 1."""


def add_command(
    commands: Any, name: str, run: Callable[[argparse.Namespace], str], text: str
) -> argparse.ArgumentParser:
    """A sub-command; `run` returns what goes to stdout."""
    command: argparse.ArgumentParser = commands.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
    command.set_defaults(run=run)
    return command


def add_extent(command: argparse.ArgumentParser) -> None:
    """Options for a part of the ground."""
    command.add_argument("--extent", type=float, nargs=4, metavar=("XMIN", "YMIN", "XMAX", "YMAX"))
    command.add_argument("--extent-crs", default="", help="CRS of --extent (default: the grid's)")


def chosen_extent(options: argparse.Namespace) -> Optional[Extent]:
    """What `add_extent`'s options say; None for all ground.

    Raises:
        InputError: a CRS without an extent.
    """
    if options.extent is None and options.extent_crs:
        raise InputError(
            f"The CRS '{options.extent_crs}' of an extent was given without the extent; expected both. Add --extent."
        )
    if options.extent is None:
        return None
    xmin, ymin, xmax, ymax = options.extent
    return Extent(xmin, ymin, xmax, ymax, options.extent_crs)


def add_answer(command: argparse.ArgumentParser) -> None:
    """Options for what is said of the result; `answer` follows them."""
    command.add_argument("--json", action="store_true", help="result as JSON on stdout")
    command.add_argument("-q", "--quiet", action="store_true")


def answer(options: argparse.Namespace, result: Any, lines: Sequence[str]) -> str:
    """The result as JSON, as lines after its warnings, or nothing."""
    if options.json:
        return json.dumps(result.to_json(), indent=2)
    warnings = [f"Warning: {warning}" for warning in result.warnings]
    return "" if options.quiet else printable("\n".join([*warnings, *lines]))


def number_list(text: str) -> tuple[int, ...]:
    """`3,2,1` as numbers, for `type=`."""
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"'{text}' is no list of band numbers like 3,2,1") from error


def expect_gdal_returns() -> None:
    """GDAL from 3.7 on asks every program to choose: this one looks at what calls return.

    With exceptions, closing a file on a full disk would print a traceback from GDAL's destructor, which nothing can
    catch.
    """
    from ..raster.gdal_calls import gdal

    gdal.DontUseExceptions()
