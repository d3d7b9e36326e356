"""Jobs are found in any text, nothing is guessed, and no access token is read."""

import string
from itertools import pairwise
from time import process_time
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.jobs import REF, URL
from tests.support.text import HOSTILE, is_one_safe_line
from zcbulk_tui.domain.address import job_path, parse_job_url
from zcbulk_tui.domain.job import Environment, JobRef
from zcbulk_tui.domain.job_text import FoundJobs, find_jobs, without_tokens

OTHER = f"{URL[:-1]}8"
TOKEN = "1000.0a1b2c3d4e5f60718293a4b5c6d7e8f9.9f8e7d6c5b4a39281706f5e4d3c2b1a0"
ENCODED = quote(URL, safe="")


def by_url(text: str, environment: Environment | None) -> JobRef:
    return parse_job_url(text, environment or Environment.PRODUCTION)


def found(text: str) -> FoundJobs:
    return find_jobs(text, by_url)


def labels(text: str) -> list[str]:
    return [job.label for job in found(text).jobs]


def reasons(text: str) -> list[str]:
    return [left_out.reason for left_out in found(text).left_out]


@pytest.mark.parametrize(
    "text",
    [
        URL,
        f"see {URL}.",
        f"({URL}), and",
        f"<{URL}>",
        f"“{URL}”!",
        f"'{URL}'",
        f"**{URL}**",
        f"> - {URL};",
        f"[the job]({URL})",
        f'<a href="{URL}">here</a>',
        f"{URL}/",
        f"{URL}/result?filter=failure&x=1#top",
        f"{URL.removesuffix(f'/{REF.job_id}')}?job_id={REF.job_id}",
        URL.removeprefix("https://"),
        URL.replace("https://www.", "HTTPS://WWW."),
        ENCODED,
        f"https://links.example/?url={ENCODED}&data=05%7C02",
        f"https://links.example/?url={URL}",
        f"{URL[:76]}=\n{URL[76:]} and more",
        f"{URL[:60]}=\r\n{URL[60:90]}=\r\n{URL[90:]}",
        f"{URL[:-8]}=\n{URL[-8:]}",
        f"{URL}\n{URL}/result and again {URL}",
        f"https://example.com/ {URL} https://www.zoho.com/creator/help/",
    ],
)
def test_one_job_however_it_is_written(text: str) -> None:
    result = found(text)
    assert [job.ref for job in result.jobs] == [REF]
    assert result.left_out == ()
    assert not result.has_token


@pytest.mark.parametrize(
    ("text", "label"),
    [
        (f"Customers: {URL}", "Customers"),
        (f"  - Customers 2019 – {URL}", "Customers 2019"),
        (f"> 3. **Customers**: <{URL}>", "Customers"),
        (f"Customers\t{URL}", "Customers"),
        (f"| Customers | {URL} |", "Customers"),
        (f"please see [Customers EU]({URL})", "Customers EU"),
        (f"Customers: {URL} and again Others: {URL}", "Customers"),
        (f"{URL}\nCustomers: {URL}", "Customers"),
        (f"please see {URL}", ""),
        (f"Hi Ann. Start this: {URL}", ""),
        (f"URL: {URL}", ""),
        (f"https://example.com: {URL}", ""),
        (f'curl -H "x: {URL}', ""),
        (f"{'x' * 61}: {URL}", ""),
        (f": {URL}", ""),
    ],
)
def test_the_label_where_it_is_clear(text: str, label: str) -> None:
    assert labels(text) == [label]


def test_several_on_a_line_have_their_own_labels() -> None:
    assert labels(f"Customers: {URL}, Orders: {OTHER}") == ["Customers", "Orders"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (URL.replace("zohoapis.com", "zohoapis.com.evil.example"), "not one of Zoho's API hosts"),
        (URL.replace("https", "http"), "clear text"),
        (URL.replace("https://", "https://ann:secret@"), "names a user"),
        (URL.removesuffix(f"/{REF.job_id}"), "has no job id"),
        (URL.replace(REF.job_id, "3.88883E+18"), "A spreadsheet has cut it"),
        (URL.replace("/insert/", "/read/"), "not the URL of a bulk insert job"),
        ("https://www.zohoapis.eu/creator/v2.1/data/a/b/report/c", "not the URL of a bulk insert"),
        (f"{URL[:-8]}\n{URL[-8:]}", "may be cut by a line break"),
        (f"> {URL[:-8]}\n> {URL[-8:]}", "may be cut by a line break"),
        (f"{URL}=\n1234", "may be cut by a line break"),
        (f"{URL}=\n\nRegards", "may be cut by a line break"),
        (f"{URL[:76]}\n{URL[76:]}", "is not"),
        (f"https://{'x' * 2000}/bulk/", "longer than 1,000"),
    ],
)
def test_what_is_left_out_says_why(text: str, reason: str) -> None:
    result = found(f"\n{text}")
    assert result.jobs == []
    (left_out,) = result.left_out
    assert reason in left_out.reason
    assert left_out.line == 2
    assert "secret" not in left_out.reason


