"""Examples of each command, as its ``--help`` shows them; a test parses every one."""

from zcbulk_tui.domain.commands import PROGRAM

_CELLS = 80
"""Of the terminal that a help is for: with fewer to spare, what an example does stands above it."""

_EXAMPLES: dict[str, tuple[tuple[str, str], ...]] = {
    "login": (
        ("login", "type a code in any browser"),
        ("login --profile eu --with-forms", "and allow to list the fields of forms"),
        ("login --refresh-token token.txt", "with a refresh token that you have"),
    ),
    "logout": (
        ("logout", "revoke it at Zoho, and delete it here"),
        ("logout --profile eu --local", "delete it here only"),
    ),
    "demo": (
        ("demo", "as fast as imports are"),
        ("demo --speed 20 --seed 7", "others, twenty times as fast"),
    ),
    "watch": (
        ("watch 4027 'Orders EU'", "two jobs, by id and by label"),
        ("watch --until 07:00", "a night in the dashboard"),
        ("watch --until 8h --headless --yes", "a night without a terminal"),
        ("watch --until off", "disarm the night"),
    ),
    "jobs": (
        ("jobs", "print the watch list"),
        ("jobs add 3888833000000114027 --label 'Orders EU'", "an id, or a whole URL"),
        ("jobs import jobs.txt", "a URL or an id in each line"),
        ("jobs export --format csv --output jobs.csv", ""),
    ),
    "alerts": (
        ("alerts", "of a day"),
        ("alerts list --since 7d --json", "of a week, for programs"),
        ("alerts test", "send a test through each channel"),
        ("alerts secret set", "type the webhook's secret"),
    ),
    "status": (
        ("status", "all of the watch list"),
        ("status 4027 --fresh", "ask Zoho: 1 call"),
        ("status --wait --timeout 8h --json", "once all have ended"),
        ("status --format '{label} {percent}'", "a line for each"),
    ),
    "statusline": (
        ("statusline", "all that is watched"),
        ("statusline --profile eu,us --color tmux", "in tmux's colours"),
        ("statusline --ascii", ""),
    ),
    "wait": (
        ("wait 4027", "until it has ended"),
        ("wait 4027 'Orders EU' --any --timeout 2h", "the first, in two hours"),
        ("wait 4027 --json", "a line for each change"),
    ),
    "start": (
        ("start 4027", "asks before it sends"),
        ("start 4027 'Orders EU' --dry-run", "what would be sent; no call"),
        ("start 4027 --yes --json", "for scripts"),
        ("start 4027 --yes --wait --timeout 6h", "and wait until it has ended"),
    ),
    "abort": (
        ("abort 4027", "asks before it sends; there is no rollback"),
        ("abort 4027 --dry-run", "what would be sent; no call"),
    ),
    "check": (
        ("check orders.csv", ""),
        ("check orders.csv --form Orders --list-fields", "with the form's fields: 1 call"),
        ("check export.csv --encoding windows-1252 --delimiter semicolon", ""),
    ),
    "insert": (
        ("insert orders.csv --form Orders", "asks once, then 3 calls"),
        ("insert orders.csv --dry-run", "the plan; no call"),
        ("insert orders.csv --trial 500", "a few records first"),
        ("insert again.csv --repairs 4027 --yes --wait", "what failed in another job"),
    ),
    "queue": (
        ("queue", "print the queue"),
        ("queue go-on orders.csv", "let a file go on that was held"),
        ("queue up orders.csv", "before the file that it waits behind"),
        ("queue stop", "hold all files that have not begun"),
    ),
    "results": (
        ("results 4027", "fetch what failed and what was not reached"),
        ("results 4027 --failed --output .", "copy it here"),
        ("results list", "what is on this disk"),
    ),
    "failures": (
        ("failures 4027", "the reasons in groups"),
        ("failures 4027 --rows 3", "with three records of each"),
        ("failures 4027 --export failed.csv", "all failed records as a CSV"),
    ),
    "repair": (
        ("repair 4027 --suggest", "propose rules"),
        ("repair 4027 --rules rules.toml --dry-run", "what they would do"),
        ("repair 4027 --rules rules.toml --output again.csv", ""),
    ),
    "report": (
        ("report", "of the last night, or the armed one"),
        ("report --since 12h", "of the last twelve hours"),
        ("report --json", "for scripts"),
    ),
    "history": (
        ("history 4027", "readings, events, commands"),
        ("history 'Orders EU' --json", "for scripts"),
    ),
    "log": (
        ("log", "the last day"),
        ("log --since 2h kind:command", "starts and aborts of two hours"),
        ("log job:4027 '!poll'", "of one job, without what has “poll”"),
    ),
    "budget": (
        ("budget", "the day's calls, and those of each job"),
        ("budget --format '{left}'", "the calls that are left"),
    ),
    "schema": (
        ("schema", "the names of all"),
        ("schema status", "that of status --json"),
    ),
    "store": (
        ("store compact", ""),
        ("store compact --profile eu", "by what that profile keeps"),
    ),
    "simulator": (
        ("simulator --speed 10", "prints what to export"),
        ("simulator --list", "scenarios and forms"),
        ("simulator --sample Employee_Details 1000 --bad 0.01", "a CSV to try things with"),
    ),
    "config": (
        ("config init", "write a file with every setting"),
        ("config show", "what holds, and where it comes from"),
        ("config check", ""),
    ),
    "completion": (
        ("completion bash", "print the script for bash"),
        ("completion fish", ""),
    ),
    "doctor": (
        ("doctor", "no call"),
        ("doctor 4027", "and the status of a job: 1 call"),
        ("doctor --probe --form Scratch --environment development", "at most 40 calls"),
        ("doctor --report probe.md", "what the last probe found, to share"),
    ),
}


def with_examples(command: str, epilog: str | None) -> str | None:
    """Returns what ends the help of a command: its epilog, then its examples, if it has any."""
    examples = _EXAMPLES.get(command)
    if examples is None:
        return epilog
    lines = [(f"  {PROGRAM} {words}", what) for words, what in examples]
    room = max(len(line) for line, what in lines if what)
    said = "\n".join(f"{line:{room}}  # {what}" if what else line for line, what in lines)
    if max(map(len, said.splitlines())) >= _CELLS:
        said = "\n".join(f"  # {what}\n{line}" if what else line for line, what in lines)
    return "\n\n".join(filter(None, [epilog, f"examples:\n{said}"]))
