"""Who may come in: a sign-in through the host's OpenID Connect provider where its secrets are set, none otherwise.

Whatever is wrong with the settings lets nobody in. The settings are read once, at the start: a secrets file that
vanishes later does not open the door.
"""

from __future__ import annotations

import ipaddress
import sys
import time
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, NoReturn
from urllib.parse import urlsplit

import streamlit as st
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from ui import session

# A working day. Streamlit keeps the cookie for 30 days; whoever has it must sign in again after this.
_SIGNED_IN_HOURS = 12
_CLOCKS_APART = 5 * 60  # seconds by which the provider's clock may be ahead of this one

# Where what the provider says is too long for one cookie, Streamlit signs each piece alone: pieces of two sign-ins, put
# together, would be a third person. No piece is taken.
_PIECE = "_streamlit_user_1"

_LAST_USED = "last-used"  # seconds of a clock that nobody can put back

_UUID = r"^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"
_DOMAIN = r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"


# What the host sets


def is_own_computer(host: str | None) -> bool:
    """Whether a host's name or address is that of the computer that asks."""
    name = (host or "").lower()
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")


def _encrypted(url: str) -> str:
    address = urlsplit(url)
    if address.scheme != "https" and not (address.scheme == "http" and is_own_computer(address.hostname)):
        raise ValueError("must begin with https://")
    return url


_Text = Annotated[str, StringConstraints(min_length=1)]
_Url = Annotated[str, AfterValidator(_encrypted)]
_Domain = Annotated[str, StringConstraints(to_lower=True, pattern=f"^{_DOMAIN}$")]
_Address = Annotated[str, StringConstraints(to_lower=True, pattern=rf"^[!-?A-~]+@{_DOMAIN}$")]
_Tenant = Annotated[str, StringConstraints(to_lower=True, pattern=_UUID)]


class Provider(BaseModel):
    """What `[auth]` must hold for Streamlit, and what it must not be for safety."""

    model_config = ConfigDict(strict=True)

    redirect_uri: _Url
    cookie_secret: Annotated[str, StringConstraints(min_length=32)]  # who guesses it signs in as anybody
    client_id: _Text
    client_secret: _Text
    server_metadata_url: _Url


class Access(BaseModel):
    """`[access]`: who may come in. Each list is a way in of its own."""

    model_config = ConfigDict(strict=True, extra="forbid")

    domains: list[_Domain] = []  # of verified e-mail addresses, without their sub-domains
    addresses: list[_Address] = []  # verified e-mail addresses
    google_organisations: list[_Domain] = []  # claim `hd`
    microsoft_tenants: list[_Tenant] = []  # claim `tid`
    idle_minutes: float = Field(30, gt=0, le=12 * 60)

    @model_validator(mode="after")
    def _lets_somebody_in(self) -> Access:
        if not (self.domains or self.addresses or self.google_organisations or self.microsoft_tenants):
            raise ValueError("name whom to let in: domains, addresses, google_organisations or microsoft_tenants")
        return self


class Settings(BaseModel):
    """The sections of the secrets that the sign-in reads."""

    auth: Provider
    access: Access


class SignInError(Exception):
    """The settings of the sign-in are mistaken; the message says to the host how, without any value."""


def settings_of(secrets: Mapping[str, Any]) -> Settings | None:
    """What these secrets set; none where they ask for no sign-in. Raises SignInError."""
    sections = {name: secrets.get(name) for name in Settings.model_fields}
    if not any(name in secrets for name in sections):
        return None
    try:
        return Settings.model_validate(sections)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
    raise SignInError(wrong)


@cache
def _settings() -> Settings | SignInError | None:
    try:
        if not any(Path(path).exists() for path in st.get_option("secrets.files")):
            return None
        settings = settings_of(st.secrets.to_dict())
        if settings and st.get_option("server.trustedUserHeaders"):
            raise SignInError("server.trustedUserHeaders would let a request's headers overrule what the provider says")
        return settings
    except SignInError as error:
        mistake = error
    except Exception as error:  # a file that cannot be read or parsed may have been meant to ask for a sign-in
        mistake = SignInError(f"the secrets cannot be read ({type(error).__name__})")
    print(f"asreport lets nobody in until its secrets are put right: {mistake}", file=sys.stderr, flush=True)
    return mistake


# Who somebody is


def is_for(client: str, claims: Mapping[str, Any]) -> bool:
    """Whether the provider says this to us, `client`, and not to another that it signs people in to.

    Authlib also takes what names another alone, or nobody, as whom it is for.
    """
    audience = claims.get("aud")
    return audience == client or (isinstance(audience, list) and client in audience)


def may_come_in(access: Access, claims: Mapping[str, Any]) -> bool:
    """Whether an account with these claims of its provider is among those let in.

    Compared are whole values in ASCII, without regard to case: a sub-domain, a longer name, or a letter that looks like
    another is somebody else.
    """
    address = _plain(claims.get("email"))
    if address and address.count("@") == 1 and claims.get("email_verified") is True:
        _, _, domain = address.partition("@")
        if address in access.addresses or domain in access.domains:
            return True
    organisation, tenant = _plain(claims.get("hd")), _plain(claims.get("tid"))
    return organisation in access.google_organisations or tenant in access.microsoft_tenants


