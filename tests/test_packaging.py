"""The built zip: what is in it, and that it works in a QGIS that knows neither this repository nor torch."""

from __future__ import annotations

import configparser
import json
import os
import shutil
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

FOLDER = "rgbsar_landcover"
SITE_LIMIT_BYTES = 25 * 1024 * 1024


def package(repository: Path, action: str, build: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "tools/package.py", action, "--build", str(build)]
    return subprocess.run(command, cwd=repository, capture_output=True, text=True, env={**os.environ, **environment})


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    build = tmp_path_factory.mktemp("build with space é")
    run = package(repository, "zip", build)
    assert run.returncode == 0, run.stderr
    (archive,) = build.glob("*.zip")
    return archive


@pytest.fixture(scope="module")
def plugins(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plugins")
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder)
    return folder


@pytest.fixture(scope="module")
def loaded(plugins: Path, repository: Path, tmp_path_factory: pytest.TempPathFactory) -> dict:
    """What a child process reports that loads the zip: system Python, torch hidden, repository off the path."""
    python = Path(sys.base_prefix) / "bin" / "python3"
    away = tmp_path_factory.mktemp("away")
    environment = {
        **os.environ,
        "HOME": str(away),
        "QGIS_CUSTOM_CONFIG_PATH": str(away / "profile"),
        "RGBSAR_RUNTIME_DIR": str(away / "no runtime here"),
        "QT_QPA_PLATFORM": "offscreen",
    }
    script = repository / "tests" / "load_built_plugin.py"
    command = [str(python), "-I", str(script), str(plugins), str(repository / "tests" / "shadow")]
    run = subprocess.run(command, cwd=away, env=environment, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout.splitlines()[-1])


def names(archive: Path) -> list[str]:
    with zipfile.ZipFile(archive) as packed:
        return packed.namelist()


def test_zip_has_one_folder_with_what_qgis_needs(archive):
    assert {name.split("/")[0] for name in names(archive)} == {FOLDER}
    needed = {"__init__.py", "metadata.txt", "LICENSE", "CHANGELOG.md", "provider.py", "rgbsar_core/__init__.py"}
    needed |= {"rgbsar_training/__init__.py", "rgbsar_training/train_job.py", "rgbsar_training/datasets/packed.py"}
    assert {f"{FOLDER}/{name}" for name in needed} <= set(names(archive))


def test_zip_has_exactly_one_metadata_file(archive):
    """QGIS installs the folder of the first metadata.txt it finds."""
    assert [name for name in names(archive) if name.endswith("metadata.txt")] == [f"{FOLDER}/metadata.txt"]


def test_zip_carries_nothing_compiled_hidden_or_trained(archive):
    for name in names(archive):
        assert not name.endswith((".pyc", ".so", ".dll", ".safetensors", ".sh"))
        assert not any(part.startswith((".", "__pycache__", "tests", "training")) for part in name.split("/"))


def test_zip_is_small_enough_for_the_plugin_site(archive):
    assert archive.stat().st_size <= SITE_LIMIT_BYTES


def test_same_sources_give_the_same_zip(archive, tmp_path, repository):
    assert package(repository, "zip", tmp_path).returncode == 0
    assert (tmp_path / archive.name).read_bytes() == archive.read_bytes()


def test_packaged_metadata_has_the_changelog(plugins):
    parser = configparser.ConfigParser()
    parser.read(plugins / FOLDER / "metadata.txt", encoding="utf-8")
    changelog = parser["general"]["changelog"]
    assert changelog.startswith(parser["general"]["version"])
    assert "rgbsar:classify" in changelog


def test_plugin_sites_scanners_find_nothing(plugins, repository):
    command = [sys.executable, str(repository / "tools" / "scan.py"), str(plugins / FOLDER)]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


def test_scanners_do_find_what_the_site_blocks(tmp_path, repository):
    folder = tmp_path / "bad"
    folder.mkdir()
    for name in ("metadata.txt", "LICENSE"):
        (folder / name).write_text("")
    (folder / "__init__.py").write_text('assert True\nfirst_token = "abc"\nkey = "' + "3b7e8f9a0c1d2e4f" * 4 + '"\n')
    command = [sys.executable, str(repository / "tools" / "scan.py"), str(folder)]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 1
    assert "B101" in run.stdout and "B105" in run.stdout and "Hex High Entropy String" in run.stdout


