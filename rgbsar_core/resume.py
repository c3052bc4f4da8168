"""Finished rows of a map that outlive the run that made them.

A GeoTIFF that is being written cannot be trusted after a power cut or a `kill -9`, so the rows of an interrupted
run lie in a hidden folder beside the output, in two files: `rows` holds finished blocks, compressed one by one;
`journal` holds a line for each, with its place and checksum. The journal begins with the state of the job: rows made
from other inputs, by another model, engine or version are never taken over. A run that goes on writes the finished
rows into a new GeoTIFF first, the same blocks in the same order as before, so that its file is the same to the byte.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import sys
import time
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from glob import escape
from hashlib import sha256
from io import FileIO
from pathlib import Path
from typing import Any, Optional

import numpy as np
from numpy.typing import NDArray

from .errors import EngineError, RasterIOError
from .patience import patiently
from .raster.partial import is_temporary
from .strips import RowBlock

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

logger = logging.getLogger(__name__)

JOURNAL_FORMAT = 1
_FASTEST = 1
_SYNC_SECONDS = 10.0
_LONGEST_JOURNAL = 2**28


def journal_folder(output: str) -> Path:
    """Where the finished rows of this output lie; the digest keeps long names apart."""
    path = Path(output).absolute()
    digest = sha256(path.name.encode("utf-8", "surrogateescape")).hexdigest()[:12]
    return path.with_name(f".{path.stem[:40]}.{digest}.resume")


def forget_rows(output: str) -> None:
    """Delete the finished rows of an earlier run, and what it left behind if it was killed.

    Raises:
        RasterIOError: that run is not over.
    """
    folder = journal_folder(output)
    if folder.is_dir():
        lock = _lock(folder, output)
        if lock is not None:
            os.close(lock)
    _remove_leftovers(folder)
    shutil.rmtree(folder, ignore_errors=True)


class Journal:
    """The finished rows of one job; a context manager.

    Leaving the context keeps the rows, unless there are none or :meth:`remove` was called.

    Args:
        output: the map.
        state: what the rows depend on, as plain data by subject ("inputs", "model" ...).
        confidence: blocks hold the confidence.
        classes: blocks hold the probabilities of so many classes.
    """

    def __init__(self, output: str, state: dict[str, Any], confidence: bool, classes: int) -> None:
        self.folder = journal_folder(output)
        self.next_row = 0
        self.engine: Optional[dict[str, Any]] = None
        self._output = output
        planes = [confidence, classes]
        self._state = json.loads(json.dumps({"format": JOURNAL_FORMAT, "outputs": planes, **state}))
        self._confidence = confidence
        self._classes = classes
        self._records: list[dict[str, int]] = []
        self._journal: Optional[FileIO] = None
        self._rows: Optional[FileIO] = None
        self._lock: Optional[int] = None
        self._synced = time.monotonic()

    def __enter__(self) -> Journal:
        self._lock = _lock(self.folder, self._output)
        try:
            _remove_leftovers(self.folder)
            reason = self._load()
        except OSError as error:
            reason = str(error.strerror)
        if reason:
            self.start_over(reason)
        return self

    def __exit__(self, *_: object) -> None:
        self._close()
        if not self._records:
            self.remove()
        self._unlock()

    def start_over(self, reason: str) -> None:
        """Forget the rows of the earlier run, and say why."""
        logger.warning("The rows of an earlier run cannot be taken over: %s. The map starts from its top.", reason)
        self._close()
        for name in ("journal", "rows"):
            with suppress(OSError):
                (self.folder / name).unlink()
        self._records, self.engine, self.next_row = [], None, 0

    def remove(self) -> None:
        """Delete the files: the map is complete, or nobody wants the rows."""
        self._close()
        self._unlock()  # before: network file systems keep a file that is open
        shutil.rmtree(self.folder, ignore_errors=True)

    def blocks(self) -> Iterator[RowBlock]:
        """The finished rows, in order, as the engine gave them."""
        if not self._records:
            return
        with open(self.folder / "rows", "rb") as file:
            for record in tuple(self._records):
                file.seek(record["offset"])
                yield self._unpack(record, zlib.decompress(file.read(record["bytes"])))

    def note_files(self, paths: Iterable[Path]) -> None:
        """Remember files that a killed run would leave behind; the next run removes them."""
        try:
            self.folder.mkdir(exist_ok=True)
            (self.folder / "files").write_text("\n".join(map(str, paths)), encoding="utf-8", errors="surrogateescape")
        except OSError as error:
            raise self._no_room(error) from error

    def append(self, block: RowBlock, engine: dict[str, Any]) -> None:
        """Store one block.

        Args:
            block: the next rows.
            engine: what made them.

        Raises:
            RasterIOError: the disk is full or gone; what was stored before stays usable.
            EngineError: the rows before came from another engine.
        """
        if self.engine is not None and engine != self.engine:
            if any(done.labels.any() for done in self.blocks()):
                raise EngineError(
                    f"The rows above {block.row} were made with {_facts(self.engine)}; now {_facts(engine)} runs, and "
                    "the map would not be that of one run. Start the job without going on from earlier rows."
                )
            self._close()  # rows of nodata are any engine's: which one runs is settled at its first batch
        try:
            self._open(engine)
            self._store(block)
        except OSError as error:
            raise self._no_room(error) from error

    def _no_room(self, error: OSError) -> RasterIOError:
        return RasterIOError(
            f"The finished rows of '{self._output}' could not be stored beside it ({error.strerror}); expected room "
            "for them. Free disk space or choose another folder."
        )

    def _load(self) -> str:
        """Read and check the journal; returns why its rows cannot be used, or "" where they can or there are none."""
        path = self.folder / "journal"
        if not path.exists():
            return ""
        lines = path.read_bytes().splitlines() if path.stat().st_size < _LONGEST_JOURNAL else []
        entries = [_checked(line) for line in lines]
        whole = entries[: entries.index(None)] if None in entries else entries  # the last line may be torn
        if not whole or whole[0] is None or "state" not in whole[0]:
            return "their journal is damaged"
        found = whole[0]["state"]
        changed = [name for name in {**found, **self._state} if found.get(name) != self._state.get(name)]
        if changed:
            return f"{_words(changed)} changed since"
        self.engine = whole[0]["engine"]
        with open(self.folder / "rows", "rb") as file:
            for record in whole[1:]:
                if record is None or record["row"] != self.next_row or not _is_intact(file, record):
                    break  # what follows a damaged block is made again
                self._records.append(record)
                self.next_row = record["row"] + record["height"]
        return ""

    def _open(self, engine: dict[str, Any]) -> None:
        if self._journal is not None:
            return
        self.folder.mkdir(exist_ok=True)
        self.engine = engine
        # What lies behind the last usable block was torn, and would spoil what is appended.
        end = self._records[-1]["offset"] + self._records[-1]["bytes"] if self._records else 0
        self._rows = FileIO(self.folder / "rows", "r+" if end else "w")
        self._rows.truncate(end)
        self._rows.seek(end)
        self._journal = FileIO(self.folder / "journal.new", "w")
        for entry in ({"state": self._state, "engine": engine}, *self._records):
            _write_all(self._journal, _line(entry))
        self._journal.close()
        patiently(os.replace, self.folder / "journal.new", self.folder / "journal")
        self._journal = FileIO(self.folder / "journal", "a")

    def _store(self, block: RowBlock) -> None:
        if self._rows is None or self._journal is None:
            return
        parts = [block.labels] + ([block.confidence] if self._confidence else [])
        if self._classes and block.probabilities is not None:
            parts.append(block.probabilities)
        packer = zlib.compressobj(_FASTEST)
        packed = b"".join([*(packer.compress(np.ascontiguousarray(part).data) for part in parts), packer.flush()])
        record = {"row": block.row, "height": block.height, "width": block.labels.shape[1]}
        record.update(offset=self._rows.tell(), bytes=len(packed), crc=zlib.crc32(packed))
        _write_all(self._rows, packed)
        _write_all(self._journal, _line(record))
        self._records.append(record)
        self.next_row = block.row + block.height
        if time.monotonic() - self._synced > _SYNC_SECONDS:  # a power cut costs no more than these seconds
            os.fsync(self._rows.fileno())
            os.fsync(self._journal.fileno())
            self._synced = time.monotonic()

    def _unpack(self, record: dict[str, int], data: bytes) -> RowBlock:
        planes: NDArray[np.uint8] = np.frombuffer(data, np.uint8).reshape(-1, record["height"], record["width"])
        first = 2 if self._confidence else 1
        # A map without a confidence raster has no use for the confidence: any plane will do.
        return RowBlock(record["row"], planes[0], planes[first - 1], planes[first:] if self._classes else None)

    def _unlock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
        self._lock = None

    def _close(self) -> None:
        for file in (self._rows, self._journal):
            if file is not None:
                file.close()
        self._rows = self._journal = None


def _lock(folder: Path, output: str) -> Optional[int]:
    """Keep other runs off this folder until it is closed, or until this process ends, however it does.

    None where the file system knows no locks.

    Raises:
        RasterIOError: another run has it.
    """
    try:
        folder.mkdir(exist_ok=True)
        descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o666)
    except OSError:  # storing the first rows will say so
        return None
    try:
        if sys.platform == "win32":
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError) as error:  # Linux and macOS, Windows
        os.close(descriptor)
        raise RasterIOError(
            f"Another run is making '{output}' now; expected one at a time. Wait for its end, or choose another name."
        ) from error
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def _remove_leftovers(folder: Path) -> None:
    """What a killed run left behind; what another program holds open stays, which is no reason to lose the rows."""
    names: list[str] = []
    with suppress(OSError):
        names = (folder / "files").read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    for path in map(Path, names):
        if not is_temporary(path):  # whoever wrote the list, nothing but temporaries is removed
            continue
        beginning = path.name.rpartition(".partial")[0]
        for left in path.parent.glob(f"{escape(beginning)}.partial*"):  # side files and GDAL's own temporaries, too
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
                continue
            with suppress(OSError):
                left.unlink(missing_ok=True)


def _line(entry: dict[str, Any]) -> bytes:
    text = json.dumps(entry, sort_keys=True).encode("ascii")
    return b"%08x %s\n" % (zlib.crc32(text), text)


def _checked(line: bytes) -> Optional[dict[str, Any]]:
    """One entry of the journal, None where its checksum fails."""
    checksum, _, text = line.partition(b" ")
    if checksum != b"%08x" % zlib.crc32(text):
        return None
    entry: dict[str, Any] = json.loads(text)
    return entry


def _is_intact(file: Any, record: dict[str, int]) -> bool:
    file.seek(record["offset"])
    packed = file.read(record["bytes"])
    return len(packed) == record["bytes"] and zlib.crc32(packed) == record["crc"]


def _write_all(file: FileIO, data: bytes) -> None:
    """Unbuffered, so that nothing is left to be written when the file is closed on a full disk."""
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) or 0 :]


def _words(names: list[str]) -> str:
    known = {"format": "the journal's format", "software": "the software's version"}
    return " and ".join(known.get(name, f"the {name}") for name in sorted(names))


def _facts(engine: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in engine.items())
