"""What is known of a server, to test with."""

from datetime import datetime

from tests.support.jobs import NOW
from zcbulk_tui.domain.contract import Contract, Finding, Question


def contract_of(*known: tuple[Question, dict[str, str]], found_at: datetime = NOW) -> Contract:
    """Returns a contract with these values by question."""
    return Contract({question: Finding(question, it, found_at) for question, it in known})


ONE_FAILS_ITS_BATCH = contract_of((Question.BAD_RECORD, {"fails": "its batch"}))
EACH_FAILS_ALONE = contract_of((Question.BAD_RECORD, {"fails": "alone"}))
