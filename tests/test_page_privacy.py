"""Names hidden with one switch, on every page; and Privacy, which says only what is so."""

from __future__ import annotations

import re
import tomllib

import pytest
from conftest import ROOT, Computed
from starlette.formparsers import MultiPartParser
from streamlit.testing.v1 import AppTest
from test_pages import (
    CASE,
    EXCEPTIONS,
    PAGES,
    PRIVACY,
    UPLOAD,
    app,
    assert_no_fault,
    everything,
    go,
    texts,
    upload,
    use_sample,
    widget,
)

import asreport

__all__ = ["app"]


def sent(app: AppTest) -> bytes:
    """All that is sent for a page, the sidebar too."""
    parts = [node.proto.SerializeToString() for node in app.sidebar if getattr(node, "proto", None) is not None]
    return everything(app) + b"\n".join(parts)


def hide(app: AppTest) -> AppTest:
    return widget(app.toggle, "Show student names").set_value(False).run()


@pytest.fixture
def names(sample: Computed) -> set[bytes]:
    return {name.encode() for name in sample.result.cases["student_name"].dropna().unique()}


def test_hidden_names_are_nowhere_in_what_is_sent(app: AppTest, names: set[bytes]) -> None:
    use_sample(app)
    assert any(name in sent(app) for name in names), "the match on Upload shows them to begin with"
    go(app, EXCEPTIONS)
    assert any(name in sent(app) for name in names)
    hide(app)
    assert re.search(rb"Student \d{4}", sent(app)), "pseudonyms stand for them"
    for page in PAGES:
        go(app, page)
        assert_no_fault(app)
        left = sorted(name.decode() for name in names if name in sent(app))
        assert not left, f"on {page}: {left[:3]}"
    widget(app.toggle, "Show student names").set_value(True).run()
    go(app, EXCEPTIONS)
    assert any(name in sent(app) for name in names), "and shown again when asked for"


def test_what_downloads_are_made_of_holds_no_hidden_name(app: AppTest, sample: Computed, names: set[bytes]) -> None:
    hide(use_sample(app))
    (held,) = [value for (*_, name), value in app.session_state["kept"].items() if name == "names hidden"]
    for table in (held.shown.cases, held.shown.case_results, held.findings, *held.tables.values()):
        text = table.to_csv().encode()
        assert not [name for name in names if name in text]
    assert "pseudonyms" in held.receipt["student_names"] and held.hidden.key_id in held.receipt["student_names"]
    assert set(held.hidden.key["student_name"]) == {name.decode() for name in names}
    assert held.result.cases.equals(sample.result.cases), "the real result stays as it is"


def test_a_name_in_a_providers_own_words_is_hidden_on_every_page(app: AppTest) -> None:
    cases = "Case Number,Case Type,Referral Date,Student Name,Case Owner\n1,CA,14/04/2026,Ana Rei,Hana Neat\n"
    events = "Case Number,Subject,Date,Activity Type\n1,Visit to Ana Rei,15/04/2026,Event\n"
    settings = asreport.Settings(subjects={"school": ["Visit to Ana Rei"]}, queues=["Ana Rei"])
    files = {"cases.csv": cases.encode(), "events.csv": events.encode(), "own.json": settings.to_json()}
    upload(app, files)
    assert "“Visit to Ana Rei” is accepted" in texts(app).replace("\\", "")
    hide(app)
    for page in PAGES:
        app.query_params["case"] = "1"
        go(app, page)
        assert_no_fault(app)
        assert b"Ana Rei" not in sent(app).replace(b"\\", b""), page
        if page not in (PRIVACY, CASE):
            assert "“Visit to Student 0001” is accepted" in texts(app).replace("\\", ""), page


def test_the_key_is_offered_only_where_names_are_hidden(app: AppTest) -> None:
    use_sample(app)
    assert not [b for b in app.download_button if "key" in b.label]
    hide(app)
    for page in (UPLOAD, EXCEPTIONS, PRIVACY):
        assert [b for b in go(app, page).sidebar.get("download_button") if "key" in b.label], page


def test_names_stay_hidden_through_another_upload_and_after_clearing(app: AppTest, names: set[bytes]) -> None:
    hide(app)
    use_sample(app)
    assert not [name for name in names if name in sent(app)]
    first = app.session_state["pseudonym-numbers"]
    assert first and not [n for n in names if n in repr(first).encode()], "the numbers of students hold no name"
    use_sample(app)
    assert app.session_state["pseudonym-numbers"] == first, "the same students keep their pseudonyms"
    go(app, PRIVACY)
    widget(app.button, "Clear everything").click().run()
    assert not widget(app.toggle, "Show student names").value
    assert "pseudonym-secret" not in app.session_state and "pseudonym-numbers" not in app.session_state
    go(app, UPLOAD)
    use_sample(app)
    assert not [name for name in names if name in sent(app)]


def test_clear_everything_on_privacy_does(app: AppTest, sample: Computed) -> None:
    go(use_sample(app), PRIVACY)
    assert "500 cases" in texts(app)
    widget(app.button, "Clear everything").click().run()
    assert_no_fault(app)
    assert "holds nothing" in texts(app) and not [b for b in app.button if b.label == "Clear everything"]
    held = repr(app.session_state.to_dict())
    assert not [number for number in sample.result.cases["case_number"] if number in held]
    assert "loaded" not in app.session_state and "kept" not in app.session_state


def test_privacy_says_what_is_set(app: AppTest) -> None:
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    go(app, PRIVACY)
    assert_no_fault(app)
    assert f"{settings['server']['disconnectedSessionTTL'] // 60} minutes" in texts(app)
    assert settings["browser"]["gatherUsageStats"] is False
    assert settings["client"]["showErrorDetails"] == "none" and settings["logger"]["level"] == "critical"
    assert MultiPartParser.spool_max_size > settings["server"]["maxUploadSize"] * 2**20, "no upload goes to a file"


def test_nothing_of_an_upload_is_in_a_cache_that_sessions_share() -> None:
    own = '@st.cache_resource(scope="session"'
    texts_of = {
        path: path.read_text("utf-8") for path in [*(ROOT / "ui").rglob("*.py"), *(ROOT / "pages").glob("*.py")]
    }
    assert any(own in text for text in texts_of.values()), "a session's own may be"
    shared = [path.name for path, text in texts_of.items() if "st.cache_" in text.replace(own, "")]
    assert not shared
