"""The points on which the sources contradict each other, each as a choice."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import Enum

from zcbulk_tui.simulator.clock import written
from zcbulk_tui.simulator.faults import Call, RefusalError
from zcbulk_tui.simulator.jobs import OWNER, Job
from zcbulk_tui.simulator.messages import Response, json_response
from zcbulk_tui.simulator.physics import Counts, State
from zcbulk_tui.simulator.scopes import CREATE

Spellings = Mapping[State, str]

PROSE: Spellings = {
    State.WAITING: "Ready-to-upload",
    # No source names "uploaded, not started"; the only name before the start serves for it too.
    State.READY: "Ready-to-upload",
    State.RUNNING: "In-progress",
    State.COMPLETED: "Completed",
    State.USER_ABORTED: "User Aborted",
    State.SYSTEM_ABORTED: "System Aborted",
    State.FAILED: "Failed",
    State.EXPIRED: "Expired",
}
"""As the value lists of [STATUS] and [LIMB] write them."""

SAMPLE: Spellings = {
    state: name.upper().replace("-", "_").replace(" ", "_") for state, name in PROSE.items()
}
"""As the samples of [STATUS] and [OAS] write them, carried over to the states they do not show."""

BARE_ABORTED: Spellings = {
    **PROSE,
    State.USER_ABORTED: "Aborted",
    State.SYSTEM_ABORTED: "Aborted",
}
"""As the value list of [STATUS] writes them, which does not say who aborted."""

UPLOADED: Spellings = {**SAMPLE, State.WAITING: "CREATED", State.READY: "UPLOADED"}
"""With the word of [CREATE] before the upload, and an invented one after it."""

FILE_UPLOADED: Spellings = {
    **PROSE,
    State.READY: "File Uploaded",  # invented
    State.RUNNING: "Start",  # [LIMB]
}
"""With a word of its own after the upload, and the word of [LIMB] after the start."""


class Shape(Enum):
    """Where an answer puts ``record_details`` and the text of success."""

    PAGE = "details inside data, text under status"  # [STATUS][START]
    OPENAPI = "details beside data, text under message"  # [OAS]


class ControlBody(Enum):
    """The bodies a start or abort call may have, by their outermost key."""

    WRAPPED = frozenset({"data"})  # {"data": {"action": ...}} [START]
    FLAT = frozenset({"action"})  # {"action": ...} [OAS]
    EITHER = frozenset({"data", "action"})


class Action(Enum):
    """The action of a control call, spelled as in all samples [START][OAS]."""

    START = "start"
    ABORT = "abort"


class Case(Enum):
    """How a control call spells its action."""

    LOWER = "start, abort"  # all samples [START][OAS]
    CAPITAL = "Start, Abort"  # the prose of [START]

    def action(self, word: object) -> Action:
        """Returns what a word asks for.

        Raises:
            ValueError: Nothing, in this spelling.
        """
        for action in Action:
            if word == (action.value if self is Case.LOWER else action.value.capitalize()):
                return action
        raise ValueError(f"no action: {word!r}")


@dataclass(frozen=True, slots=True)
class OutOfTurn:
    """What calls are answered that come out of turn.

    The codes are those of [OAS]; that another answer may come in their place is invented.

    Attributes:
        create_on_busy: A create call for a form that has a job: a key of ``INVENTED``; None
            creates another job.
        second_upload: A key of ``ERRORS``; None takes the file in the place of the first.
        early_start: A start before the upload: a key of either.
        takes_late_abort: Whether an abort after the end has the answer of one that was carried
            out, without effect.
    """

    create_on_busy: str | None = "active"
    second_upload: str | None = "409-11070"
    early_start: str = "400-11350"
    takes_late_abort: bool = False


SUCCESS_TEXTS: Mapping[tuple[Shape, Action], str] = {
    (Shape.PAGE, Action.START): "Job created successfully",  # sic [START]
    (Shape.PAGE, Action.ABORT): "Job aborted successfully",
    (Shape.OPENAPI, Action.START): "Job started successfully",
    (Shape.OPENAPI, Action.ABORT): "Job aborted successfully",  # invented: the OAS shows none
}


@dataclass(frozen=True, slots=True)
class Dialect:
    """One reading of the contract; the default is that of the pages [STATUS][START]."""

    spellings: Spellings = field(default_factory=lambda: PROSE)
    shape: Shape = Shape.PAGE
    control_methods: frozenset[str] = frozenset({"PATCH"})
    control_body: ControlBody = ControlBody.WRAPPED
    control_report: str | None = None
    """The report at whose URL alone a start or abort is taken, as in the samples of [START]."""
    control_case: Case = Case.LOWER
    control_scopes: frozenset[str] = frozenset({CREATE})
    """Any of them will do. As the OAS; ``bulk.UPDATE`` [START] is in no list of scopes, so it may
    not be to be had.
    """
    out_of_turn: OutOfTurn = field(default_factory=OutOfTurn)
    zeros_before_file: bool = False
    """Whether a status answer before the upload has ``record_details``, all 0; no source says."""
    expired_blocks: bool = False
    """Whether a job that was not started in time keeps others from being created for its form."""
    any_accept_for_results: bool = True
    """Whether a result call may accept what it likes; no source says. JSON alone otherwise."""
    unsupported_code: int | None = None
    """The code beside the text "Unsupported file", of which no source says more [UPLOAD]."""

    def accepts(self, call: Call, accept: str) -> bool:
        """Whether a call may have that header; empty where it is missing."""
        if call is Call.RESULT:
            return self.any_accept_for_results or accept == "application/json"
        # Third parties report a refusal for a missing header and for any wildcard.
        return bool(accept) and "*/*" not in accept

    def status(self, api_status: str, counts: Counts | None) -> Response:
        """The answer of a status call; without counts it has no ``record_details``."""
        data: dict[str, object] = {"api_status": api_status}
        content: dict[str, object] = {"code": 3000, "data": data}
        if counts is not None:
            holder = data if self.shape is Shape.PAGE else content
            holder["record_details"] = {
                f"{name}_records": number for name, number in asdict(counts).items()
            }
        return json_response(200, content)

    def created(self, job: Job) -> Response:
        """The answer of a create call, in the keys of [CREATE] and [OAS]."""
        by_page = self.shape is Shape.PAGE
        details = {
            "created_time": written(job.created_at),
            "job_id": job.id,
            "operation": "INSERT",
            "created_by": OWNER if by_page else "jason@zylker.com",
            "status": "CREATED" if by_page else "Job created successfully",
        }
        answer = json_response(200, {"code": 3000, "details": details})
        return replace(answer, job_id=job.id)

    def uploaded(self) -> Response:
        """The answer of an upload that was carried out [OAS]; the page's own sample is unseen."""
        return json_response(200, {"code": 3000, "message": "File uploaded successfully"})

    def success(self, action: Action) -> Response:
        """The answer of a start or abort call that was carried out."""
        key = "status" if self.shape is Shape.PAGE else "message"
        return json_response(200, {"code": 3000, key: SUCCESS_TEXTS[self.shape, action]})

    def action(self, body: bytes) -> Action:
        """Returns the action of a control call.

        Raises:
            RefusalError: The body is no JSON object, has another shape than this dialect's, has
                keys besides it, or names no action.
        """
        content = _json_object(body)
        if content is None:
            raise RefusalError("400-3020")
        data = content.get("data")
        holder = data if isinstance(data, dict) else content
        if not self.control_body.value & content.keys() or "action" not in holder:
            raise RefusalError("400-9350")
        if len(content) > 1 or len(holder) > 1:
            # Seen by third parties: a key too many looks like a missing scope.
            raise RefusalError("401-2945")
        try:
            return self.control_case.action(holder["action"])
        except ValueError as error:
            raise RefusalError("400-11000") from error


def requested_action(body: bytes) -> str | None:
    """The action in a body of either shape, for the log; None if there is none."""
    content = _json_object(body) or {}
    data = content.get("data")
    action = (data if isinstance(data, dict) else content).get("action")
    return action if isinstance(action, str) else None


def _json_object(body: bytes) -> dict[str, object] | None:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None
