"""Files on their way into forms, for tests."""

from pathlib import Path

from tests.support.jobs import NOW, REF
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.insertion import Insertion, SourceFile
from zcbulk_tui.domain.upload import UploadFile

FORM = FormRef.of(REF)
OTHER_FORM = FORM._replace(form="Suppliers")


def insertion(key: str = "one", form: FormRef = FORM, **changes: object) -> Insertion:
    """Returns a queued file of 50,000 records, of which nothing was sent."""
    path = Path(f"/data/{key}.csv")
    made = Insertion(
        key,
        form,
        SourceFile(path, path.name, 1_000_000, "ab" * 32, 50_000),
        UploadFile(path, path.name, 1_000_000, "ab" * 32, 50_000),
        f"File {key}",
        NOW,
        "anna@jump1",
    )
    return made._replace(**changes)  # type: ignore[arg-type]  # the caller names its fields
