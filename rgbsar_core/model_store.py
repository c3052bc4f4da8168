"""A folder of model files: what lies in it, finding one by title, and taking in a new one.

A new file is copied or downloaded under a temporary name in the folder, read and judged there, and only then renamed.
"""

from __future__ import annotations

import difflib
import hashlib
import os
import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from .callbacks import IsCancelled, Progress
from .errors import InputError, ModelFileError, OperationCancelled, ResourceLimitError, UnknownModelError
from .model_card import ModelCard, read_card
from .patience import patiently

SUFFIX = ".safetensors"
LARGEST_BYTES = 4 * 2**30
"""The largest network of this package has 0.7 GB; what is far beyond that is no model."""
_CHUNK = 2**20


@dataclass(frozen=True)
class StoredModel:
    """A model file that can be read, and its card."""

    path: Path
    card: ModelCard


def list_models(folders: Iterable[Path]) -> list[StoredModel]:
    """Every readable model file of some folders, by title; a file whose card cannot be read is left out."""
    found = []
    for path in sorted({path for folder in folders for path in folder.glob(f"*{SUFFIX}")}):
        try:
            found.append(StoredModel(path, read_card(path)))
        except ModelFileError:
            continue
    return sorted(found, key=lambda model: (model.card.title.casefold(), str(model.path)))


def find_model(text: str, folders: Sequence[Path]) -> Path:
    """The file a user means: by path, file name, name or title of an installed model (of equal files, the first).

    Raises:
        UnknownModelError: no installed model is called so, or several are.
    """
    places = [Path(text), *(folder / text for folder in folders)]
    for path in places:
        if os.path.isfile(path):  # a text too long for a file name is none; Path.is_file would raise
            return path
    models = list_models(folders)
    wanted = text.strip().casefold()
    called = [model for model in models if wanted in (model.card.name.casefold(), model.card.title.casefold())]
    if len(called) == 1 or (called and len({checksum(model.path) for model in called}) == 1):
        return called[0].path
    if called:
        files = ", ".join(f"'{model.path}'" for model in called)
        raise UnknownModelError(f"{len(called)} installed models are called '{text}': {files}. Give the file's path.")
    if Path(text).suffix == SUFFIX or os.sep in text or "/" in text:  # a title may have a slash, too
        return Path(text)
    titles = [model.card.title for model in models]
    near = difflib.get_close_matches(text, [*titles, *(model.card.name for model in models)], 1, 0.5)
    known = ", ".join(f"'{title}'" for title in titles) or "none"
    meant = f"Did you mean '{near[0]}'?" if near else "Choose one of these, give a model file's path, or import one."
    raise UnknownModelError(f"No model called '{text}' is installed; installed are: {known}. {meant}")


def incoming_path(folder: Path) -> Path:
    """A temporary name in the folder, which is made if it does not exist.

    Raises:
        InputError: the folder cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"The models folder '{folder}' cannot be made ({error.strerror}); expected a folder that can be written "
            "to. Choose another one in the options."
        ) from error
    return folder / f".incoming-{uuid.uuid4().hex[:12]}.partial"


def copy_in(source: Path, target: Path, progress: Progress, is_cancelled: IsCancelled) -> None:
    """Copy a model file to its temporary name.

    Raises:
        InputError: the source cannot be read or is too large.
        ResourceLimitError: the disk is full.
        OperationCancelled: cancelled.
    """
    try:
        size = source.stat().st_size
        refuse_size(size, source.name)
        with open(source, "rb") as reading, _open_new(target) as writing:
            done = 0
            while chunk := reading.read(_CHUNK):
                if is_cancelled():
                    raise OperationCancelled
                _write(writing, chunk, target)
                done += len(chunk)
                progress(done / max(size, 1), "Copying the model file")
    except OSError as error:
        raise InputError(
            f"'{source}' cannot be read ({error.strerror}); expected a model file ({SUFFIX}). Choose another file."
        ) from error


def refuse_size(size: int, name: str) -> None:
    """Raise an InputError for a file too large to be a model."""
    if size > LARGEST_BYTES:
        raise InputError(
            f"'{name}' has {size / 2**30:.1f} GiB; a model file has {LARGEST_BYTES / 2**30:.0f} GiB at most. "
            "Choose another file."
        )


def checksum(path: Path) -> str:
    """SHA-256 of a file as 64 hexadecimal digits.

    Raises:
        ModelFileError: the file cannot be read.
    """
    digest = hashlib.sha256()
    try:
        with open(path, "rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except OSError as error:
        raise ModelFileError(f"'{path}' cannot be read ({error.strerror}). Choose another file.") from error
    return digest.hexdigest()


def expected_checksum(text: str) -> str:
    """A SHA-256 as a publisher writes it, brought to 64 lower-case digits; "" stays "".

    Raises:
        InputError: it is none.
    """
    wanted = text.strip().lower().removeprefix("sha256:")
    if wanted and not re.fullmatch(r"[0-9a-f]{64}", wanted):
        raise InputError(
            f"The checksum '{text[:80]}' is no SHA-256; expected 64 hexadecimal digits. Copy it again, or leave it "
            "empty."
        )
    return wanted


def require_checksum(found: str, expected: str) -> None:
    """Compare checksums; an empty expectation asks for nothing.

    Raises:
        ModelFileError: they differ.
        InputError: the expectation is no SHA-256.
    """
    wanted = expected_checksum(expected)
    if wanted and wanted != found:
        raise ModelFileError(
            f"The file's SHA-256 is {found}; expected {wanted}. It is damaged or not the file that was announced: "
            "fetch it again, or ask who published it."
        )


def installed_path(card: ModelCard, folder: Path) -> Path:
    """Where a model goes: named by its card, whatever characters that name has."""
    name = re.sub(r"[^a-z0-9._-]+", "-", card.name.lower()).strip(".-") or "model"
    return folder / f"{name[:80]}{SUFFIX}"


def accept(temporary: Path, card: ModelCard, digest: str, folder: Path, replace: bool) -> Path:
    """Move a judged file to its name.

    Args:
        temporary: the file, in the same folder.
        card: as read from it.
        digest: its SHA-256.
        folder: of models.
        replace: whether another model of that name may be overwritten.

    Returns:
        The installed file.

    Raises:
        InputError: another model of that name is installed, or it cannot be replaced.
    """
    path = installed_path(card, folder)
    if path.exists() and not replace and checksum(path) != digest:
        raise InputError(
            f"Another model named '{card.name}' is installed ('{path.name}'); one name holds one model. Allow it to be "
            "replaced, or remove it first."
        )
    try:
        patiently(os.replace, temporary, path)
    except OSError as error:
        raise InputError(
            f"'{path}' could not be written ({error.strerror}); it may be in use. Close the programs that use it and "
            "try again."
        ) from error
    return path


def _open_new(path: Path) -> BinaryIO:
    try:
        return open(path, "wb")
    except OSError as error:
        raise InputError(
            f"The models folder '{path.parent}' cannot be written to ({error.strerror}); expected one that can. Choose "
            "another one in the options."
        ) from error


def _write(file: object, chunk: bytes, path: Path) -> None:
    try:
        file.write(chunk)  # type: ignore[attr-defined]
    except OSError as error:
        raise ResourceLimitError(
            f"'{path.parent}' has no room for the model ({error.strerror}). Free disk space or choose another folder."
        ) from error
