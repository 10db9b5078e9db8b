"""The filters of Exceptions and the address of the page: each follows the other, so that a link reopens a view.

What stands in the address, and why no name does: `asreport.analysing.case_filters`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from asreport.analysing.case_filters import BY_GROUP, FILTERS, Listing, filter_label, group_identity, listing
from asreport.policy.bounds import MAX_SEARCH
from ui import session
from ui.session import Loaded

SEARCH = "q"
DEFAULT = {"verdict": ["missed", "cannot_assess"]}
_ALL = "all"  # in place of a default, where nothing is chosen

_WRITTEN = f"{session.FILTER}address"  # as this page wrote it last
_UNKNOWN = f"{session.FILTER}unknown"  # what it asked for that nobody knows
_ASKED = "address-asked"  # holds codes and identities alone, and outlives an upload

Address = dict[str, list[str]]


def remember() -> None:
    """Keep what a link asks for until its files are here: opened in a new tab, it finds an empty session."""
    if session.loaded() is None and (asked := _address()):
        st.session_state[_ASKED] = asked


def listed(now: Loaded) -> Listing:
    """The case-level list, made once for an upload; once more where names are shown in another way."""
    return session.kept(f"listing {now.shown is now.result}", lambda: listing(now.shown, _upload(now)))


def to_cases(now: Loaded, measure: str, by: str, group: str, verdicts: Sequence[str] = ()) -> Address:
    """The address of a group's cases of a measure. `by`, `group`: as `breakdown.breakdown` names them."""
    param = next(param for param, grouping in BY_GROUP.items() if grouping == by)
    return {
        "verdict": list(verdicts) or [_ALL],
        "measure": [measure],
        param: [group_identity(_upload(now), param, group)],
    }


def follow(listing: Listing) -> None:
    """Set the filters as the address asks where it asks for something new; else leave them as they were chosen."""
    asked = _address()
    waiting = st.session_state.pop(_ASKED, {})
    if not asked:
        asked = waiting
    elif asked == st.session_state.get(_WRITTEN):
        asked = {}
    unknown = []
    for name, options in listing.options.items():
        preset = asked.get(name, DEFAULT.get(name, []))
        if asked or key(name) not in st.session_state:
            st.session_state[key(name)] = [value for value in dict.fromkeys(preset) if value in options]
            if set(preset) - set(options) - {_ALL}:
                unknown.append(filter_label(name))
    if asked or key(SEARCH) not in st.session_state:
        st.session_state[key(SEARCH)] = asked.get(SEARCH, [""])[-1][:MAX_SEARCH]
    if asked:
        unknown += [filter_label(name) for name in asked if name in FILTERS and name not in listing.options]
        st.session_state[_UNKNOWN] = unknown


def write(listing: Listing, chosen: Mapping[str, Sequence[str]], search: str) -> None:
    """Put what is chosen into the address; of a search only what is part of a case number."""
    address = {name: list(values) for name, values in chosen.items() if values}
    address |= {name: [_ALL] for name in DEFAULT if not chosen.get(name)}
    if listing.names_a_case(search):
        address[SEARCH] = [search.strip()]
    if address != _address():
        st.query_params.from_dict(address)
    st.session_state[_WRITTEN] = address


def reset(listing: Listing) -> None:
    """Every filter as it was when the page was first opened."""
    forget_unknown()
    for name in listing.options:
        st.session_state[key(name)] = list(DEFAULT.get(name, []))
    st.session_state[key(SEARCH)] = ""


def unknown() -> list[str]:
    """The filters for which the address asked for something that is not in this upload."""
    return st.session_state.get(_UNKNOWN, [])


def forget_unknown() -> None:
    """The filters are the user's own now."""
    st.session_state.pop(_UNKNOWN, None)


def key(name: str) -> str:
    """The key of a filter's widget."""
    return f"{session.FILTER}{name}-{session.number_of()}"


def _address() -> Address:
    asked = {name: st.query_params.get_all(name) for name in (*FILTERS, SEARCH)}
    return {name: values for name, values in asked.items() if values}


def _upload(now: Loaded) -> bytes:
    """What tells these files from others, in whatever order they were dropped."""
    return " ".join(sorted(file.sha256 for file in now.exports.files if file.is_export)).encode()
