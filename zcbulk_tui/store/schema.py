"""The tables of the database, and what may stand in them."""

from typing import Any

VERSION = 5
"""Of these tables; a file of another version is left alone."""

TABLES = (
    """
    CREATE TABLE days (
        profile TEXT NOT NULL,
        date TEXT NOT NULL,
        plan INTEGER NOT NULL,
        key INTEGER NOT NULL,
        command INTEGER NOT NULL,
        script INTEGER NOT NULL,
        elsewhere INTEGER NOT NULL,
        spent INTEGER NOT NULL,
        PRIMARY KEY (profile, date)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE jobs (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        profile TEXT NOT NULL,
        origin TEXT NOT NULL,
        owner TEXT NOT NULL,
        app TEXT NOT NULL,
        form TEXT NOT NULL,
        environment TEXT NOT NULL,
        job_id TEXT NOT NULL,
        label TEXT NOT NULL,
        tags TEXT NOT NULL DEFAULT '',
        note TEXT NOT NULL DEFAULT '',
        repairs TEXT NOT NULL DEFAULT '',
        alert_on_end INTEGER NOT NULL DEFAULT 0,
        added_at INTEGER NOT NULL,
        added_by TEXT NOT NULL DEFAULT '',
        created_at INTEGER,
        started_at INTEGER,
        place INTEGER,
        UNIQUE (profile, origin, owner, app, form, environment, job_id)
    )
    """,
    "CREATE INDEX jobs_in_place ON jobs (profile, place)",
    """
    CREATE TABLE readings (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        job INTEGER NOT NULL REFERENCES jobs (id),
        at INTEGER NOT NULL,
        by_window INTEGER NOT NULL,
        state TEXT NOT NULL,
        raw_state TEXT NOT NULL,
        total INTEGER,
        success INTEGER,
        failed INTEGER,
        unprocessed INTEGER,
        code INTEGER
    )
    """,
    "CREATE INDEX readings_of_job ON readings (job)",
    """
    CREATE TABLE events (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        profile TEXT NOT NULL,
        job INTEGER REFERENCES jobs (id),
        at INTEGER NOT NULL,
        by_window INTEGER NOT NULL,
        kind TEXT NOT NULL,
        text TEXT NOT NULL,
        error TEXT
    )
    """,
    "CREATE INDEX events_in_time ON events (profile, at)",
    "CREATE INDEX events_of_job ON events (job)",
    """
    CREATE TABLE calls (
        id INTEGER PRIMARY KEY,
        profile TEXT NOT NULL,
        job INTEGER REFERENCES jobs (id),
        about TEXT NOT NULL DEFAULT '',
        at INTEGER NOT NULL,
        cause TEXT NOT NULL,
        why TEXT NOT NULL,
        request TEXT NOT NULL,
        milliseconds INTEGER NOT NULL,
        calls_left INTEGER NOT NULL,
        http_status INTEGER,
        code INTEGER,
        said TEXT NOT NULL,
        failure TEXT NOT NULL
    )
    """,
    "CREATE INDEX calls_in_time ON calls (profile, at)",
    "CREATE INDEX calls_of_job ON calls (job)",
    """
    CREATE TABLE control (
        key TEXT PRIMARY KEY,
        profile TEXT NOT NULL,
        job INTEGER NOT NULL REFERENCES jobs (id),
        at INTEGER NOT NULL,
        local_time TEXT NOT NULL,
        operator TEXT NOT NULL,
        action TEXT NOT NULL,
        shown TEXT,
        request TEXT NOT NULL,
        outcome TEXT NOT NULL,
        said TEXT NOT NULL,
        error TEXT,
        settled TEXT
    ) WITHOUT ROWID
    """,
    "CREATE INDEX control_in_time ON control (profile, at)",
    "CREATE INDEX control_of_job ON control (job, at)",
    """
    CREATE TABLE insertions (
        key TEXT PRIMARY KEY,
        profile TEXT NOT NULL,
        origin TEXT NOT NULL,
        owner TEXT NOT NULL,
        app TEXT NOT NULL,
        form TEXT NOT NULL,
        environment TEXT NOT NULL,
        job_id TEXT NOT NULL,
        place INTEGER NOT NULL,
        label TEXT NOT NULL,
        tags TEXT NOT NULL,
        queued_at INTEGER NOT NULL,
        operator TEXT NOT NULL,
        starts INTEGER NOT NULL,
        goes_on INTEGER NOT NULL,
        is_over INTEGER NOT NULL,
        repairs TEXT NOT NULL DEFAULT '',
        source TEXT NOT NULL,
        upload_file TEXT NOT NULL,
        created TEXT,
        uploaded TEXT
    ) WITHOUT ROWID
    """,
    "CREATE INDEX insertions_in_place ON insertions (profile, is_over, place)",
    "CREATE INDEX insertions_of_job ON insertions (job_id)",
    """
    CREATE TABLE results (
        job INTEGER NOT NULL REFERENCES jobs (id),
        kind TEXT NOT NULL,
        stage TEXT NOT NULL,
        tries INTEGER NOT NULL,
        next_try INTEGER,
        expected INTEGER,
        file TEXT,
        error TEXT,
        PRIMARY KEY (job, kind)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE queue_stops (
        profile TEXT PRIMARY KEY,
        at INTEGER NOT NULL,
        why TEXT NOT NULL,
        by TEXT NOT NULL
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE alerts (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        profile TEXT NOT NULL,
        job INTEGER REFERENCES jobs (id),
        kind TEXT NOT NULL,
        severity TEXT NOT NULL,
        text TEXT NOT NULL,
        is_asked INTEGER NOT NULL,
        at INTEGER NOT NULL,
        cleared_at INTEGER,
        sent TEXT NOT NULL DEFAULT '{}'
    )
    """,
    """
    CREATE UNIQUE INDEX one_alert ON alerts (profile, ifnull(job, 0), kind)
        WHERE cleared_at IS NULL
    """,
    "CREATE INDEX alerts_of_job ON alerts (job)",
    "CREATE INDEX alerts_to_send ON alerts (profile) WHERE sent = '{}'",
    """
    CREATE TABLE nights (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        profile TEXT NOT NULL,
        began_at INTEGER NOT NULL,
        until INTEGER NOT NULL,
        operator TEXT NOT NULL,
        stop_failed INTEGER,
        stop_share REAL,
        report TEXT NOT NULL,
        ended_at INTEGER,
        ended_by TEXT NOT NULL DEFAULT '',
        stopped_at INTEGER,
        reported_at INTEGER
    )
    """,
    "CREATE UNIQUE INDEX one_night ON nights (profile) WHERE ended_at IS NULL",
    """
    CREATE TABLE findings (
        profile TEXT NOT NULL,
        origin TEXT NOT NULL,
        question TEXT NOT NULL,
        aspects TEXT NOT NULL,
        found_at INTEGER NOT NULL,
        PRIMARY KEY (profile, origin, question)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE probe_steps (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        profile TEXT NOT NULL,
        origin TEXT NOT NULL,
        owner TEXT NOT NULL,
        app TEXT NOT NULL,
        form TEXT NOT NULL,
        environment TEXT NOT NULL,
        key TEXT NOT NULL,
        act TEXT NOT NULL,
        job TEXT NOT NULL,
        purpose TEXT NOT NULL,
        detail TEXT NOT NULL,
        wait REAL NOT NULL,
        sent_at INTEGER NOT NULL,
        http_status INTEGER,
        code INTEGER,
        text TEXT NOT NULL DEFAULT '',
        seen TEXT NOT NULL DEFAULT '{}',
        is_unsent INTEGER NOT NULL DEFAULT 0,
        calls INTEGER NOT NULL DEFAULT 1,
        UNIQUE (profile, origin, owner, app, form, environment, key)
    )
    """,
    """
    CREATE TABLE meta (
        about TEXT PRIMARY KEY,
        read_at INTEGER NOT NULL,
        answer TEXT NOT NULL
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE windows (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        profile TEXT NOT NULL,
        name TEXT NOT NULL,
        heartbeat REAL NOT NULL,
        focused INTEGER NOT NULL,
        polls INTEGER NOT NULL,
        yields INTEGER NOT NULL DEFAULT 0,
        service TEXT
    )
    """,
    "CREATE UNIQUE INDEX one_window_polls ON windows (profile) WHERE polls",
    """
    CREATE TABLE wanted (
        by_window INTEGER NOT NULL,
        job INTEGER NOT NULL REFERENCES jobs (id),
        PRIMARY KEY (by_window, job)
    ) WITHOUT ROWID
    """,
    "CREATE TABLE minute (profile TEXT NOT NULL, at REAL NOT NULL)",
    "CREATE TABLE marks (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
)
"""Statements that make them."""

_MOST = 253_370_764_800_000
"""The beginning of the year 9999 in milliseconds: no moment and no count comes near it."""


def senseless(row: tuple[Any, ...]) -> object | None:
    """Returns a value of a row that no table of this program has; None where all make sense."""
    value: object
    for value in row:
        if isinstance(value, bytes) or (
            isinstance(value, (int, float)) and not -_MOST < value < _MOST
        ):
            return value
    return None