@pytest.mark.qgis
def test_zip_loads_without_torch_and_lists_its_algorithms(loaded):
    assert {"rgbsar:classify", "rgbsar:runtime", "rgbsar:trainmodel"} <= set(loaded["algorithms"])
    assert loaded["without_parameters"] == [] and loaded["without_help"] == []
    assert not loaded["torch_imported"]


@pytest.mark.slow
def test_training_in_the_zip_is_complete_and_needs_no_gdal(plugins, tmp_path):
    code = (
        "import sys; sys.modules['osgeo'] = None; sys.path.insert(0, sys.argv[1]); import rgbsar_training.job as job; "
        "print('\\n'.join(m.__file__ for n, m in sys.modules.items() if n.startswith('rgbsar_') and m.__file__))"
    )
    command = [sys.executable, "-I", "-c", code, str(plugins / FOLDER)]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    assert [file for file in run.stdout.split("\n")[:-1] if not Path(file).is_relative_to(plugins)] == []


@pytest.mark.qgis
def test_zip_uses_only_its_own_files(loaded, plugins):
    assert Path(loaded["core"]).parent == plugins / FOLDER / "rgbsar_core"
    assert [file for file in loaded["files"] if not Path(file).is_relative_to(plugins)] == []


@pytest.mark.qgis
def test_where_there_is_no_torch_the_runtime_says_what_to_do(loaded):
    assert "Traceback" not in loaded["status"]
    assert "torch" in loaded["status"]
    assert "managed environment" in loaded["status"] or "interpreter" in loaded["status"]


@pytest.mark.qgis
def test_unload_leaves_nothing_behind(loaded):
    assert loaded["modules_left"] == []
    assert not loaded["provider_left"]


@pytest.mark.skipif(sys.platform == "win32", reason="symbolic links need a privilege on Windows")
def test_link_lays_the_working_tree_out_as_the_zip(tmp_path, repository, archive):
    run = package(repository, "link", tmp_path / "build", QGIS_CUSTOM_CONFIG_PATH=str(tmp_path / "qgis"))
    assert run.returncode == 0, run.stderr
    linked = tmp_path / "qgis" / "profiles" / "default" / "python" / "plugins" / FOLDER
    assert linked.is_symlink()
    for name in names(archive):
        assert (linked.parent / name).is_file()
    assert (linked / "rgbsar_core").resolve() == repository / "rgbsar_core"


def test_link_never_replaces_an_installed_plugin(tmp_path, repository):
    installed = tmp_path / "qgis" / "profiles" / "default" / "python" / "plugins" / FOLDER
    installed.mkdir(parents=True)
    (installed / "metadata.txt").write_text("mine")
    run = package(repository, "link", tmp_path / "build", QGIS_CUSTOM_CONFIG_PATH=str(tmp_path / "qgis"))
    assert run.returncode == 1
    assert "Uninstall it in QGIS" in run.stderr
    assert (installed / "metadata.txt").read_text() == "mine"


@pytest.mark.slow
def test_wheel_maps_training_and_carries_the_recipes(tmp_path, repository):
    source = tmp_path / "source"
    skip = shutil.ignore_patterns("__pycache__")
    for folder in ("rgbsar_core", "training"):
        shutil.copytree(repository / folder, source / folder, ignore=skip)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copyfile(repository / name, source / name)
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "-q",
        "-w",
        str(tmp_path),
        ".",
    ]
    run = subprocess.run(command, cwd=source, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    (wheel,) = tmp_path.glob("*.whl")
    held = names(wheel)
    assert {"rgbsar_core/cli.py", "rgbsar_training/train.py"} <= set(held)
    assert any(name.startswith("rgbsar_training/recipes/") and name.endswith(".yaml") for name in held)
    assert not any(name.startswith(("training/", "tests/", "qgis_plugin/")) for name in held)


@pytest.mark.parametrize("script", ["tools/set_up.sh", ".ci/run"])
def test_scripts_are_executable(repository, script):
    assert (repository / script).stat().st_mode & stat.S_IXUSR
