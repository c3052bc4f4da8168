"""metadata.txt, pyproject.toml and CHANGELOG.md say the same as the code, in the form QGIS and its plugin site want."""

from __future__ import annotations

import ast
import configparser
import re
import sys
from pathlib import Path

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # comes with pytest there


@pytest.fixture
def metadata(repository: Path) -> configparser.SectionProxy:
    parser = configparser.ConfigParser()  # as QGIS reads it: a stray % or a line without # fails here
    parser.read(repository / "metadata.txt", encoding="utf-8")
    return parser["general"]


@pytest.fixture
def project(repository: Path) -> dict:
    return tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))


def core_version(repository: Path) -> str:
    tree = ast.parse((repository / "rgbsar_core" / "__init__.py").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__version__":
            return ast.literal_eval(node.value)
        if isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") == "__version__":
            return ast.literal_eval(node.value)
    raise LookupError("rgbsar_core has no __version__")


def test_there_is_one_version(metadata, project, repository):
    assert metadata["version"] == core_version(repository)
    assert project["project"]["dynamic"] == ["version"]
    assert project["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "rgbsar_core.__version__"}


def test_newest_release_in_the_changelog_is_the_version(metadata, repository):
    headings = re.findall(r"^## \[(.+?)\]", (repository / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert headings[0] == "Unreleased"
    assert headings[1] == metadata["version"]


@pytest.mark.parametrize(
    "key",
    "name description version qgisMinimumVersion author email about tracker repository homepage icon tags".split(),
)
def test_metadata_has_what_the_plugin_site_requires(metadata, key):
    assert metadata[key].strip()


def test_one_source_serves_qgis_3_22_to_4(metadata):
    assert metadata["qgisMinimumVersion"] == "3.22"
    assert metadata["qgisMaximumVersion"] == "4.99"
    assert "supportsQt6" not in metadata  # removed from QGIS; the maximum version says it


def test_qgis_process_may_load_the_provider(metadata):
    assert metadata["hasProcessingProvider"] == "yes"


def test_about_states_the_external_dependencies(metadata):
    assert "torch" in metadata["about"] and "External dependencies" in metadata["about"]


def test_version_is_three_numbers(metadata):
    assert re.fullmatch(r"\d+\.\d+\.\d+", metadata["version"])


def test_icon_is_in_the_plugin(metadata, repository):
    assert (repository / "qgis_plugin" / metadata["icon"]).is_file()


def test_name_does_not_repeat_the_word_plugin(metadata):
    assert "plugin" not in metadata["name"].lower()


def test_licence_is_the_text_of_gpl_2(repository):
    text = (repository / "LICENSE").read_text(encoding="utf-8")
    assert "GNU GENERAL PUBLIC LICENSE" in text and "Version 2, June 1991" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_pip_installs_every_package(project, repository):
    installed_names = {"rgbsar_core": "rgbsar_core", "training": "rgbsar_training"}
    expected = set()
    for folder, name in installed_names.items():
        for init in (repository / folder).rglob("__init__.py"):
            expected.add(".".join((name, *init.parent.relative_to(repository / folder).parts)))
    assert set(project["tool"]["setuptools"]["packages"]) == expected


def test_every_folder_with_python_files_is_a_package(repository):
    for top in ("rgbsar_core", "qgis_plugin", "training"):
        folders = {path.parent for path in (repository / top).rglob("*.py")}
        assert [folder for folder in folders if not (folder / "__init__.py").is_file()] == []
    assert not (repository / "__init__.py").exists()


def test_requirements_agree_with_the_extras(project, repository):
    lines = (repository / "requirements" / "development.txt").read_text(encoding="utf-8").splitlines()
    required = {line.split(";")[0].strip() for line in lines if line and not line.startswith("#")}
    extras = project["project"]["optional-dependencies"]
    for requirement in [*extras["training"], *extras["dev"]]:
        if not requirement.startswith("rgbsar-landcover"):
            assert requirement in required
