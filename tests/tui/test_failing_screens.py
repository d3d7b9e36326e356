"""Results, failures and repair by keys: from a job's end to the job that repairs it."""

import csv
from pathlib import Path

from textual.widgets import Input, Select, Static

from tests.tui.failing import ENDED, KINDS, FakeFailures, with_failures
from tests.tui.stage import Stage
from zcbulk_tui.domain.repair import Change
from zcbulk_tui.domain.result import Result, ResultKind, ResultStage
from zcbulk_tui.errors import DataError, QuotaSpentError
from zcbulk_tui.monitor.events import ResultChanged
from zcbulk_tui.tui.screens.ask_path import AskPathScreen
from zcbulk_tui.tui.screens.dialogs import ConfirmScreen, NoticeScreen
from zcbulk_tui.tui.screens.edit_rule import EditRuleScreen
from zcbulk_tui.tui.screens.failed_rows import FailedRowsScreen
from zcbulk_tui.tui.screens.failures import FailuresScreen
from zcbulk_tui.tui.screens.insert_file import InsertFileScreen
from zcbulk_tui.tui.screens.repair import RepairScreen
from zcbulk_tui.tui.screens.results import ResultsScreen

FAILED, LEFT = ResultKind.FAILURE, ResultKind.UNPROCESSED


def said(stage: Stage) -> str:
    return "\n".join(stage.text())


def changes(stage: Stage) -> list[str | None]:
    return [it.action for it in stage.creator.log if it.method != "GET"]


async def until_said(stage: Stage, text: str) -> None:
    await stage.until(lambda: text in said(stage))


def is_on(stage: Stage, screen: type[object]) -> bool:
    return isinstance(stage.app.screen, screen)


async def until_on(stage: Stage, screen: type[object]) -> None:
    await stage.until(lambda: is_on(stage, screen))


async def select_with_results(stage: Stage, failures: FakeFailures, *kinds: ResultKind) -> None:
    await stage.select(ENDED)
    failures.put(stage.ref(ENDED), *(kinds or (FAILED, LEFT)))


async def test_from_the_end_of_a_job_to_its_repair_in_four_keys(tmp_path: Path) -> None:
    stage, failures = with_failures(tmp_path)
    async with stage.open():
        await select_with_results(stage, failures)
        await ask_about_the_repair(stage)
        assert (tmp_path / "repair.csv").exists()
        await stage.press("escape")
        await until_on(stage, InsertFileScreen)
        await stage.press("escape")
        await until_on(stage, RepairScreen)
        assert not (tmp_path / "repair.csv").exists(), "a no leaves nothing"
        await stage.press("escape")
        assert stage.app.screen is stage.screen
        assert changes(stage) == []

        await ask_about_the_repair(stage)
        assert f"They are those that job {stage.ref(ENDED).job_id}" in " ".join(said(stage).split())
        await stage.press(*"Stock", "enter")
        await stage.until(lambda: changes(stage) == ["create", "upload", "start"])
        await stage.until(lambda: any(it.job.label == "Stock, repair 1" for it in stage.jobs))
        (repair,) = (it for it in stage.jobs if it.job.label == "Stock, repair 1")
        assert repair.job.repairs == stage.ref(ENDED).job_id
        assert (tmp_path / "repair.csv").exists(), "a second repair may need it"


async def ask_about_the_repair(stage: Stage) -> None:
    """Goes as far as to the question."""
    await stage.press("F")
    await until_said(stage, "13-Mar-2026")
    await stage.press("F")
    await until_said(stage, "What became of the records")
    assert "repaired by rules" in said(stage)
    await stage.press("enter")
    await until_on(stage, ConfirmScreen)


async def test_what_is_missing_is_fetched_first(tmp_path: Path) -> None:
    stage, failures = with_failures(tmp_path)
    async with stage.open():
        await stage.select(ENDED)
        ref = stage.ref(ENDED)
        await stage.press("f")
        assert is_on(stage, ResultsScreen)
        await stage.show()
        assert "has to be fetched first" in said(stage)
        assert "Fetching costs 2 calls." in said(stage)
        await stage.press("enter")
        assert failures.fetched == [(ref.job_id, "failure"), (ref.job_id, "unprocessed")]
        failures.put(ref, FAILED, LEFT)
        await until_said(stage, "There is nothing to fetch.")
        await stage.press("enter")
        assert len(failures.fetched) == 2
        await stage.press("f")
        await until_said(stage, "6 reasons")
        await stage.press("f")
        assert stage.app.screen is stage.screen


async def test_records_that_went_in_are_fetched_by_a_choice(tmp_path: Path) -> None:
    stage, failures = with_failures(tmp_path)
    async with stage.open():
        await stage.select(ENDED)
        failures.error = QuotaSpentError("The calls of today are used up", "None is left.")
        await stage.press("d", "enter")
        await until_said(stage, "The calls of today are used up. None is left.")
        failures.error = None
        await stage.press("escape")
        await stage.press("d", "s")
        await until_said(stage, "Fetching costs 3 calls.")
        await stage.press("s", "s", "enter")
        assert [kind for _, kind in failures.fetched] == ["failure", "unprocessed", "success"]


