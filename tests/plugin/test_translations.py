"""The interface in German, Spanish, French and Chinese: complete, well-formed, and shown when QGIS speaks it."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytestmark = pytest.mark.qgis

LANGUAGES = ("de", "es", "fr", "zh")
SHOW_NAMES = """
import sys
from qgis.core import QgsApplication, QgsSettings
application = QgsApplication([], False)
application.initQgis()
QgsSettings().setValue("locale/overrideFlag", True)
QgsSettings().setValue("locale/userLocale", sys.argv[1])
application.setTranslation("".join(sys.argv[2:]))
from qgis_plugin import classFactory
plugin = classFactory(None)
plugin.initProcessing()
algorithm = application.processingRegistry().algorithmById("rgbsar:classify")
print(algorithm.displayName(), "|", algorithm.parameterDefinition("OPTICAL").description())
plugin.unload()
application.exitQgis()
"""


@pytest.fixture(scope="module")
def tool(repository: Path) -> ModuleType:
    """``tools/translations.py``."""
    spec = importlib.util.spec_from_file_location("translations", repository / "tools" / "translations.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def texts(provider: Any, tool: ModuleType) -> list[str]:
    return tool.source_texts()


def tags(text: str) -> Counter[str]:
    return Counter(re.findall(r"</?\w+>", text))


def test_texts_are_found_wherever_they_stand(texts: list[str]) -> None:
    """A literal, a table's entry, a concatenation, a constant, and a sentence said only during a run."""
    assert "Classify land cover (optical + SAR)" in texts
    assert "Decibels" in texts
    assert any(text.startswith("land cover,land use,") and text.endswith(",raster") for text in texts)
    assert any(text.startswith("No Python with PyTorch (torch) is known") for text in texts)
    assert "Nothing was written." in texts


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language: str, texts: list[str], tool: ModuleType) -> None:
    """``make translations`` merges new texts into the files and lists them."""
    known = tool.read(tool.file_of(language))
    assert [text for text in texts if not known.get(text)] == []
    assert sorted(set(known) - set(texts)) == [], "these are no longer shown"


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_placeholders_and_tags(language: str, tool: ModuleType) -> None:
    for text, translation in tool.read(tool.file_of(language)).items():
        assert text.count("{}") == translation.count("{}"), translation
        assert tags(text) == tags(translation), translation


@pytest.mark.parametrize("language", LANGUAGES)
def test_file_filters_stay_filters(language: str, tool: ModuleType) -> None:
    for text, translation in tool.read(tool.file_of(language)).items():
        assert re.findall(r"\(\*\S*\)", text) == re.findall(r"\(\*\S*\)", translation)


@pytest.mark.parametrize("language", LANGUAGES)
def test_qt_reads_every_translation_from_the_compiled_file(language: str, qgis: Any, tool: ModuleType) -> None:
    from qgis.PyQt.QtCore import QCoreApplication, QTranslator

    tool.compile_all()
    translator = QTranslator()
    assert translator.load(str(tool.file_of(language).with_suffix(".qm")))
    known = {text: translation for text, translation in tool.read(tool.file_of(language)).items() if translation}
    QCoreApplication.installTranslator(translator)
    try:
        read = {text: QCoreApplication.translate("RgbSar", text) for text in known}
        foreign = QCoreApplication.translate("Another plugin", "Speckle filter")
    finally:
        QCoreApplication.removeTranslator(translator)
    assert read == known
    assert foreign == "Speckle filter"


@pytest.mark.parametrize(
    ("locale", "shown"),
    [
        ("de", "Bodenbedeckung klassifizieren (optisch + SAR) | Optischer Layer"),
        ("fr", "Classer l'occupation du sol (optique + SAR) | Couche optique"),
        ("es", "Clasificar cobertura del suelo (óptico + SAR) | Capa óptica"),
        ("zh-Hans", "土地覆盖分类（光学 + SAR） | 光学图层"),
        ("zh-Hant", "Classify land cover (optical + SAR) | Optical layer"),
        ("nl", "Classify land cover (optical + SAR) | Optical layer"),
    ],
)
def test_interface_speaks_the_language_of_qgis(
    locale: str, shown: str, repository: Path, tool: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a process of its own: a translator cannot be taken back from what already asked for its texts."""
    assert shown_names(repository, tool, tmp_path, monkeypatch, locale) == shown


def test_language_qgis_is_started_with_goes_before_that_of_its_settings(
    repository: Path, tool: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in ``qgis --lang de``."""
    shown = "Bodenbedeckung klassifizieren (optisch + SAR) | Optischer Layer"
    assert shown_names(repository, tool, tmp_path, monkeypatch, "fr", "de") == shown


def shown_names(repository: Path, tool: ModuleType, profile: Path, monkeypatch: Any, *languages: str) -> str:
    """What a QGIS of its own shows, whose settings have the first language and which was started with the second."""
    tool.compile_all()
    monkeypatch.setenv("QGIS_CUSTOM_CONFIG_PATH", str(profile))
    finished = subprocess.run(
        [sys.executable, "-c", SHOW_NAMES, *languages], cwd=repository, capture_output=True, text=True, timeout=60
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout.splitlines()[-1]
