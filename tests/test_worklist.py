"""The worklist: one task a piece of work, in the list where it belongs, by when, and for which measures."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from judge import business_deadline, judge
from worlds import to_tables, worlds

import asreport
from asreport.analysing.case_list import NO_OWNER
from asreport.analysing.worklist import (
    COLUMNS,
    LISTS,
    SOON,
    TASK_LISTS,
    TASKS,
    counts_by_owner,
    due_in_words,
    owners_of,
    tasks_for_file,
    tasks_headline,
    tasks_in_words,
    work_of,
    worklist,
)
from asreport.handing_out import downloads
from asreport.words.catalogue import REASONS, THINGS_TO_DO, task_lists
from asreport.words.sentences import together

QUARTER = asreport.load_quarter("q2-2026")
WORK = {measure.id: work_of(measure) for measure in QUARTER.measures.values()}
SCHOOL, WHANAU = "Initial School Meeting", "Initial Student / Whānau Meeting"
MONDAY = date(2026, 5, 11)


def case(number, referral, **more):
    row = {
        "case_number": number, "case_type": "CA", "referral_date": referral, "migrated": False, "closed_date": None,
        "student_name": f"Student {number}", "case_owner": "Ana Example",
    }  # fmt: skip
    return {**row, **more}


def event(number, subject, day, kind="Event"):
    return {"case_number": number, "subject": subject, "event_date": day, "activity_type": kind}


def plan(number, status="In Progress"):
    return {"case_number": number, "status": status, "steps": 1}


def assessed(cases, events=(), plans=(), as_at=MONDAY):
    def table(rows, *days):
        frame = pd.DataFrame(list(rows))
        return frame.astype(dict.fromkeys(days, "datetime64[s]"))

    tables = {"cases": table(cases, "referral_date", "closed_date")}
    tables["events"] = table([event("none", "x", as_at), *events], "event_date")
    tables["plans"] = table([plan("none"), *plans])
    return asreport.assess(tables, QUARTER, as_at=as_at)


def tasks(*cases, events=(), plans=(), as_at=MONDAY):
    """case number and work → (list, reason, deadline, measures it serves)."""
    found = worklist(assessed(cases, events, plans, as_at))
    assert list(found) == list(TASKS)
    day = found["deadline"].dt.date.astype(object).where(found["deadline"].notna(), None)
    keys = zip(found["case_number"], found["work"], strict=True)
    return dict(
        zip(keys, zip(found["list"], found["reason"], day, found["serves"].str.split(), strict=True), strict=True)
    )


# Worked examples


def test_a_meeting_open_for_two_tiers_is_one_task_with_the_sooner_deadline():
    # Referred Monday 4 May: the 5 business days end on Monday 11 May, the 10 on Monday 18 May.
    found = tasks(case("1", date(2026, 5, 4)))
    tiers = ["school-meeting-5", "school-meeting-10"]
    assert found["1", "school"] == ("today", "no_meeting_recorded", MONDAY, tiers)
    tiers = ["whanau-meeting-10", "whanau-meeting-15"]
    assert found["1", "whanau"] == ("soon", "no_meeting_recorded", date(2026, 5, 18), tiers)
    assert found["1", "plan"] == ("later", "no_plan", None, ["student-plan"])
    assert len(found) == 3


def test_a_tier_that_is_missed_is_not_served_any_more_while_the_other_is_open():
    found = tasks(case("1", date(2026, 5, 1)))  # the 5 days ended on Friday 8 May, the 10 end on Friday 15 May
    assert found["1", "school"] == ("soon", "no_meeting_recorded", date(2026, 5, 15), ["school-meeting-10"])


def test_next_five_business_days_end_on_the_fifth_and_skip_weekends():
    # Ten business days from Monday 4 May end on Monday 18 May, the fifth business day; from 5 May a day later.
    assert tasks(case("1", date(2026, 5, 4)))["1", "whanau"][0] == "soon"
    assert tasks(case("1", date(2026, 5, 5)))["1", "whanau"][0] == "later"


def test_what_is_missed_without_a_record_is_overdue_and_serves_all_it_was_for():
    found = tasks(case("1", date(2026, 4, 7)))
    tiers = ["school-meeting-5", "school-meeting-10"]
    assert found["1", "school"] == ("overdue", "no_meeting_recorded", date(2026, 4, 14), tiers)


def test_a_record_that_nearly_counts_is_put_right_whether_pending_or_missed_unless_it_is_due():
    day = date(2026, 4, 9)
    old = tasks(case("1", date(2026, 4, 7)), events=[event("1", SCHOOL, day, "Task")], plans=[plan("1", "Draft")])
    assert old["1", "school"][:2] == ("fix", "recorded_as_task")
    assert old["1", "plan"] == ("fix", "plan_draft", None, ["student-plan"])
    due = tasks(case("1", date(2026, 5, 4)), events=[event("1", SCHOOL, date(2026, 5, 6), "Task")])
    assert due["1", "school"][:2] == ("today", "recorded_as_task"), "the deadline comes before the kind of work"


def test_a_missing_date_is_entered_once_for_all_measures_that_want_it():
    found = tasks(case("1", None))
    (((number, work), (which, reason, deadline, serves)),) = found.items()
    assert (number, work, which, reason, deadline) == (
        "1",
        "referral_date_missing",
        "fix",
        "referral_date_missing",
        None,
    )
    assert serves == [*(m for m in QUARTER.measures if m.startswith(("school", "whanau"))), "student-plan"]


def test_done_late_is_no_task_and_neither_is_what_a_closed_case_left_undone():
    held = [event("1", SCHOOL, date(2026, 5, 8)), event("1", WHANAU, date(2026, 5, 8))]
    assert tasks(case("1", date(2026, 4, 7)), events=held, plans=[plan("1")]) == {}, "both meetings were held late"
    closed = case("2", date(2026, 4, 7), closed_date=date(2026, 5, 1))
    assert tasks(closed) == {}
    found = worklist(assessed([closed], events=[event("2", SCHOOL, date(2026, 4, 9), "Task")]))
    assert found[["work", "list", "closed"]].to_dict("records") == [{"work": "school", "list": "fix", "closed": True}]


def test_order_is_list_then_deadline_to_come_before_passed_before_none_then_number():
    cases = [case("10", date(2026, 4, 7)), case("9", date(2026, 4, 7)), case("2", date(2026, 5, 7))]
    wrong = [event(number, WHANAU, date(2026, 5, 8), "Task") for number in ("2",)]
    wrong += [event(number, WHANAU, date(2026, 4, 9), "Task") for number in ("9", "10")]
    found = worklist(assessed(cases, wrong, [plan("2", "Draft")]))
    fix = found[found["list"] == "fix"]
    assert list(zip(fix["case_number"], fix["work"], strict=True)) == [
        ("2", "whanau"), ("9", "whanau"), ("10", "whanau"), ("2", "plan"),
    ]  # fmt: skip
    assert found["list"].to_list() == sorted(found["list"], key=LISTS.index)


@pytest.mark.parametrize(
    "deadline, words",
    [
        (MONDAY, "today"),
        (date(2026, 5, 12), "in 1 business day, 12 May 2026"),
        (date(2026, 5, 18), "in 5 business days, 18 May 2026"),
        (date(2026, 5, 8), "was due 8 May 2026"),
        (None, "no deadline"),
    ],
)
def test_by_when_is_counted_from_the_as_at_date(deadline, words):
    assert due_in_words(pd.Series([deadline], dtype="datetime64[s]"), MONDAY).to_list() == [words]


def test_by_when_across_a_weekend():
    days = pd.Series([date(2026, 5, 16), date(2026, 5, 18)], dtype="datetime64[s]")
    said = due_in_words(days, date(2026, 5, 15))
    assert said.to_list() == ["before the next business day, 16 May 2026", "in 1 business day, 18 May 2026"]


def test_in_words_a_task_says_who_what_and_for_which_measures():
    result = assessed([case("1", date(2026, 5, 4), case_owner=None)])
    found = worklist(result)
    first = tasks_in_words(found, result).iloc[0]
    assert first["do"] == "Hold the Initial School Meeting and record it"
    assert first["measures"] == "Initial school meeting within 5 and 10 business days"
    assert (first["student_name"], first["case_owner"], first["due"]) == ("Student 1", NO_OWNER, "today")
    assert first["title"] == "Due today" and first["open"] == "Case › Activity › New Event"


def test_counts_by_owner_add_up_and_name_those_without_an_owner():
    result = assessed([case("1", date(2026, 5, 4)), case("2", date(2026, 4, 7), case_owner=None)])
    found = worklist(result)
    counts = counts_by_owner(found, owners_of(found, result))
    assert list(counts.index) == ["Ana Example", NO_OWNER], "the one with something due today first"
    assert counts["all"].sum() == len(found) and (counts[list(LISTS)].sum(axis=1) == counts["all"]).all()
    assert counts.loc[NO_OWNER, "overdue"] == 2


def test_the_file_is_safe_against_formulas():
    result = assessed([case("1", date(2026, 5, 4), student_name="=1+1", case_owner="@SUM(A1)")])
    table = tasks_for_file(worklist(result), result)
    assert list(table) == list(COLUMNS.values())
    text = downloads.csv_bytes(table).decode("utf-8-sig")
    assert ",'=1+1,'@SUM(A1),2026-05-11," in text


def test_every_list_and_reason_has_its_words():
    assert list(TASK_LISTS) == list(LISTS)
    assert set(THINGS_TO_DO) == set(REASONS)
    assert tasks_headline({"today": 1, "overdue": 1200}) == "1 due today, 1,200 overdue."
    assert "Nothing is due" in tasks_headline({"later": 3})
    assert (SOON, TASK_LISTS["soon"].title) == (5, "Next five business days")
    assert tasks_headline({"soon": 2}) == "2 in the next five business days."
    other = task_lists("two weeks")["soon"]
    assert (other.title, other.empty) == ("Next two weeks", "Nothing is due in the next two weeks.")
    assert (
        together(["A b", "C d"]) == "A b; C d" and together(["within 5 days", "within 9 days"]) == "within 5 and 9 days"
    )


# Properties


def assess(world, tables=None):
    return asreport.assess(tables or to_tables(world), QUARTER, as_at=world.as_at)


def test_every_case_that_is_pending_is_in_exactly_one_task_of_the_right_list():
    reached = Counter()

    @given(worlds())
    def holds(world):
        reached.update(rightly_listed(world)["list"])

    holds()
    assert sum(reached.values()) > 20, reached


def rightly_listed(world):
    """The worklist of a world, every task of which was looked for where it belongs."""
    found = worklist(assess(world))
    assert not found.duplicated(["case_number", "work"]).any() and found["list"].isin(LISTS).all()
    listed = {(row.case_number, row.work): row for row in found.itertuples()}
    verdicts, _ = judge(world.tables, world.as_at, world.quarter)
    within = business_deadline(world.as_at, 5)
    first: dict[tuple[str, str], list[date]] = {}
    for (measure, number), (verdict, _, deadline, _) in verdicts.items():
        if verdict == "pending":
            first.setdefault((number, WORK[measure]), []).append(deadline or date.max)
            task = listed.get((number, WORK[measure]))
            assert task is None or measure in task.serves.split()
    for key, deadlines in first.items():
        if min(deadlines) == world.as_at:
            assert listed[key].list == "today"
        elif min(deadlines) <= within:
            assert listed[key].list == "soon"
        else:
            assert key not in listed or listed[key].list not in ("today", "soon")
            assert key in listed or not is_open(world, key[0]), "only a closed case leaves the list"
    for key, task in listed.items():
        assert (task.list not in ("today", "soon")) or key in first
    return found


def is_open(world, number):
    (found,) = [case for case in world.tables["cases"] if case["case_number"] == number]
    closed = found.get("closed_date")
    return closed > world.as_at if closed else "closed" not in (found.get("status") or "").lower()


@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(world, random):
    result = assess(world)
    tables = {n: t.sample(frac=1, random_state=random.randrange(2**31)) for n, t in to_tables(world).items()}
    pd.testing.assert_frame_equal(worklist(result), worklist(assess(world, tables)))