def _plain(claim: Any) -> str | None:
    return claim.lower() if isinstance(claim, str) and claim.isascii() else None


def is_fresh(claims: Mapping[str, Any], now: float) -> bool:
    """Whether somebody signed in within the last working day; `now` in seconds since 1970.

    Where the clock has been put back to before the sign-in, that cannot be told: it counts as too long ago.
    """
    issued = claims.get("iat")
    if isinstance(issued, bool) or not isinstance(issued, int | float):
        return False
    return -_CLOCKS_APART <= now - issued <= _SIGNED_IN_HOURS * 3600


def _claims() -> dict[str, Any]:
    """What the provider says of who is signed in."""
    return st.user.to_dict()


def _is_in_pieces() -> bool:
    return _PIECE in st.context.cookies


# The door


def door() -> None:
    """Ends the run here, with one sentence and no page, for whoever may not come in.

    Without the right, not even the names of the pages are sent to the browser.
    """
    settings = _settings()
    if settings is None:
        return
    if isinstance(settings, SignInError):
        _closed("Sign-in is not set up properly here, so nobody can come in. The server's log says why.")
    access, claims = settings.access, _claims()
    if claims.get("is_logged_in") is not True:
        _closed(f"Sign in to use asreport. It signs you out after {_minutes(access)} without use.", st.login)
    if _is_in_pieces():
        session.clear()
        _closed(
            "The sign-in says more about you than fits into one cookie, and so cannot be relied on. Ask whoever runs "
            "asreport to have it say less.",
            sign_out,
        )
    if not (is_for(settings.auth.client_id, claims) and may_come_in(access, claims)):
        session.clear()
        _closed(f"{_account(claims)} may not use asreport here: ask whoever runs it.", sign_out)
    if not is_fresh(claims, time.time()):
        session.clear()
        _closed("You signed in too long ago. Sign in again to use asreport.", st.login)
    if _is_idle(access):
        sign_out()
        _closed(f"You were signed out: asreport was not used for {_minutes(access)}.", st.login)
    st.session_state[_LAST_USED] = time.monotonic()


def inside() -> None:
    """Show who has come in, on every page, as whom, the way out, and the watch on whether anybody is still there."""
    settings = _settings()
    if not isinstance(settings, Settings):
        return
    with st.sidebar:
        st.caption(f"Signed in as {_account(_claims())}")
        st.button("Sign out", icon=":material/logout:", on_click=sign_out, key="sign-out")
    st.fragment(_watch, run_every=min(30.0, settings.access.idle_minutes * 60 / 4))(settings.access)


def sign_out() -> None:
    """Forget the session's data and who it was."""
    session.clear()
    st.logout()


def _watch(access: Access) -> None:
    """Runs by itself, which is no use of the app: brings whoever has left back to the door."""
    if _is_idle(access):
        st.rerun()


def _is_idle(access: Access) -> bool:
    last = st.session_state.get(_LAST_USED)
    return last is not None and time.monotonic() - last > access.idle_minutes * 60


def _closed(sentence: str, way_on: Callable[[], None] | None = None) -> NoReturn:
    """The only page there is for who may not come in."""

    def asreport() -> None:
        st.title("asreport")
        st.write(sentence)
        if way_on:
            signs_out = way_on is sign_out
            st.button(
                "Sign out" if signs_out else "Sign in", on_click=way_on, type="primary", key="door",
                icon=":material/logout:" if signs_out else ":material/login:",
            )  # fmt: skip

    pages = [st.Page(asreport, title="asreport", default=True)]
    if asked := urlsplit(st.context.url or "").path.rpartition("/")[2]:
        # The same at the address asked for: Streamlit would lay “Page not found” over the only page there is.
        pages.append(st.Page(asreport, title="asreport", url_path=asked))
    st.navigation(pages, position="hidden").run()
    st.stop()


def _minutes(access: Access) -> str:
    return "a minute" if access.idle_minutes == 1 else f"{access.idle_minutes:g} minutes"


def _account(claims: Mapping[str, Any]) -> str:
    address = claims.get("email")
    # As code, or it would become a link.
    return f"`{address.replace('`', '')}`" if isinstance(address, str) else "This account"


# Hosted without a sign-in


def word_on_hosting() -> None:
    """Say, on a public address without a sign-in, that anybody may be here."""
    if _settings() is None and not is_own_computer(_host()):
        st.warning(
            "**This asreport does not ask who you are: whoever can reach its address can open it.** Others do not see "
            "what you upload. Upload real cases only if whoever runs it tells you that it is meant for your "
            "organisation and stands behind its sign-in.",
            icon=":material/lock_open:",
        )


def _host() -> str | None:
    """The host as the browser names it; what a proxy passes on may be its own."""
    address = st.context.url or f"//{st.context.headers.get('Host') or 'localhost'}"
    return urlsplit(address).hostname
