"""Which job URLs are taken, as what, and what a refused one is answered with."""

from itertools import product
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.jobs import REF, URL
from tests.support.text import HOSTILE, is_one_safe_line
from zcbulk_tui.domain.address import (
    EXAMPLE,
    applications_path,
    check_origin,
    create_path,
    fields_path,
    forms_path,
    is_loopback,
    job_path,
    make_ref,
    parse_base_url,
    parse_job_url,
    upload_path,
)
from zcbulk_tui.domain.datacenters import API_HOSTS, find
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.job import Environment, JobRef
from zcbulk_tui.errors import UsageError

PATH = urlsplit(URL).path
US = "https://www.zohoapis.com"

names = st.from_regex(r"\A[A-Za-z0-9_][A-Za-z0-9_.@+-]{0,99}\Z")
job_ids = st.from_regex(r"\A[0-9]{1,30}\Z")
origins = st.sampled_from([f"https://{host}" for host in API_HOSTS])
refs = st.builds(JobRef, origins, names, names, names, job_ids, st.sampled_from(Environment))


def test_the_url_of_zohos_pages_is_read() -> None:
    assert parse_job_url(URL) == REF


def test_the_example_in_the_messages_is_one() -> None:
    assert parse_job_url(EXAMPLE).job_id == "3888833000000114027"


@given(refs, st.sampled_from(["v2.1", "v2", "v3"]))
def test_a_reference_survives_its_own_url(ref: JobRef, version: str) -> None:
    assert parse_job_url(ref.origin + job_path(ref, version), ref.environment) == ref


@given(refs, st.sampled_from(["v2.1", "v2"]))
def test_an_upload_has_the_id_and_the_create_call_has_none(ref: JobRef, version: str) -> None:
    uploaded, created = upload_path(ref, version), create_path(FormRef.of(ref), version)
    assert uploaded == f"{created}?job_id={ref.job_id}"
    assert parse_job_url(ref.origin + uploaded, ref.environment) == ref
    with pytest.raises(UsageError, match="no job id"):
        parse_job_url(ref.origin + created)


@pytest.mark.parametrize("job_id", ["", " ", "0x1", "1/2", "1&job_id=", "3.88883E+18"])
def test_no_upload_goes_where_a_job_would_be_created(job_id: str) -> None:
    with pytest.raises(UsageError):
        upload_path(REF._replace(job_id=job_id), "v2.1")


def test_the_paths_of_the_lists() -> None:
    form = FormRef("https://www.zohoapis.com", "o/x", "a b", "f?")
    meta = "/creator/v2.1/meta"
    assert applications_path("v2.1") == f"{meta}/applications"
    assert forms_path("o/x", "a b", "v2.1") == f"{meta}/o%2Fx/a%20b/forms"
    assert fields_path(form, "v2.1") == f"{meta}/o%2Fx/a%20b/form/f%3F/fields"


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        pytest.param(f"  {URL}\n", US, id="white space around"),
        pytest.param(f"{URL}/", US, id="slash at the end"),
        pytest.param(URL.replace("zylker-store/", "zylker-store\r\n/"), US, id="wrapped paste"),
        pytest.param(f"{URL}?x=1#y", US, id="query and fragment"),
        pytest.param(URL.replace("www.zohoapis", "WWW.ZohoAPIs"), US, id="host in capitals"),
        pytest.param(URL.replace("https", "HTTPS"), US, id="scheme in capitals"),
        pytest.param(URL.removeprefix("https://"), US, id="no scheme"),
        pytest.param(f"{URL}/result", US, id="result"),
        pytest.param(f"{URL}/result?filter=failed", US, id="result with a filter"),
        pytest.param(URL.replace("v2.1", "v2"), US, id="older version"),
        pytest.param(URL.replace("//www.", "//"), "https://zohoapis.com", id="without www"),
        pytest.param(URL.replace(".com/", ".com:8443/"), f"{US}:8443", id="port"),
    ],
)
def test_what_may_be_pasted(url: str, origin: str) -> None:
    ref = parse_job_url(url)
    assert ref == JobRef(origin, REF.owner, REF.app, REF.form, REF.job_id)


@pytest.mark.parametrize("host", API_HOSTS)
@pytest.mark.parametrize("www", ["www.", ""])
def test_every_data_centre_is_known(host: str, www: str) -> None:
    host = www + host.removeprefix("www.")
    center = find(host)
    assert center is not None
    assert center.api_host == f"www.{host.removeprefix('www.')}"
    assert parse_job_url(f"https://{host}{PATH}").origin == f"https://{host}"


def test_the_environment_comes_from_elsewhere() -> None:
    assert parse_job_url(URL, Environment.STAGE).environment is Environment.STAGE


def test_the_configured_host_is_allowed_too() -> None:
    url = f"https://creator.example{PATH}"
    assert parse_job_url(url, base_url="https://creator.example").job_id == REF.job_id
    with pytest.raises(UsageError, match="base_url"):
        parse_job_url(url, base_url="https://other.example")


