"""The walls between the packages and the layers inside the core, read from the imports of every file."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Container, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
SHIPPED = ("rgbsar_core", "qgis_plugin", "training")

# Layer of each module or folder below rgbsar_core (the longest matching prefix counts): lower never imports higher.
LAYERS = {
    "errors": 0, "legend": 0, "model_card": 0, "stac_mlm": 0, "results": 0, "networks": 0, "registry": 0,
    "card_text": 0, "model_store": 0, "class_colors": 0, "page": 0,
    "missing_layer": 0, "callbacks": 0, "patience": 0,
    "strips": 1, "tiling": 1, "radiometry": 1, "metrics": 1, "parameters": 1, "class_matching": 1, "charts": 1,
    "accuracy.area_estimates": 1, "accuracy.sample_design": 1, "accuracy.sample_record": 1,
    "accuracy.stratified_estimates": 1,
    "maps.majority": 1, "maps.regions": 1, "maps.region_merging": 1, "maps.outlines": 1, "maps.common_legend": 1,
    "maps.refine_job": 1, "maps.compare_job": 1,
    "alignment.matching": 1, "alignment.job": 1,
    "sar.speckle": 1, "sar.windows": 1, "sar.strips": 1, "sar.preparation": 1,
    "gpu_kernels": 1, "trial_kernel": 1,
    "raster": 2, "models": 2, "engine": 2, "worker": 2,
    "job_state": 3, "pipeline": 3, "resume": 3,
    "classify": 3, "dataset": 3, "cluster": 3, "cluster_slabs": 3, "cluster_connection": 3,
    "report": 3, "benchmark": 3, "limits": 3, "text_files": 3,
    "accuracy": 3, "maps": 3, "sar": 3,
    "alignment": 3,
    "model_training": 3,
    "terminal": 4, "commands": 4, "cli": 4,
}  # fmt: skip
# What a module or folder may import beyond the standard library; the longest matching prefix counts.
THIRD_PARTY = {
    "": set(),
    "strips": {"numpy"}, "tiling": {"numpy"}, "radiometry": {"numpy"}, "metrics": {"numpy"}, "parameters": {"numpy"},
    "charts": {"numpy"}, "accuracy": {"numpy"}, "maps": {"numpy"}, "sar": {"numpy"},
    "accuracy.sample_file": {"numpy", "osgeo"}, "accuracy.reference": {"numpy", "osgeo"},
    "maps.polygons": {"numpy", "osgeo"},
    "alignment": {"numpy"},
    "raster": {"numpy", "osgeo"},
    "models": {"torch"},
    "models.fused.kernels": {"triton"}, "models.fused.head_kernels": {"triton"},
    "models.fused.joint_kernels": {"triton"}, "engine.kernels": {"triton"},
    "gpu_kernels": {"torch"}, "trial_kernel": {"triton"},
    "engine": {"numpy", "torch", "safetensors", "openvino"},
    "engine.protocol": {"numpy"}, "engine.remote": {"numpy"}, "engine.interpreter": {"numpy"},
    "engine.ring": {"numpy"}, "engine.deepness": set(), "engine.onnx_export": {"torch", "onnxruntime"},
    "classify": {"numpy"}, "dataset": {"numpy"}, "report": {"numpy"},
    "benchmark": {"numpy", "torch"},
    "limits": {"torch"},
    "worker": {"numpy", "torch"},
    "resume": {"numpy"},
    "cluster": {"distributed"}, "cluster_connection": {"distributed", "dask_cuda"},
    "terminal": {"tqdm"},
    "model_training": {"numpy"},
}  # fmt: skip
QGIS_THIRD_PARTY = {"qgis", "osgeo", "numpy", "processing"}
LONGEST_FILE = 500  # lines; longer ones say why in their docstring


@dataclass(frozen=True)
class Import:
    """One imported module: its absolute name, and whether it is imported at start or inside a function."""

    name: str
    line: int
    relative: bool
    lazy: bool


def python_files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (REPOSITORY / folder).rglob("*.py"))


def module_name(path: Path) -> str:
    parts = path.relative_to(REPOSITORY).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path) -> list[Import]:
    package = module_name(path).split(".")
    if path.name != "__init__.py":
        package = package[:-1]
    return list(_walk(ast.parse(path.read_text(encoding="utf-8")), package, lazy=False))


def _walk(node: ast.AST, package: list[str], lazy: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            continue  # never runs
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(alias.name, child.lineno, False, lazy)
        elif isinstance(child, ast.ImportFrom):
            base = package[: len(package) - child.level + 1] if child.level else []
            module = ".".join([*base, *([child.module] if child.module else [])])
            for alias in child.names:
                yield Import(f"{module}.{alias.name}", child.lineno, child.level > 0, lazy)
        else:
            inside = lazy or isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
            yield from _walk(child, package, inside)


def where(path: Path, imported: Import) -> str:
    return f"{path.relative_to(REPOSITORY)}:{imported.line} imports {imported.name}"


def longest_prefix(name: str, table: Container[str]) -> str:
    """rgbsar_core.raster.grid.Grid -> raster; '' where the table has nothing of it."""
    inside = name.split(".")[1:]
    prefixes = (".".join(inside[:length]) for length in range(len(inside), 0, -1))
    return next((prefix for prefix in prefixes if prefix in table), "")


def core_part(name: str) -> str:
    return longest_prefix(name, LAYERS)


def is_standard(name: str) -> bool:
    top = name.split(".")[0]
    return top in sys.stdlib_module_names or top == "__future__"


def test_core_imports_neither_qgis_nor_the_other_packages():
    forbidden = {"qgis", "PyQt5", "PyQt6", "qgis_plugin", "training", "rgbsar_training", "processing"}
    found = [
        where(path, imported)
        for path in python_files("rgbsar_core")
        for imported in imports_of(path)
        if imported.name.split(".")[0] in forbidden
    ]
    assert found == []


def test_every_core_module_has_a_layer():
    names = {
        path.relative_to(REPOSITORY / "rgbsar_core").parts[0].removesuffix(".py")
        for path in python_files("rgbsar_core")
    }
    assert names - {"__init__", "__main__"} - set(LAYERS) == set(), "give it a layer in LAYERS"


def test_lower_core_layers_never_import_higher_ones():
    """Only the registry and the package itself reach up, inside functions: they build what was asked for by name."""
    found = []
    for path in python_files("rgbsar_core"):
        part = core_part(module_name(path))
        for imported in imports_of(path):
            target = core_part(imported.name) if imported.name.startswith("rgbsar_core") else ""
            if not target or (part in ("", "registry") and imported.lazy):
                continue
            if LAYERS[target] > LAYERS.get(part, 0):
                found.append(where(path, imported))
    assert found == []


@pytest.mark.parametrize(
    ("part", "others"),
    [
        ("raster", {"models", "engine", "worker"}),
        ("models", {"raster", "engine", "worker"}),
        ("engine", {"raster"}),
        ("worker", {"raster"}),
    ],
)
def test_raster_models_and_engine_know_nothing_of_each_other(part, others):
    """The engine asks the registry for a network; it never imports one."""
    files = [path for path in python_files("rgbsar_core") if core_part(module_name(path)) == part]
    found = [
        where(path, imported)
        for path in files
        for imported in imports_of(path)
        if imported.name.startswith("rgbsar_core") and core_part(imported.name) in others
    ]
    assert found == []


def test_core_imports_only_the_libraries_of_its_layer():
    found = []
    for path in python_files("rgbsar_core"):
        allowed = THIRD_PARTY[longest_prefix(module_name(path), THIRD_PARTY)]
        for imported in imports_of(path):
            top = imported.name.split(".")[0]
            if top != "rgbsar_core" and not is_standard(imported.name) and top not in allowed:
                found.append(where(path, imported))
    assert found == []


def test_importing_the_core_imports_nothing_heavy():
    path = REPOSITORY / "rgbsar_core" / "__init__.py"
    assert [
        where(path, imported) for imported in imports_of(path) if not imported.lazy and not is_standard(imported.name)
    ] == []


def core_files_reached_from(*names: str) -> set[Path]:
    """Every core file that importing these modules runs (imports inside functions do not run)."""
    reached: set[Path] = set()
    waiting = list(names)
    while waiting:
        parts = waiting.pop().split(".")
        for length in range(1, len(parts) + 1):
            base = REPOSITORY.joinpath(*parts[:length])
            for path in (base / "__init__.py", base.with_suffix(".py")):
                if path.is_file() and path not in reached:
                    reached.add(path)
                    waiting += [imported.name for imported in imports_of(path) if not imported.lazy]
    return {path for path in reached if path.is_relative_to(REPOSITORY / "rgbsar_core")}


def core_modules_of_the_plugin() -> list[str]:
    """What the plugin asks `core_link.core_module` for."""
    texts = [path.read_text(encoding="utf-8") for path in python_files("qgis_plugin")]
    return sorted({name for text in texts for name in re.findall(r'core_module\(\s*"([\w.]+)"', text)})


@pytest.mark.parametrize(
    "name",
    core_modules_of_the_plugin() + ["engine.protocol", "raster", "cli"],
)
def test_what_qgis_imports_of_the_core_reaches_no_torch(name):
    heavy = {"torch", "safetensors", "openvino"}
    reached = core_files_reached_from(f"rgbsar_core.{name}")
    assert any(module_name(path) == f"rgbsar_core.{name}" for path in reached)
    found = [
        where(path, imported)
        for path in reached
        for imported in imports_of(path)
        if not imported.lazy and imported.name.split(".")[0] in heavy
    ]
    assert found == []


def test_plugin_never_imports_torch_and_needs_only_what_qgis_has():
    found = [
        where(path, imported)
        for path in python_files("qgis_plugin")
        for imported in imports_of(path)
        if not imported.relative
        and not is_standard(imported.name)
        and imported.name.split(".")[0] not in QGIS_THIRD_PARTY
        and not (path.name == "core_link.py" and imported.name.startswith("rgbsar_core"))
    ]
    assert found == []


def test_plugin_imports_qt_through_qgis():
    found = [
        where(path, imported)
        for path in python_files("qgis_plugin")
        for imported in imports_of(path)
        if imported.name.split(".")[0] in {"PyQt5", "PyQt6", "sip"}
    ]
    assert found == []


def test_only_core_link_reaches_the_core():
    found = [
        where(path, imported)
        for path in python_files("qgis_plugin")
        for imported in imports_of(path)
        if "rgbsar_core" in imported.name.split(".") and path.name != "core_link.py"
    ]
    assert found == []


def test_training_uses_the_core_and_never_qgis():
    found = [
        where(path, imported)
        for path in python_files("training")
        for imported in imports_of(path)
        if imported.name.split(".")[0] in {"qgis", "qgis_plugin", "PyQt5", "PyQt6"}
    ]
    assert found == []


def test_packages_import_their_own_files_relatively():
    """Each works under two names: rgbsar_core also inside the plugin, training also as rgbsar_training."""
    found = [
        where(path, imported)
        for folder in SHIPPED
        for path in python_files(folder)
        for imported in imports_of(path)
        if not imported.relative and imported.name.split(".")[0] == folder and path.name != "core_link.py"
    ]
    assert found == []


def test_shipped_code_neither_prints_nor_asserts():
    """The plugin site blocks assert, python -O drops it, and a print in the worker would spoil its protocol."""
    found = []
    for path in python_files("rgbsar_core", "qgis_plugin"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_print = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print"
            if is_print or isinstance(node, ast.Assert):
                found.append(f"{path.relative_to(REPOSITORY)}:{node.lineno}")
    assert found == []


def test_no_exception_is_swallowed_whole():
    found = []
    for path in python_files("rgbsar_core", "qgis_plugin"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ExceptHandler) and (
                node.type is None or getattr(node.type, "id", "") == "Exception"
            ):
                if not any(isinstance(inner, ast.Raise) for inner in ast.walk(node)):
                    found.append(f"{path.relative_to(REPOSITORY)}:{node.lineno}")
    assert found == []


def test_every_shipped_file_says_what_it_is_for():
    found = [
        str(path.relative_to(REPOSITORY))
        for path in python_files(*SHIPPED)
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert found == []


def test_no_file_is_longer_than_can_be_read_in_one_go():
    lengths = {
        path: len(path.read_text(encoding="utf-8").splitlines()) for path in python_files(*SHIPPED, "tests", "tools")
    }
    assert [
        f"{path.relative_to(REPOSITORY)}: {lines} lines" for path, lines in lengths.items() if lines > LONGEST_FILE
    ] == []


def test_no_path_of_one_machine_is_written_down():
    pattern = re.compile(r"""["' ](/root\b|/home/\w+/|C:\\\\Users)""")
    found = [
        f"{path.relative_to(REPOSITORY)}:{number}"
        for path in [*python_files(*SHIPPED, "tools"), REPOSITORY / "Makefile"]
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if pattern.search(line)
    ]
    assert found == []
