"""One tiny set of scenes for the whole folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from .scenes_on_disk import write_scenes


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with `scenes/`, `scenes.csv` and `recipe.yaml`; not to be written to."""
    folder = tmp_path_factory.mktemp("tiny set")
    write_scenes(folder)
    return folder
