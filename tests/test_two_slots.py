"""A session holds two assessments beside each other, now and then: neither touches the other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

THEN_AS_AT = "2026-05-08"


def script() -> None:
    """Does what the test asks for, and leaves what both slots hold in the session's state."""
    from datetime import date

    import streamlit as st

    import asreport
    from ui import session

    asked = st.session_state.pop("ask", "")
    if asked.startswith("load "):
        uploads = tuple(asreport.sample_exports(cases=100).items())
        slot = asked.removeprefix("load ")
        session.load(uploads, f"Exports of {slot}", lambda text: None, slot=slot)  # type: ignore[arg-type]
    elif asked == "assess now again":
        session.assess_again(as_at=date(2026, 5, 8))
    elif asked == "hide":
        session.hide_names(True)
    elif asked == "clear then":
        session.clear_then()
    elif asked == "clear":
        session.clear()
    made = st.session_state.setdefault("made", [])
    for slot in ("now", "then"):
        held = session.loaded(slot)
        st.session_state[f"held {slot}"] = held
        if held:
            session.kept("a count", lambda slot=slot: made.append(slot), slot)


@pytest.fixture
def both() -> Iterator[AppTest]:
    """A session in which each slot was loaded."""
    app = AppTest.from_function(script, default_timeout=60).run()
    ask(app, "load now").session_state["filter-mine"] = "as chosen"
    yield ask(app, "load then")


def ask(app: AppTest, what: str) -> AppTest:
    app.session_state["ask"] = what
    app.run()
    assert not app.exception
    return app


def test_each_slot_holds_its_own_and_keeps_what_was_made_of_it(both: AppTest) -> None:
    now, then = both.session_state["held now"], both.session_state["held then"]
    assert (now.source, then.source) == ("Exports of now", "Exports of then")
    assert both.session_state["made"] == ["now", "then"], "loading then made nothing of now anew"
    assert both.session_state["filter-mine"] == "as chosen", "filters are of now"
    ask(both, "assess now again")
    assert "filter-mine" not in both.session_state
    assert both.session_state["held now"].number > then.number > now.number
    assert both.session_state["held now"].result.as_at.isoformat() == THEN_AS_AT
    assert both.session_state["held then"] is then and then.result.as_at == now.result.as_at
    assert both.session_state["made"] == ["now", "then", "now"], "and assessing now anew nothing of then"
    assert {key[:2] for key in both.session_state["kept"]} == {
        ("now", both.session_state["held now"].number),
        ("then", then.number),
    }, "nothing is left of the one before"


def test_then_is_let_go_of_alone(both: AppTest) -> None:
    now = both.session_state["held now"]
    ask(both, "clear then")
    assert both.session_state["held then"] is None and "loaded-then" not in both.session_state
    assert both.session_state["held now"] is now and both.session_state["made"] == ["now", "then"]
    assert {slot for slot, *_ in both.session_state["kept"]} == {"now"}
    ask(ask(both, "load then"), "clear")
    assert both.session_state["held now"] is None and both.session_state["held then"] is None


def test_names_are_hidden_in_both_and_a_student_is_one_in_both(both: AppTest) -> None:
    ask(both, "hide")
    now, then = both.session_state["held now"], both.session_state["held then"]
    assert now is not then and (now.source, then.source) == ("Exports of now", "Exports of then")
    names = set(now.result.cases["student_name"].dropna())
    assert names
    for held in (now, then):
        assert held.hidden and not names & set(held.shown.cases["student_name"].dropna())
    assert now.hidden.of_case.equals(then.hidden.of_case) and now.hidden.key_id == then.hidden.key_id
