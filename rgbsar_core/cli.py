"""The command `rgbsar`; its sub-commands lie in `commands/`.

Exit codes: 0 done, 1 refused or failed (a sentence on stderr; of a check, its findings on stdout), 2 wrong usage,
130 cancelled (Ctrl-C, SIGTERM).
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from typing import Optional

from . import __version__
from .commands import (
    accuracy,
    benchmark,
    check_alignment,
    classify,
    compare,
    dataset,
    export_onnx,
    models,
    prepare_sar,
    refine,
)
from .commands.common import Failed
from .errors import OUT_OF_MEMORY, OperationCancelled, RgbSarError
from .terminal import Parser, ending_as_by_ctrl_c, open_closed_streams, printable, write, write_any_name

_COMMANDS = (
    prepare_sar,
    check_alignment,
    classify,
    refine,
    compare,
    accuracy,
    dataset,
    models,
    export_onnx,
    benchmark,
)
_DEPENDENCIES = ("distributed", "numpy", "osgeo", "safetensors", "torch")


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Run one command line; returns the exit code."""
    open_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        write_any_name(stream)
    parser = _parser()
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s", stream=sys.stderr)
    try:
        with ending_as_by_ctrl_c():
            answer = options.run(options)
    except (OperationCancelled, KeyboardInterrupt) as error:
        kept = getattr(error, "kept", "")
        write(sys.stderr, f"Cancelled. {kept}\n" if kept else "Cancelled; nothing was written.\n")
        return 130
    except RgbSarError as error:
        write(sys.stderr, f"rgbsar: {printable(str(error))}\n")
        return 1
    except MemoryError:
        write(sys.stderr, f"rgbsar: {OUT_OF_MEMORY}\n")
        return 1
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in _DEPENDENCIES:
            raise
        write(sys.stderr, f"rgbsar: The Python package {error.name} is missing; this command needs it. Install it.\n")
        return 1
    lost = write(sys.stdout, answer if answer.endswith("\n") else answer + "\n") if answer else None
    if lost is not None and not isinstance(lost, BrokenPipeError):  # a reader like `head` has what it wanted
        reason = f"The work is done, but its answer could not be written ({lost.strerror}). Free disk space."
        write(sys.stderr, f"rgbsar: {reason}\n")
        return 1
    return 1 if isinstance(answer, Failed) else 0


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="rgbsar", description="Land cover from one optical and one SAR raster.")
    parser.add_argument("--version", action="version", version=f"rgbsar {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in _COMMANDS:
        command.add(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
