"""``rgbsar:checktrainingdata``: what is wrong with a folder of training data, before an hour is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Optional

from qgis.core import (
    QgsProcessingOutputNumber,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
)

from .. import core_link, sources
from .. import feedback as reporting
from .base import RgbSarAlgorithm


class CheckTrainingDataAlgorithm(RgbSarAlgorithm):
    """Sizes, pairs, labels, lists, balance, statistics and shift of a data set."""

    FOLDER, VALUES, IGNORE, PICTURES, REPORT = "FOLDER", "VALUES", "IGNORE", "PICTURES", "REPORT"
    OPTICAL_FOLDER, SAR_FOLDER, LABEL_FOLDER = "OPTICAL_FOLDER", "SAR_FOLDER", "LABEL_FOLDER"
    ICON = "check_data.svg"
    DESCRIPTION = (
        "<p>Reads every tile of a training data set and says what would spoil training or make it suffer: missing or "
        "unreadable files, sizes and places that differ, labels outside the class list, samples in two lists, "
        "neighbours on both sides of a split, empty or constant images, NaN, rare or missing classes, SAR that does "
        "not lie on the optical image.</p>"
        "<p>Folders of <i>Create training data</i> and folders in ASANet's or AMM-FuseNet's layout can be checked; "
        "nothing in them is changed. The report shows samples side by side: look at them.</p>"
    )

    def name(self) -> str:
        return "checktrainingdata"

    def displayName(self) -> str:
        return self.tr("Check training data")

    def group(self) -> str:
        return self.tr("Training")

    def groupId(self) -> str:
        return "training"

    def tags(self) -> list[str]:
        words = "training,labels,samples,tiles,data set,dataset,check,validate,quality,class balance,statistics,"
        return self.tr(words + "mean,standard deviation,leakage,alignment,deep learning").split(",")

    def shortDescription(self) -> str:
        return self.tr("What is wrong with a folder of training data")

    def initAlgorithm(self, configuration: Any = None) -> None:
        tr, add, file = self.tr, self.add, QgsProcessingParameterFile
        number, whole = QgsProcessingParameterNumber, QgsProcessingParameterNumber.Type.Integer
        add(
            file(self.FOLDER, tr("Data set"), file.Behavior.Folder),
            "Folder with dataset.json or with folders of optical, SAR and label tiles and the lists train.txt, val.txt "
            "(ASANet's layout), or with s1_dir, s2_dir and ann_dir (AMM-FuseNet's).",
        )
        add(
            QgsProcessingParameterString(self.VALUES, tr("Class values"), None, False, True),
            "Values the labels may have, separated by commas. Empty: as dataset.json says, else those that are found.",
        )
        add(
            number(self.IGNORE, tr("Value of unlabelled pixels"), whole, None, True, 0, 255),
            "Empty: as dataset.json says, else 255.",
        )
        for name, text in (
            (self.OPTICAL_FOLDER, tr("Folder of the optical tiles")),
            (self.SAR_FOLDER, tr("Folder of the SAR tiles")),
            (self.LABEL_FOLDER, tr("Folder of the label tiles")),
        ):
            add(
                QgsProcessingParameterString(name, text, None, False, True),
                "Its name inside the data set. Empty: found by its name.",
                advanced=True,
            )
        add(
            number(self.PICTURES, tr("Samples in the report"), whole, 12, False, 0, 200),
            "So many samples are shown, spread evenly over the lists.",
            advanced=True,
        )
        filters = tr("HTML files (*.html)")
        add(
            QgsProcessingParameterFileDestination(self.REPORT, tr("Report"), filters, None, True, True),
            "Page with findings, class balance, band statistics and pictures of samples.",
        )
        for name, text in (
            ("ERRORS", tr("Kinds of errors")),
            ("WARNINGS", tr("Kinds of warnings")),
            ("SAMPLES", tr("Samples")),
        ):
            self.addOutput(QgsProcessingOutputNumber(name, text))

    def refusal(self, parameters: dict[str, Any], context: Any) -> str:
        folder = self.parameterAsFile(parameters, self.FOLDER, context)
        if not folder or not Path(folder).is_dir():
            return self.tr("The folder '{}' was not found; expected a data set. Choose its folder.").format(folder)
        self._request(parameters, context, sources.output_path(parameters.get(self.REPORT), context))
        return ""

    def processAlgorithm(self, parameters: dict[str, Any], context: Any, feedback: Any) -> dict[str, Any]:
        progress = reporting.ProgressReporter(feedback)
        report = self.parameterAsFileOutput(parameters, self.REPORT, context)

        def work() -> Any:
            request = self._request(parameters, context, report)
            return core_link.core_module("dataset.check").check_dataset(request, progress, progress.is_cancelled)

        result = self.guarded(work, feedback)
        if result is None:
            return {}
        for line in result.fact_lines():
            feedback.pushInfo(line)
        for finding in result.findings:
            if finding.severity == "error":
                feedback.reportError(finding.text, False)
            else:
                feedback.pushWarning(finding.text)
        feedback.pushInfo(result.verdict())
        samples = sum(split.samples for split in result.splits)
        answers = {"ERRORS": result.errors, "WARNINGS": result.warnings, "SAMPLES": samples}
        return {**answers, self.REPORT: result.report} if result.report else answers

    def _request(self, parameters: dict[str, Any], context: Any, report: str) -> Any:
        """The core's ``CheckParameters``; raises its ``InputError`` for values it refuses."""

        def text(name: str) -> Optional[str]:
            return self.parameterAsString(parameters, name, context).strip() or None

        ignore = None
        if not self.is_empty(parameters, self.IGNORE, context):
            ignore = self.parameterAsInt(parameters, self.IGNORE, context)
        return core_link.core_module("dataset.check").CheckParameters(
            folder=self.parameterAsFile(parameters, self.FOLDER, context),
            optical_folder=text(self.OPTICAL_FOLDER),
            sar_folder=text(self.SAR_FOLDER),
            label_folder=text(self.LABEL_FOLDER),
            values=_numbers(text(self.VALUES)),
            ignore=ignore,
            report=report or None,
            pictures=self.parameterAsInt(parameters, self.PICTURES, context),
        )


def _numbers(text: Optional[str]) -> Optional[tuple[int, ...]]:
    if text is None:
        return None
    try:
        return tuple(int(part) for part in text.replace(";", ",").split(","))
    except ValueError as error:
        raise core_link.errors.InputError(
            f"The class values '{text}' were given; expected whole numbers such as 1, 2, 3. Correct them."
        ) from error
