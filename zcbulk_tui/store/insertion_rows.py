"""The rows of insertions in the database."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zcbulk_tui.domain.control import Outcome
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.insertion import Insertion, SourceFile, StepRecord
from zcbulk_tui.domain.job import Environment
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.domain.upload import UploadFile
from zcbulk_tui.store.json_objects import error_from, error_object, moment, moment_from
from zcbulk_tui.store.rows import to_millis, to_moment

NAMES = (
    *("key", "origin", "owner", "app", "form", "environment", "job_id", "label", "tags"),
    *("queued_at", "operator", "starts", "goes_on", "is_over", "repairs"),
    *("source", "upload_file", "created", "uploaded"),
)
"""The columns of a row, in the order in which they are read."""


def form_values(form: FormRef) -> dict[str, str]:
    """Returns the values of a form, by the names of their columns."""
    return {
        "origin": form.origin,
        "owner": form.owner,
        "app": form.app,
        "form": form.form,
        "environment": form.environment.value,
    }


def insertion_values(insertion: Insertion) -> dict[str, Any]:
    """Returns the values of an insertion, by the names of their columns."""
    source, file = insertion.source, insertion.upload_file
    return {
        **form_values(insertion.form),
        "key": insertion.key,
        "job_id": insertion.job_id,
        "label": insertion.label,
        "tags": " ".join(insertion.tags),
        "queued_at": to_millis(insertion.queued_at),
        "operator": insertion.operator,
        "starts": insertion.starts,
        "goes_on": insertion.goes_on,
        "is_over": insertion.is_over,
        "repairs": insertion.repairs,
        "source": json.dumps(
            {
                "path": str(source.path),
                "name": source.name,
                "size": source.size,
                "sha256": source.sha256,
                "rows": source.rows,
                "part": source.part,
                "parts": source.parts,
                "row_map": source.row_map and str(source.row_map),
                "encoding": source.encoding,
                "delimiter": source.delimiter,
                "is_trial": source.is_trial,
                "rest_of": source.rest_of,
            }
        ),
        "upload_file": json.dumps(
            {
                "path": str(file.path),
                "name": file.name,
                "size": file.size,
                "sha256": file.sha256,
                "rows": file.rows,
                "modified_ns": file.modified_ns,
                "is_copy": file.is_copy,
            }
        ),
        "created": _step_json(insertion.create),
        "uploaded": _step_json(insertion.upload),
    }


def to_insertion(row: tuple[Any, ...]) -> Insertion:
    """Returns the insertion that a row of `NAMES` holds."""
    parts = dict(zip(NAMES, row, strict=True))
    form = FormRef(
        parts["origin"],
        parts["owner"],
        parts["app"],
        parts["form"],
        Environment(parts["environment"]),
    )
    return Insertion(
        parts["key"],
        form,
        _to_source(json.loads(parts["source"])),
        _to_file(json.loads(parts["upload_file"])),
        one_line(parts["label"], 60),
        to_moment(parts["queued_at"]),
        one_line(parts["operator"], 80),
        tuple(one_line(parts["tags"], 200).split()),
        bool(parts["starts"]),
        to_step(parts["created"]),
        to_step(parts["uploaded"]),
        parts["job_id"],
        bool(parts["goes_on"]),
        bool(parts["is_over"]),
        one_line(parts["repairs"], 40),
    )


def _to_source(parts: Mapping[str, Any]) -> SourceFile:
    row_map, encoding = parts["row_map"], parts.get("encoding")
    return SourceFile(
        Path(parts["path"]),
        one_line(parts["name"], 100),
        parts["size"],
        parts["sha256"],
        parts["rows"],
        parts["part"],
        parts["parts"],
        Path(row_map) if row_map else None,
        # Rows of earlier releases have neither.
        one_line(encoding, 40) if encoding else None,
        str(parts.get("delimiter", ","))[:1],
        parts.get("is_trial") is True,
        one_line(parts.get("rest_of", ""), 40),
    )


def _to_file(parts: Mapping[str, Any]) -> UploadFile:
    name = one_line(parts["name"], 100)
    size, sha256, rows = parts["size"], parts["sha256"], parts["rows"]
    path, modified_ns, is_copy = Path(parts["path"]), parts["modified_ns"], parts["is_copy"]
    return UploadFile(path, name, size, sha256, rows, modified_ns, is_copy is True)


def _step_json(step: StepRecord | None) -> str | None:
    if step is None:
        return None
    parts = {
        "sent_at": moment(step.sent_at),
        "outcome": step.outcome.value,
        "said": step.said,
        "error": error_object(step.error),
    }
    return json.dumps(parts)


def to_step(text: str | None) -> StepRecord | None:
    """Returns the step that a column holds; None where it has not begun."""
    if text is None:
        return None
    parts = json.loads(text)
    return StepRecord(
        moment_from(parts["sent_at"]),
        Outcome(parts["outcome"]),
        one_line(parts["said"]),
        error_from(parts["error"]),
    )