CURL = f"""curl -X GET \\
  -H 'Authorization: Zoho-oauthtoken {TOKEN}' \\
  -H 'environment: development' \\
  '{URL}'
"""


def test_a_curl_command_names_the_environment_and_its_token_is_not_read() -> None:
    result = found(f"{CURL}\n{OTHER}")
    assert result.has_token
    first, second = result.jobs
    assert first.ref == REF._replace(environment=Environment.DEVELOPMENT)
    assert first.environment is Environment.DEVELOPMENT
    assert (second.ref.environment, second.environment) == (Environment.PRODUCTION, None)
    assert TOKEN not in repr(result)


@pytest.mark.parametrize("other", ["stage", "nowhere"])
def test_two_environments_and_one_unheard_of_leave_the_job_out(other: str) -> None:
    text = (
        CURL + CURL.replace("development", "stage")
        if other == "stage"
        else CURL.replace("development", other)
    )
    result = found(text)
    assert result.jobs == []
    (left_out,) = result.left_out
    assert f"“{other}”" in left_out.reason


def test_a_url_behind_a_token_is_read() -> None:
    result = found(f"Authorization: Zoho-oauthtoken {TOKEN} {URL}")
    assert [job.url for job in result.jobs] == [URL]
    assert TOKEN not in repr(result)


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Zoho-oauthtoken {TOKEN}",
        f"authorization = Bearer {TOKEN}",
        f'-H "Authorization: Zoho-oauthtoken {TOKEN}" {URL}',
        f"Zoho-oauthtoken\n{TOKEN}",
        f"my token {TOKEN}: {URL}",
        f"{URL}?access_token=verysecret1",
        f"https://www.zohoapis.com/creator/v2.1/bulk/x?access_token=verysecret1&refresh_token={TOKEN}",
        f"{URL.replace('Employee', TOKEN)}",
    ],
)
def test_no_token_is_kept_or_shown(text: str) -> None:
    result = found(text)
    assert result.has_token
    for shown in (repr(result), without_tokens(text)):
        assert TOKEN not in shown
        assert "verysecret1" not in shown


@pytest.mark.parametrize("harm", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_leaves_safe_lines(harm: str) -> None:
    result = found(f"{harm}: {URL}\n{harm} https://{harm}/bulk/{harm} {URL.replace('.com', harm)}")
    for text in (*(job.label for job in result.jobs), *(it.reason for it in result.left_out)):
        assert is_one_safe_line(text)


names = st.text(string.ascii_letters + string.digits + "_", min_size=1, max_size=30)
refs = st.builds(
    JobRef,
    st.sampled_from(["https://www.zohoapis.com", "https://zohoapis.eu"]),
    names,
    names,
    names,
    st.from_regex(r"[1-9][0-9]{18}", fullmatch=True),
    st.just(Environment.PRODUCTION),
)
around = st.text("abc ,.;:!?()<>[]\"'*#=-\t", max_size=12)


@given(st.lists(st.tuples(refs, around, around), max_size=8))
def test_every_job_is_found_once_and_in_order(jobs: list[tuple[JobRef, str, str]]) -> None:
    lines = [f"{a} {ref.origin}{job_path(ref, 'v2.1')} {b}" for ref, a, b in jobs]
    expected = list(dict.fromkeys(ref for ref, _, _ in jobs))
    assert [job.ref for job in found("\n".join([*lines, *lines])).jobs] == expected


@given(refs, st.lists(st.integers(1, 200), max_size=3))
def test_a_url_that_a_mail_client_has_wrapped_is_that_job_or_is_left_out(
    ref: JobRef, cuts: list[int]
) -> None:
    url = f"{ref.origin}{job_path(ref, 'v2.1')}"
    at = sorted({0, len(url), *(cut for cut in cuts if 10 < cut < len(url))})
    result = found("=\n".join(url[begin:end] for begin, end in pairwise(at)))
    assert [job.ref for job in result.jobs] in ([ref], [])


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    assert found(text).jobs == []


MIB = 2**20
PATHOLOGICAL = [
    "https://", "https%3A%2F%2F", "https://www.zohoapis.eu/bulk/=\n", "=\n", "www.zohoapis.",
    "1000.", "1000.aaaaaaaaaaaa.", "authorization:", "bearer ", "bearer\n", "environment: ",
    "[a](", "a: ", " - ", "1. ", "> ", "*_", "\\\n", f"{URL}\n", f"{URL} ", f"a: {URL}",
    f"environment: stage \\\n{URL} \\\n", "https://www.zohoapis.eu/creator/v2.1/bulk/",
]  # fmt: skip


@pytest.mark.parametrize("piece", PATHOLOGICAL, ids=repr)
def test_the_work_grows_with_the_length_of_the_text(piece: str) -> None:
    def seconds(length: int) -> float:
        text = piece * (length // len(piece))
        began = process_time()
        found(text)
        return process_time() - began

    # A square would take 64 times as long; the addend is for what is too short to be measured.
    assert seconds(MIB // 8) < 20 * seconds(MIB // 64) + 0.125