async def test_the_end_of_a_fetch_is_said_and_shown_among_the_details(tmp_path: Path) -> None:
    stage, failures = with_failures(tmp_path)
    async with stage.open(160, 48, toasts=True):
        await stage.select(ENDED)
        ref, here = stage.ref(ENDED), stage.screen.workspace.here
        await stage.press("enter")
        selected = stage.screen.workspace.selected
        assert selected is not None
        stage.screen.workspace.results.fetch([selected], (FAILED,))
        here.publish(ResultChanged(Result(ref, FAILED, ResultStage.FETCHING), 0))
        await stage.show()
        failures.put(ref, FAILED)
        (result,) = failures.results(ref)
        here.publish(ResultChanged(result))
        await until_said(stage, "here since 10:30, 48.2 kB")
        await until_said(stage, "306 failed. f shows why.")


async def test_reading_is_cancelled_by_esc(tmp_path: Path) -> None:
    stage, failures = with_failures(tmp_path)
    failures.gate.clear()
    async with stage.open():
        await select_with_results(stage, failures)
        await stage.press("f")
        await until_said(stage, "25 % of 100 bytes. Esc cancels.")
        await stage.press("enter", "a", "y", "F")
        assert is_on(stage, FailuresScreen), "there is nothing to do yet"
        await stage.press("escape")
        assert stage.app.screen is stage.screen
        failures.gate.set()
        await stage.press("f")
        await until_said(stage, "6 reasons")
        assert failures.opened_for == [stage.ref(ENDED)] * 2


async def test_what_cannot_be_read_is_said_in_its_place(tmp_path: Path) -> None:
    stage, failures = with_failures(tmp_path)
    async with stage.open():
        await select_with_results(stage, failures)
        failures.error = DataError("The result is no CSV", "It has no header.", "Fetch it again.")
        await stage.press("F")
        await until_said(stage, "The result is no CSV. It has no header. Fetch it again.")
        await stage.press("F", "space", "enter", "u", "j")
        assert is_on(stage, RepairScreen)


async def test_a_million_records_scroll_at_once(tmp_path: Path) -> None:
    stage, failures = with_failures(tmp_path, failed=1_000_000)
    async with stage.open():
        await select_with_results(stage, failures, FAILED)
        await stage.press("f")
        await until_said(stage, "6 reasons")
        await stage.press("enter")
        await until_said(stage, "1 of 580,000")
        await until_said(stage, "A-00058")
        rows = failures.opened
        assert rows is not None
        rows.asked.clear()
        await stage.press("G")
        await until_said(stage, "580,000 of 580,000")
        await until_said(stage, "record 580,000 of the result")
        assert len(rows.asked) <= 3, rows.asked
        await stage.press("g", "pagedown", "k")
        await until_said(stage, "record ")


async def test_groups_columns_search_copy_and_export(tmp_path: Path) -> None:
    stage, failures = with_failures(tmp_path)
    async with stage.open(120, 40):
        await select_with_results(stage, failures, FAILED)
        await stage.press("f")
        await until_said(stage, "6 reasons")
        assert "Fixing the 2 largest groups saves 9" in said(stage)
        assert "block 1" in said(stage)
        await stage.press("j", "y")
        assert stage.app.clipboard == KINDS[1].reason
        assert "depot0@acme.example␣" in said(stage)
        await stage.press("enter")
        await until_said(stage, "depot0@acme.example␣")
        await stage.press("y")
        assert stage.app.clipboard == "depot0@acme.example "
        await stage.press("slash", *"depot57@", "enter")
        await until_said(stage, "“depot57@” found")
        await stage.press("Y")
        assert stage.app.clipboard.startswith("A-")
        assert "depot57@acme.example " in stage.app.clipboard
        await stage.press("N")
        await until_said(stage, "from the other end")
        await stage.press("l", "h", "h", "y")
        assert stage.app.clipboard.endswith("-Mar-2026")
        await stage.press("slash", "escape", "slash", *"zzz", "enter")
        await until_said(stage, "No record holds “zzz”.")
        await stage.press("w")
        dialog = stage.app.screen
        assert isinstance(dialog, AskPathScreen)
        await stage.press("enter")
        assert stage.app.screen is dialog, "no path was typed"
        dialog.query_one(Input).value = str(tmp_path / "bad.csv")
        await stage.press("enter")
        await until_said(stage, "100 records written to")
        with (tmp_path / "bad.csv").open(newline="") as file:
            assert len(list(csv.reader(file))) == 101
        await stage.press("w")
        stage.app.screen.query_one(Input).value = str(tmp_path / "bad.csv")
        await stage.press("enter")
        await until_on(stage, NoticeScreen)
        await stage.press("escape", "escape")
        await until_on(stage, FailuresScreen)


