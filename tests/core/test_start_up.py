"""Starting must not cost what is not needed: the causes of a slow start, rather than a clock."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from rgbsar_core.engine.model_file import save_model
from rgbsar_core.registry import create_network
from tests.rasters import model_card

HEAVY = {"torch", "osgeo", "tqdm", "safetensors", "openvino", "dask", "distributed", "lightning"}


def in_a_child(program: str, repository: Path) -> object:
    """What the program prints last, as JSON."""
    command = [sys.executable, "-c", textwrap.dedent(program)]
    finished = subprocess.run(command, capture_output=True, text=True, check=True, cwd=repository)
    return json.loads(finished.stdout.splitlines()[-1])


@pytest.mark.parametrize("command", ["classify", "benchmark", "accuracy", "refine", "prepare-sar"])
def test_the_help_of_a_command_imports_no_heavy_package(command: str, repository: Path) -> None:
    imported = in_a_child(
        f"""
        import json, sys
        from rgbsar_core.cli import main
        try:
            main(["{command}", "--help"])
        except SystemExit:
            pass
        print(json.dumps(sorted({{name.split(".")[0] for name in sys.modules}})))
        """,
        repository,
    )
    assert isinstance(imported, list)
    assert not HEAVY & set(imported)


@pytest.mark.skipif(sys.platform != "linux", reason="reads memory from /proc")
def test_loading_a_model_takes_memory_for_its_numbers_once(tmp_path: Path, repository: Path) -> None:
    card = model_card()
    shape = {"optical_channels": 3, "sar_channels": 2, "num_classes": len(card.legend)}
    paths = []
    for size in ("atto", "pico"):  # the small one first: it brings in what is imported once
        paths.append(tmp_path / f"{size}.safetensors")
        own_card = dataclasses.replace(card, network="asanet", network_parameters={"size": size})
        save_model(paths[-1], create_network("asanet", **shape, size=size), own_card)
    before, loaded, numbers = in_a_child(  # type: ignore[misc]
        f"""
        import json
        from rgbsar_core.engine.model_file import load_model

        def own_memory():  # what is not a page of a file
            lines = open("/proc/self/status").read().splitlines()
            return int(next(line for line in lines if line.startswith("RssAnon")).split()[1]) * 1024

        small, card = load_model({str(paths[0])!r})
        before = own_memory()
        network, card = load_model({str(paths[1])!r})
        print(json.dumps([before, own_memory(), sum(p.nbytes for p in network.parameters())]))
        """,
        repository,
    )
    file_bytes = paths[1].stat().st_size
    assert numbers > 0.9 * file_bytes
    assert loaded - before < 1.2 * file_bytes


def test_no_network_makes_torch_import_its_compiler(repository: Path) -> None:
    """That takes longer than all the rest of loading a model; random numbers for tensors without memory ask for it."""
    imported = in_a_child(
        """
        import importlib, json, sys
        from rgbsar_core.models.weights import build_without_memory
        from rgbsar_core.networks import list_networks
        shape = {"optical_channels": 3, "sar_channels": 1, "num_classes": 6}
        for info in list_networks():
            build_without_memory(importlib.import_module("rgbsar_core.models." + info.name).build, shape)
        print(json.dumps(sorted(sys.modules)))
        """,
        repository,
    )
    assert isinstance(imported, list)
    assert "torch" in imported
    assert "torch._dynamo" not in imported
