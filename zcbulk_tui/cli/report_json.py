"""The report of a night as JSON; `schemas/report.json` says what it holds."""

import json

from zcbulk_tui.cli.job_objects import figures_object
from zcbulk_tui.cli.json_records import chain_object, command_object, event_object, named_object
from zcbulk_tui.cli.result_copies import ENDINGS
from zcbulk_tui.domain.alerts import Alert
from zcbulk_tui.domain.budget import Cause
from zcbulk_tui.domain.insertion import QueuedFile
from zcbulk_tui.domain.night import Night
from zcbulk_tui.domain.report import MissingResult, NightReport, Reason, ReportedJob
from zcbulk_tui.domain.result import Result
from zcbulk_tui.render import queue
from zcbulk_tui.render.report import first_line, needs
from zcbulk_tui.store.json_objects import JsonObject, moment, ref_object


def report_text(report: NightReport) -> str:
    """Returns the JSON of a report, as its file holds it."""
    return f"{json.dumps(report_object(report), indent=2, ensure_ascii=False)}\n"


def is_report(text: str) -> bool:
    """Whether a text begins as a report does in JSON."""
    return text.startswith('{\n  "summary": "')


def report_object(report: NightReport) -> JsonObject:
    """Returns a report as JSON; every number is as it was read or counted, none is estimated."""
    sums, calls = report.sums, report.calls or {}
    return {
        "summary": first_line(report),
        "profile": report.profile,
        "began_at": moment(report.began_at),
        "ended_at": moment(report.ended_at),
        "made_at": moment(report.made_at),
        "night": _night(report.night),
        "needs_person": needs(report),
        "jobs": [_job(it) for it in report.jobs],
        "sums": {
            "jobs": len(report.jobs),
            "running": len(report.running),
            "success": sums.success,
            "failed": sums.failed,
            "left": sums.left,
            "jobs_without_a_count": sums.unknown,
            "success_before": report.before,
        },
        "chains": [chain_object(it) for it in report.chains],
        "reasons": [{**_reason(reason), "jobs": labels} for reason, labels in report.reasons],
        "commands": [{**named_object(it.job), **command_object(it)} for it in report.commands],
        "events": [{**event_object(it), "label": it.label or None} for it in report.events],
        "alerts": [_alert(it) for it in report.alerts],
        "calls": {
            **{cause.value: calls.get(cause, 0) for cause in Cause},
            "total": sum(calls.values()),
            "left": report.calls_left,
        },
        "results": [_result(it) for it in report.fetched],
        "missing_results": [_missing(it) for it in report.missing],
        "unclear_commands": [
            {**named_object(it.job), **command_object(it)} for it in report.unclear
        ],
        "waiting_files": [_file(it) for it in report.files],
        "queue_stop": report.stop
        and {"at": moment(report.stop.at), "why": report.stop.why, "by": report.stop.by},
        "no_token": report.no_token or None,
    }


def _night(night: Night | None) -> JsonObject | None:
    if night is None:
        return None
    return {
        "id": night.id,
        "operator": night.operator,
        "began_at": moment(night.began_at),
        "until": moment(night.until),
        "ended_at": moment(night.ended_at),
        "ended_by": night.ended_by or None,
        "late_seconds": round(night.late.total_seconds()),
        "stop_failed": night.budget.failed,
        "stop_share": night.budget.share,
        "stopped_at": moment(night.stopped_at),
        "report": str(night.report),
    }


def _job(job: ReportedJob) -> JsonObject:
    return {
        **named_object(job.job),
        "started_at": moment(job.started_at),
        "started_before": moment(job.started_before),
        "ended_at": moment(job.ended_at),
        "from_queue": job.is_queued,
        "last": job.reading and figures_object(job.reading),
        "before": job.before and figures_object(job.before),
        "reasons": [_reason(it) for it in job.reasons],
        "no_reasons": job.no_reasons or None,
    }


def _reason(reason: Reason) -> JsonObject:
    return {
        "reason": reason.reason,
        "fields": list(reason.fields),
        "records": reason.records,
    }


def _alert(alert: Alert) -> JsonObject:
    return {
        "kind": alert.kind.value,
        "severity": alert.severity.word,
        "text": alert.text,
        "at": moment(alert.at),
        "cleared_at": moment(alert.cleared_at),
        "job_id": alert.ref and alert.ref.job_id,
        "label": alert.label or None,
    }


def _result(result: Result) -> JsonObject:
    file = result.file
    return {
        **ref_object(result.ref),
        "result": ENDINGS[result.kind],
        "records": file and file.records,
        "expected": result.expected,
        "fetched_at": moment(file.fetched_at) if file is not None else None,
    }


def _missing(missing: MissingResult) -> JsonObject:
    return {
        **named_object(missing.job),
        "result": ENDINGS[missing.kind],
        "records": missing.records,
        "stage": missing.stage and missing.stage.value,
        "deleted_at": moment(missing.deleted_at),
    }


def _file(file: QueuedFile) -> JsonObject:
    return {
        "key": file.insertion.key,
        "label": file.insertion.label,
        "form": file.insertion.form.form,
        "stage": file.stage.value,
        "said": queue.said(file),
    }