@pytest.mark.parametrize(
    "base_url",
    [
        "https://localhost",
        "http://localhost:8080",
        "http://127.0.0.1:8080",
        "http://[::1]:8080",
        "https://creator.example:8443",
    ],
)
def test_the_configured_server_is_taken_and_none_beside_it(base_url: str) -> None:
    assert parse_job_url(f"{base_url.upper()}{PATH}", base_url=base_url).origin == base_url
    check_origin(base_url, base_url)
    for other in (
        *("http://127.0.0.1:8081", "http://localhost:8081", "http://[::1]:1", "http://127.0.0.1"),
        *("https://127.0.0.1:8080", "https://localhost:8080", "https://creator.example"),
    ):
        for refuse in (lambda url: parse_job_url(url + PATH, base_url=base_url), check_origin):
            with pytest.raises(UsageError, match="base_url"):
                refuse(other)


THIS_MACHINE = (
    *("127.0.0.1", "localhost", "[::1]", "LOCALHOST", "localhost.", "127.0.0.2", "127.1"),
    *("2130706433", "0x7f000001", "0177.0.0.1", "0.0.0.0", "[::ffff:127.0.0.1]", "[::]"),
    *("me@127.0.0.1", "127.0.0.1.nip.io", "localhost.localdomain", "ip6-localhost"),
)
NOT_ZOHO = (
    *("www.zohoapis.com.evil.example", "www.zohoapis.com@evil.example", "www.zohoapis.com."),
    *("www.zohoapis.com.:443", "xn--www-zohoapis.com", "www.zohoаpis.com", "zohoapis.com.."),
    *("www.zohoapis.com:443@evil.example", "www.zohoapis.com%2eevil.example", "1.www.zohoapis.eu"),
    *("accounts.zoho.com", "www.zohoapis.comx", "www-zohoapis.com", "www.zohoapis.com\\.evil"),
)


@pytest.mark.parametrize("host", [*THIS_MACHINE, *NOT_ZOHO])
def test_no_other_server_gets_the_token(host: str) -> None:
    ways = (check_origin, parse_base_url_for_token, lambda it: parse_job_url(it + PATH))
    for scheme, port, refuse in product(("http", "https"), ("", ":8080"), ways):
        with pytest.raises(UsageError) as caught:
            refuse(f"{scheme}://{host}{port}")
        assert caught.value.next_step, (scheme, port)


def parse_base_url_for_token(origin: str) -> None:
    """What the dialog does with the host that is typed there."""
    check_origin(parse_base_url(origin))


