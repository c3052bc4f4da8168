"""Refusing names of outputs before any work is done."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Optional

from ..errors import InputError
from ..parameters import ClassificationParameters
from .gdal_calls import attempt, gdal
from .writer import check_name, check_writable


def check_outputs(parameters: ClassificationParameters) -> None:
    """Refuse outputs that overwrite an input or each other, or that cannot be written.

    Raises:
        InputError: an output is an input, a source of an input, another output, a folder, or in no folder.
        RasterIOError: a folder cannot be written to.
    """
    refuse_outputs(parameters.outputs, (parameters.model, parameters.mask, parameters.optical, parameters.sar))


def refuse_outputs(outputs: Iterable[str], inputs: Iterable[Optional[str]]) -> None:
    """Refuse outputs that overwrite an input or each other, or that cannot be written.

    Args:
        outputs: files to write.
        inputs: files and layers that are read; None is skipped.

    Raises:
        InputError, RasterIOError: as `check_outputs`.
    """
    written = list(outputs)
    for output in written:
        check_name(output)
    read = [file for dataset in inputs for file in _files(dataset)]
    seen: set[str] = set()
    for output in written:
        if any(_same_file(path, output) for path in read):
            raise InputError(
                f"The output '{output}' is also an input; expected a file of its own. Choose another name for the "
                "output."
            )
        name = os.path.normcase(os.path.realpath(output))
        if name in seen:
            raise InputError(
                f"Two outputs share the name '{output}'; expected a file for each. Give each output a name of its own."
            )
        seen.add(name)
    for output in written:
        check_writable(output)


def _files(dataset: Optional[str]) -> list[str]:
    """Every file a layer is read from: itself, side files, the sources of a VRT."""
    if not dataset:
        return []
    files = []
    for path in dict.fromkeys((dataset, dataset.split("|")[0])):  # a layer's name may follow; or it is a plain "|"
        opened, _ = attempt(gdal.OpenEx, path)
        found = attempt(opened.GetFileList)[0] if opened is not None else None
        files += [path, *(found or ())]
    return files


def _same_file(first: str, second: str) -> bool:
    if os.path.exists(first) and os.path.exists(second):
        return os.path.samefile(first, second)
    return os.path.abspath(first) == os.path.abspath(second)
