"""``rgbsar:trainmodel``: a folder of training data becomes a model of one's own."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsProcessingException, QgsSettings

from .. import core_link, runtime, sources
from .. import feedback as reporting
from . import train_parameters
from .base import RgbSarAlgorithm


class TrainModelAlgorithm(RgbSarAlgorithm):
    """Training in a process of its own; the parameters stand in ``train_parameters``."""

    FOLDER, NETWORK, START, OPTIONS = "FOLDER", "NETWORK", "START", "OPTIONS"
    MINUTES, EPOCHS, DEVICE = "MINUTES", "EPOCHS", "DEVICE"
    MODEL, REPORT = "MODEL", "REPORT"
    ICON = "train.svg"
    DESCRIPTION = (
        "<p>Teaches a network the classes of your training data. The result is a model file for <i>Classify land "
        "cover</i>, and a report that says how good it is, on tiles it did not learn from.</p>"
        "<p>Choose the folder that <i>Create training data</i> made, and how long you can wait; everything else has a "
        "sensible default. The log shows loss and mean IoU as they come. <b>Cancel</b> when you have seen enough: the "
        "best weights so far become the model.</p>"
        "<p>Training runs outside QGIS in the Python that <i>Runtime</i> sets up, which needs the packages "
        "lightning and PyYAML beside torch; the managed environment has them.</p>"
    )

    def name(self) -> str:
        return "trainmodel"

    def displayName(self) -> str:
        return self.tr("Train model")

    def group(self) -> str:
        return self.tr("Training")

    def groupId(self) -> str:
        return "training"

    def tags(self) -> list[str]:
        words = "training,train,learn,fit,model,neural network,deep learning,fine-tuning,transfer learning,"
        return self.tr(words + "land cover,classification,segmentation,SAR,optical,ASANet,U-Net").split(",")

    def shortDescription(self) -> str:
        return self.tr("A land-cover model of your own from training data")

    def canExecute(self) -> tuple[bool, str]:
        return (True, "") if runtime.is_configured() else (False, self.tr(runtime.WHAT_TO_DO))

    def initAlgorithm(self, configuration: Any = None) -> None:
        train_parameters.add_parameters(self)

    def refusal(self, parameters: dict[str, Any], context: Any) -> str:
        request = train_parameters.request(self, parameters, context, running=False)
        core_link.core_module("model_training.train").check_training(request)
        return ""

    def processAlgorithm(self, parameters: dict[str, Any], context: Any, feedback: Any) -> dict[str, Any]:
        if not runtime.is_configured():
            raise QgsProcessingException(self.tr(runtime.WHAT_TO_DO))
        progress = reporting.ProgressReporter(feedback)

        def work() -> Any:
            request = train_parameters.request(self, parameters, context, running=True)
            return core_link.core_module("model_training.train").train_model(
                request, runtime.training(feedback.pushInfo), progress, progress.is_cancelled, feedback.pushInfo
            )

        result = self.guarded(work, feedback)
        if result is None:
            return {}
        if result.cut_short:
            feedback.pushWarning(self.tr("Cancelled: the best weights so far were kept in {}.").format(result.model))
        for line in result.summary_lines():
            feedback.pushInfo(line)
        if sources.output_path(parameters.get(self.MODEL), context):  # not one that QGIS deletes when it closes
            QgsSettings().setValue(runtime.MODEL_SETTING, result.model)
        answers = {
            self.MODEL: result.model,
            "MEAN_IOU": round(result.measured.mean_iou, 4),
            "OVERALL_ACCURACY": round(result.measured.overall, 4),
            "STEPS": result.steps,
        }
        return {**answers, self.REPORT: result.report} if result.report else answers
