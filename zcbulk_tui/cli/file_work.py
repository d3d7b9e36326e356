"""What works on files for the dashboard: when a key wants it, or a night is over."""

from zcbulk_tui.cli.expected import teller
from zcbulk_tui.cli.failure_rows import files_on_disk, opener
from zcbulk_tui.cli.night_report import check_report, gather, write_files
from zcbulk_tui.cli.preparing import check_file, discard
from zcbulk_tui.cli.repairing import job_files
from zcbulk_tui.data.repair_rules import read_rules, write_rules


class FileWork:
    """One name for all; see `local_files.file_work`."""

    check_file = staticmethod(check_file)
    discard = staticmethod(discard)

    job_files = staticmethod(job_files)
    files_on_disk = staticmethod(files_on_disk)
    opener = staticmethod(opener)
    read_rules = staticmethod(read_rules)
    write_rules = staticmethod(write_rules)

    check_report = staticmethod(check_report)
    gather = staticmethod(gather)
    write_files = staticmethod(write_files)

    teller = staticmethod(teller)