async def test_rules_are_made_saved_and_opened(tmp_path: Path) -> None:
    stage, failures = with_failures(tmp_path)
    async with stage.open(120, 40):
        await select_with_results(stage, failures)
        await stage.press("F")
        await until_said(stage, "13-Mar-2026")
        await stage.press("w")
        stage.app.screen.query_one(Input).value = str(tmp_path / "rules.toml")
        await stage.press("enter")
        await until_said(stage, "Saved to")
        assert [rule.change for rule in failures.rules] == [
            *(Change.DATE, Change.TRIM, Change.DROP, Change.KEEP)
        ]
        await stage.press("j", "j")
        await until_said(stage, "held back: no rule")
        await stage.press("enter")
        dialog = stage.app.screen
        assert isinstance(dialog, EditRuleScreen)
        dialog.query_one("#change", Select).value = Change.REPLACE
        await stage.pilot.pause()
        assert dialog.query_one("#field", Select).value == "Quantity", "the concerned column"
        dialog.query_one("#find", Input).focus()
        await stage.press("enter")
        problem = str(dialog.query_one("#problem", Static).content)
        assert problem.startswith("The text that is replaced is missing")
        await stage.press(*" pcs", "enter")
        await until_on(stage, RepairScreen)
        await until_said(stage, "replace “␣pcs” by “” in Quantity")
        await stage.press("space")
        await until_said(stage, "off")
        await stage.press("o")
        stage.app.screen.query_one(Input).value = "mine.toml"
        await stage.press("enter")
        await until_said(stage, "2 rules of the file; 1 for reasons that nothing failed for")
        await stage.press("o")
        stage.app.screen.query_one(Input).value = "none.toml"
        await stage.press("enter")
        await until_on(stage, NoticeScreen)
        await stage.press("escape", "escape", "F")
        await until_said(stage, "The rules are as you left them.")


async def test_records_that_no_rule_changes_are_sent_by_a_choice(tmp_path: Path) -> None:
    stage, failures = with_failures(tmp_path)
    async with stage.open():
        await select_with_results(stage, failures)
        await stage.press("F")
        await until_said(stage, "have none: held back")
        await stage.press("u")
        await until_said(stage, "are sent again as they are")
        await stage.press("F")
        await until_said(stage, "failed, sent again as they are")


async def test_without_failed_records_those_that_were_not_reached_are_sent(tmp_path: Path) -> None:
    stage, failures = with_failures(tmp_path, failed=0)
    async with stage.open():
        await stage.select("Contracts")  # 16,800 records were not reached
        failures.put(stage.ref("Contracts"), LEFT)
        await stage.press("F")
        await until_said(stage, "The 16,800 unprocessed records can be sent again.")
        await stage.press("F")
        await until_said(stage, "50 unprocessed, sent again")


async def test_where_nothing_is_left_to_send_that_is_said(tmp_path: Path) -> None:
    stage, failures = with_failures(tmp_path, failed=0, left=0)
    async with stage.open():
        await stage.select("Contracts")
        failures.put(stage.ref("Contracts"), LEFT)
        await stage.press("F")
        await until_said(stage, "No record failed.")
        await stage.press("F")
        await until_on(stage, NoticeScreen)
        await until_said(stage, "There is nothing to send")


async def test_read_only_shows_failures_and_repairs_none(tmp_path: Path) -> None:
    stage, failures = with_failures(tmp_path, read_only=True)
    async with stage.open():
        await select_with_results(stage, failures)
        await stage.press("F")
        assert stage.app.screen is stage.screen
        await stage.press("f")
        await until_said(stage, "6 reasons")
        await stage.press("F")
        assert is_on(stage, FailuresScreen)
        assert " F repair" not in said(stage)
        await stage.press("escape", "d", "F")
        assert is_on(stage, ResultsScreen)


async def test_that_the_fields_are_unknown_is_said_whole_on_every_width(tmp_path: Path) -> None:
    stage, failures = with_failures(tmp_path)
    async with stage.open():
        await select_with_results(stage, failures)
        await stage.press("f")
        await until_said(stage, "6 reasons")
        await stage.press("F")
        await until_said(stage, "have a rule")
        for width, few in ((120, ": few rules are proposed"), (80, ""), (60, "")):
            await stage.resize(width, 24)
            await until_said(stage, f"production · fields not listed yet{few}")


async def test_every_screen_fits(tmp_path: Path) -> None:
    stage, failures = with_failures(tmp_path, ascii_only=True)
    async with stage.open():
        await select_with_results(stage, failures)
        for keys, screen, text in (
            (["f"], FailuresScreen, "6 reasons"),
            (["a"], FailedRowsScreen, "1 of 306"),
            (["escape", "F"], RepairScreen, "write Counted_On"),
        ):
            await stage.press(*keys)
            await until_on(stage, screen)
            for width, height in ((120, 40), (80, 24), (60, 15)):
                await stage.resize(width, height)
                await until_said(stage, text)
                lines = stage.text()
                assert len(lines) == height + 1
                assert all(len(line) <= width for line in lines)
                assert lines[-1].strip(), "the keys"
