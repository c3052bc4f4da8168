"""Comparing a network with its authors' answers: manifests, goldens small and full."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from rgbsar_core.models.network import SegmentationNetwork

from .reference import GOLDENS, reference_weights

TOLERANCE = 1e-8
LOSS_TOLERANCE = 1e-9
_EVERY = re.compile(r"^(?P<name>.+)_every_(?P<step>\d+)$")

Shapes = dict[str, tuple[int, ...]]


def read_manifest(shared: Path, network: str, file: str = "manifest.json") -> dict[str, Any]:
    """The manifest beside the full goldens."""
    return json.loads((shared / "reference" / network / file).read_text(encoding="utf-8"))


def manifest_shapes(entries: Iterable[Iterable[Any]], diff: Mapping[str, Any] | None = None) -> Shapes:
    """The authors' key -> shape, from a manifest's state_dict and a case's state_dict_diff."""
    shapes = {entry[0]: tuple(entry[1]) for entry in map(list, entries)}
    for key in (diff or {}).get("absent", ()):
        shapes.pop(key if isinstance(key, str) else key[0])
    for entry in (*(diff or {}).get("changed", ()), *(diff or {}).get("extra", ())):
        shapes[entry[0]] = tuple(entry[1])
    return shapes


def authors_shapes(network: SegmentationNetwork, key_map: Mapping[str, str]) -> Shapes:
    """The authors' key -> shape of a network built by ourselves (on the "meta" device, say)."""
    return {key_map[key]: tuple(tensor.shape) for key, tensor in network.state_dict().items()}


def authors_weights(shapes: Shapes) -> dict[str, torch.Tensor]:
    """The tensors the authors' network held when its goldens were made."""
    return reference_weights(shapes)


def case_inputs(optical: int, sar: int, height: int, width: int, batch: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The images of one golden case, float64."""
    state = np.random.RandomState(20240601)
    shapes = ((batch, bands, height, width) for bands in (optical, sar))
    first, second = (torch.from_numpy(state.standard_normal(shape)) for shape in shapes)
    return first, second


def compare(found: Mapping[str, np.ndarray], golden: Mapping[str, np.ndarray], case: int | str) -> int:
    """Compare every golden array of a case that was found; small goldens may hold every n-th row and column.

    Args:
        found: name without the case's suffix -> array: logits, logits_low, aux, loss ...
        golden: `<name>_<case>` or `<name>_<case>_every_<n>` -> array.
        case: suffix of the golden arrays.

    Returns:
        How many arrays were compared; at least one.
    """
    compared = 0
    for key in golden:
        match = _EVERY.match(key)
        name, step = (match["name"], int(match["step"])) if match else (key, 1)
        if not name.endswith(f"_{case}") or name[: -len(f"_{case}")] not in found:
            continue
        name = name[: -len(f"_{case}")]
        tolerance = LOSS_TOLERANCE if name == "loss" else TOLERANCE
        array = found[name][..., ::step, ::step] if match else found[name]
        np.testing.assert_allclose(array, golden[key], rtol=0, atol=tolerance, err_msg=key)
        compared += 1
    assert compared, f"no golden array for case {case}: {sorted(golden)}"
    return compared


def cut(full: Mapping[str, np.ndarray], keep: Mapping[str, int], target: Path) -> None:
    """Write a small golden file: array name -> step (1 keeps it whole, n every n-th row and column).

    Run by hand when a golden is cut anew; the result stays under 300 kB, which a test checks.
    """
    small = {
        (name if step == 1 else f"{name}_every_{step}"): (full[name] if step == 1 else full[name][..., ::step, ::step])
        for name, step in keep.items()
    }
    np.savez_compressed(target, **small)


def small_golden(network: str) -> Mapping[str, np.ndarray]:
    """The golden of this repository."""
    return np.load(GOLDENS / f"{network}.npz")


def output_of(module: torch.nn.Module, run: Callable[[], Any]) -> Any:
    """What a module inside a network answers while `run` runs."""
    caught: list[Any] = []
    handle = module.register_forward_hook(lambda _module, _inputs, output: caught.append(output))
    try:
        run()
    finally:
        handle.remove()
    return caught[-1]


def with_statistics(modules: Iterable[torch.nn.Module], run: Callable[[], Any]) -> tuple[Any, np.ndarray]:
    """What `run` answers, and a table of (mean, population deviation) of what each module answers meanwhile.

    Taken at the instant a module returns, so before its answer is changed in place.
    """
    rows: dict[int, list[float]] = {}

    def record(place: int) -> Callable[..., None]:
        return lambda _module, _inputs, x: rows.update({place: [float(x.mean()), float(x.std(correction=0))]})

    handles = [module.register_forward_hook(record(place)) for place, module in enumerate(modules)]
    try:
        answer = run()
    finally:
        for handle in handles:
            handle.remove()
    return answer, np.array([rows[place] for place in range(len(handles))])


def outputs_of(modules: Mapping[str, torch.nn.Module], run: Callable[[], Any]) -> tuple[Any, dict[str, torch.Tensor]]:
    """What `run` answers, and what each module answers meanwhile; of several tensors, `<name>_0`, `<name>_1` ..."""
    outputs: dict[str, torch.Tensor] = {}

    def keep(name: str) -> Callable[..., None]:
        def hook(_module: Any, _inputs: Any, output: Any) -> None:
            several = isinstance(output, tuple)
            outputs.update({f"{name}_{i}": x for i, x in enumerate(output)} if several else {name: output})

        return hook

    handles = [module.register_forward_hook(keep(name)) for name, module in modules.items()]
    try:
        answer = run()
    finally:
        for handle in handles:
            handle.remove()
    return answer, outputs


def compare_inside(
    outputs: Mapping[str, torch.Tensor], features: str, golden: Mapping[str, np.ndarray], case: int
) -> None:
    """Compare the maps inside a network of the ASANet repository with every such array of a golden.

    Args:
        outputs: the authors' name of a statistic -> the whole map, layout free.
        features: pattern of the names of the four maps handed to the heads, (N, C, H, W): "fused{}" for fused1 ...
        golden: `stat_<case>_<name>` (mean, deviation, extremes), `probe_<case>_feat<i>`, `feat_<case>_<i>`.
        case: of the golden.
    """
    found = {}
    for name, x in outputs.items():
        found[f"stat_{case}_{name}"] = np.array([x.mean(), x.std(correction=0), x.min(), x.max()])
    for i in range(4):
        x = outputs[features.format(i + 1)]
        found[f"probe_{case}_feat{i}"] = x.flatten()[:16].numpy()
        found[f"feat_{case}_{i}"] = x.numpy()
    held = [key for key in golden if key.startswith((f"stat_{case}_", f"probe_{case}_", f"feat_{case}_"))]
    assert {f"stat_{case}_{name}" for name in outputs} <= set(held)
    for key in held:
        expected = golden[key][:4] if key.startswith("stat_") else golden[key]  # the shape follows the numbers
        np.testing.assert_allclose(found[key], expected, rtol=0, atol=TOLERANCE, err_msg=key)
