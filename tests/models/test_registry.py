"""The table of networks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import rgbsar_core
from rgbsar_core.errors import UnknownModelError
from rgbsar_core.models.asanet import MINIMUM_SIDE, VARIANTS
from rgbsar_core.models.encoders.convnext_v2 import SIZES
from rgbsar_core.networks import list_networks, network_info


def test_unknown_name_is_answered_with_close_matches_and_the_list() -> None:
    with pytest.raises(UnknownModelError, match="'asnet'.*knows: asanet.*Did you mean asanet"):
        rgbsar_core.create_network("asnet", optical_channels=3, sar_channels=1, num_classes=5)


def test_networks_are_listed_without_torch(repository: Path) -> None:
    code = (
        "import sys; sys.modules['torch'] = None; import rgbsar_core\n"
        "from rgbsar_core.errors import MissingDependencyError\n"
        "print([info.name for info in rgbsar_core.list_networks()])\n"
        "try: rgbsar_core.create_network('asanet', optical_channels=3, sar_channels=1, num_classes=5)\n"
        "except MissingDependencyError as error: print(error)\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=repository, capture_output=True, text=True, check=True
    ).stdout
    assert "'asanet'" in answer
    assert "Install torch" in answer


def test_table_agrees_with_the_network() -> None:
    info = network_info("asanet")
    assert info.options["size"] == tuple(SIZES)
    assert info.options["variant"] == tuple(VARIANTS)
    assert info.minimum_size == MINIMUM_SIDE


def test_names_are_unique_and_every_paper_has_a_doi() -> None:
    names = [info.name for info in list_networks()]
    assert len(set(names)) == len(names)
    assert all(info.doi.startswith("10.") for info in list_networks())