@pytest.mark.parametrize(
    ("url", "hint"),
    [
        pytest.param("", EXAMPLE, id="nothing"),
        pytest.param("3888833000000114027", EXAMPLE, id="id alone"),
        pytest.param(URL.replace("https", "ftp"), EXAMPLE, id="other scheme"),
        pytest.param(f"file://{PATH}", EXAMPLE, id="file"),
        pytest.param(f"https://{PATH}", EXAMPLE, id="no host"),
        pytest.param(URL.replace(".com/", ".com:x/"), EXAMPLE, id="port no number"),
        pytest.param(URL.replace(".com/", ".com:65536/"), EXAMPLE, id="port too large"),
        pytest.param(f"https://[::1{PATH}", EXAMPLE, id="broken IPv6"),
        pytest.param(URL.replace("https", "http"), "Write https://", id="clear text"),
        pytest.param(f"http://127.0.0.1.evil.example{PATH}", "Write https://", id="not loopback"),
        pytest.param(f"http://0.0.0.0{PATH}", "Write https://", id="every address"),
        pytest.param(URL.replace("zohoapis.com", "zohoapis.xy"), "base_url", id="unknown host"),
        pytest.param(f"https://creator.zoho.com{PATH}", "www.zohoapis.com", id="old host"),
        pytest.param(f"https://www.zohoapis.com.evil.example{PATH}", "base_url", id="longer host"),
        pytest.param(f"https://www.www.zohoapis.com{PATH}", "base_url", id="twice www"),
        pytest.param(f"https://evilzohoapis.com{PATH}", "base_url", id="host that ends alike"),
        pytest.param(
            f"https://www.zohoapis\u3002com{PATH}",
            "Its host cannot be a host.",
            id="other full stop",
        ),
        pytest.param(f"https://evil.example/{URL}", "base_url", id="URL in a path"),
        pytest.param(f"https://evil.example#@www.zohoapis.com{PATH}", "base_url", id="fragment"),
        pytest.param(f"https://me@www.zohoapis.com{PATH}", "Leave out user", id="user"),
        pytest.param(f"https://me:pw@www.zohoapis.com{PATH}", "Leave out user", id="password"),
        pytest.param(f"https://@www.zohoapis.com{PATH}", "Leave out user", id="empty user"),
        pytest.param(f"{US}@evil.example{PATH}", "Leave out user", id="host as user"),
        pytest.param(f"{US}\\@evil.example{PATH}", "Leave out user", id="host as user, escaped"),
        pytest.param(US, EXAMPLE, id="host alone"),
        pytest.param(URL.replace("/bulk/", "/data/"), EXAMPLE, id="other API"),
        pytest.param(URL.replace("/form/", "/report/"), EXAMPLE, id="report"),
        pytest.param(URL.replace("/creator/", "/api/"), EXAMPLE, id="other product"),
        pytest.param(f"{URL}/results", EXAMPLE, id="other end"),
        pytest.param(f"www.evil.example{PATH}", "base_url", id="unknown host without a scheme"),
        pytest.param(URL.replace("/Employee", "//Employee"), EXAMPLE, id="empty name"),
        pytest.param(URL.rpartition("/")[0], "after /insert/", id="no job id"),
        pytest.param(URL.rpartition("/")[0] + "/", "after /insert/", id="no job id, slash"),
        pytest.param(f"{URL}x", "digits only", id="job id with a letter"),
        pytest.param(f"{URL}%2F1", "digits only", id="job id with a slash"),
        pytest.param(URL[:-3] + "٠١٢", "digits only", id="job id in other digits"),
        pytest.param(URL[:-3] + "9" * 40, "digits only", id="job id too long"),
        pytest.param(URL.replace("jason18", "jason%2F18"), "no spaces", id="encoded slash"),
        pytest.param(URL.replace("jason18", "jason 18"), "no spaces", id="space"),
        pytest.param(URL.replace("jason18", "jason%2018"), "no spaces", id="encoded space"),
        pytest.param(URL.replace("jason18", "%2E%2E"), "no spaces", id="folder above"),
        pytest.param(URL.replace("jason18", "jas\u00f6n"), "no spaces", id="accent"),
        pytest.param(URL.replace("jason18", "%ff"), "no spaces", id="no UTF-8"),
        pytest.param(URL.replace("jason18", "j%00"), "no spaces", id="encoded null"),
        pytest.param(URL.replace("jason18", "%20"), "owner is missing", id="blank name"),
        pytest.param(URL.replace("jason18", "j" * 101), "no spaces", id="name too long"),
    ],
)
def test_a_refused_url_is_answered_with_what_to_write(url: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_job_url(url)
    assert hint in str(caught.value)
    assert caught.value.next_step
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize(
    "template", ["{}", "https://{}/x", URL.replace("jason18", "a {}"), URL[:-3] + "x{}", US + "/{}"]
)
def test_a_message_shows_no_harmful_characters(template: str, text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_job_url(template.format(text))
    assert is_one_safe_line(str(caught.value))


@given(
    st.text()
    | st.builds(
        "{}://{}{}".format,
        st.sampled_from(["https", "http"]),
        st.sampled_from(["www.zohoapis.eu", "localhost", "127.0.0.1:8080", "[::1]"]) | st.text(),
        st.sampled_from([PATH, PATH + "1", "/"]) | st.text(),
    )
)
def test_whatever_is_pasted_is_refused_or_safe_to_ask(url: str) -> None:
    try:
        ref = parse_job_url(url)
    except UsageError:
        return
    origin = urlsplit(ref.origin)
    host = origin.hostname or ""
    assert find(host)
    assert origin.scheme == "https"
    assert parse_job_url(ref.origin + job_path(ref, "v2.1")) == ref


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.8.8.8", False),
        ("::1", True),
        ("localhost.evil.example", False),
        ("0.0.0.0", False),
        ("127.1", False),
        ("2130706433", False),
        ("10.0.0.1", False),
        ("::", False),
        ("", False),
    ],
)
def test_only_this_machine_is_loopback(host: str, local: bool) -> None:
    assert is_loopback(host) is local


def test_parts_may_have_white_space_around() -> None:
    owner, app, form, job_id = (f" {part}\t" for part in (REF.owner, REF.app, REF.form, REF.job_id))
    assert make_ref(REF.origin, owner, app, form, job_id) == REF


@pytest.mark.parametrize(
    ("owner", "app", "form", "job_id", "title"),
    [
        ("", "a", "f", "1", "The account owner is missing"),
        ("o", " ", "f", "1", "The application is missing"),
        ("o", "a", "", "1", "The form is missing"),
        ("o", "a", "f", "", "The job id is missing"),
        ("o/p", "a", "f", "1", "“o/p” cannot be the account owner's link name"),
        ("o", "My App", "f", "1", "“My App” cannot be the application's link name"),
        ("o", "a", "..", "1", "“..” cannot be the form's link name"),
        ("o", "a", "f", "1.0", "“1.0” is not a job id"),
        ("o", "a", "f", "-1", "“-1” is not a job id"),
    ],
)
def test_a_refused_part_is_named(owner: str, app: str, form: str, job_id: str, title: str) -> None:
    with pytest.raises(UsageError) as caught:
        make_ref(US, owner, app, form, job_id)
    assert caught.value.title == title
    assert caught.value.next_step
