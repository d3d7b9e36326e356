"""What keys open from the watch screen, and what is asked or filled in there."""

from zcbulk_tui.tui import outdated, questions
from zcbulk_tui.tui.failed_job import FailedJob
from zcbulk_tui.tui.pasted_jobs import jobs_in, needs_list
from zcbulk_tui.tui.queue_actions import QueueActions
from zcbulk_tui.tui.screens.add_job import AddJobScreen
from zcbulk_tui.tui.screens.arm_night import open_night
from zcbulk_tui.tui.screens.budget import BudgetScreen
from zcbulk_tui.tui.screens.choose import ChooseScreen
from zcbulk_tui.tui.screens.dialogs import ConfirmScreen, NoticeScreen
from zcbulk_tui.tui.screens.edit_job import EditJobScreen
from zcbulk_tui.tui.screens.failures import FailuresScreen
from zcbulk_tui.tui.screens.help import HelpScreen
from zcbulk_tui.tui.screens.history import HistoryScreen
from zcbulk_tui.tui.screens.insert_file import InsertFileScreen
from zcbulk_tui.tui.screens.log import LogScreen
from zcbulk_tui.tui.screens.profiles import ProfilesScreen
from zcbulk_tui.tui.screens.queue import QueueScreen
from zcbulk_tui.tui.screens.repair import RepairScreen
from zcbulk_tui.tui.screens.results import FAILED, ResultsScreen
from zcbulk_tui.tui.screens.watch_jobs import WatchJobsScreen
from zcbulk_tui.tui.widgets.filter_field import FilterField


class Opened:
    """The screens, the field below the list, and what is made for them: forms, questions, jobs.

    One name for all, which the watch screen imports when it opens the first: loaded earlier, they
    would hold up the first frame.
    """

    AddJob = AddJobScreen
    Budget = BudgetScreen
    Choose = ChooseScreen
    Confirm = ConfirmScreen
    EditJob = EditJobScreen
    Failures = FailuresScreen
    Help = HelpScreen
    History = HistoryScreen
    InsertFile = InsertFileScreen
    Log = LogScreen
    Notice = NoticeScreen
    Profiles = ProfilesScreen
    Queue = QueueScreen
    Repair = RepairScreen
    Results = ResultsScreen
    WatchJobs = WatchJobsScreen

    Filter = FilterField

    FailedJob = FailedJob
    FAILED = FAILED
    QueueActions = QueueActions
    open_night = staticmethod(open_night)
    outdated = outdated
    questions = questions
    jobs_in = staticmethod(jobs_in)
    needs_list = staticmethod(needs_list)
