"""Checkpoints that are whole or not there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from lightning.pytorch.plugins.io import TorchCheckpointIO


class WholeFileCheckpointIO(TorchCheckpointIO):
    """Writes beside the final name and renames: a full disk or a power cut leaves the older checkpoint."""

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: str | os.PathLike[str], storage_options: Any = None
    ) -> None:
        """Write one checkpoint.

        Raises:
            OSError: there is no room, or the folder cannot be written to; the older file stays.
        """
        part = Path(path).with_name(Path(path).name + ".part")
        try:
            super().save_checkpoint(checkpoint, part, storage_options)
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)
