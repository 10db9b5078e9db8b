"""Who may come in: the settings, the accounts, and the door itself with a real OpenID Connect provider on loopback."""

from __future__ import annotations

import json
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from browsing import (
    EXCEPTIONS,
    ROOT,
    TIMEOUT,
    TITLES,
    UPLOAD,
    Server,
    go,
    heading,
    main,
    served,
    settled,
    titles,
    use_sample,
)
from oidc_provider_mock import User, run_server_in_thread
from playwright.sync_api import Browser, Page, expect
from streamlit.testing.v1 import AppTest
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from ui import sign_in
from ui.sign_in import Access, Provider, Settings, SignInError, is_fresh, is_own_computer, may_come_in, settings_of

DOMAIN = "orderly.example.org"
TENANT = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
MEMBER, STRANGER, UNVERIFIED = f"tidy@{DOMAIN}", "tidy@elsewhere.example.org", f"unproved@{DOMAIN}"
SECRET = "a secret that is only for these tests, and long enough"

AUTH = {
    "redirect_uri": "https://asreport.example.org/oauth2callback",
    "cookie_secret": SECRET,
    "client_id": "asreport",
    "client_secret": "any",
    "server_metadata_url": "https://accounts.example.org/.well-known/openid-configuration",
}
ACCESS = {"domains": [DOMAIN]}


# The settings


def test_without_secrets_there_is_no_sign_in() -> None:
    assert settings_of({}) is None
    assert settings_of({"something else": {}}) is None


def test_what_is_set_is_taken() -> None:
    settings = settings_of({"auth": AUTH, "access": {"domains": ["Orderly.Example.org"], "idle_minutes": 10}})
    assert settings and settings.access == Access(domains=[DOMAIN], idle_minutes=10)


@pytest.mark.parametrize(
    ("auth", "access", "told"),
    [
        (AUTH, None, "access"),
        (None, ACCESS, "auth"),
        ({}, ACCESS, "auth.redirect_uri"),
        (AUTH, {}, "name whom to let in"),
        (AUTH, {"domains": []}, "name whom to let in"),
        (AUTH, {"domains": DOMAIN}, "access.domains"),  # a text is not a list of its letters
        (AUTH, {"domains": [DOMAIN, 7]}, "access.domains.1"),
        (AUTH, {"domains": [f"*.{DOMAIN}"]}, "access.domains.0"),
        (AUTH, {"domains": [f"@{DOMAIN}"]}, "access.domains.0"),
        (AUTH, {"domains": ["org"]}, "access.domains.0"),
        (AUTH, {"domains": [""]}, "access.domains.0"),
        (AUTH, {"domains": ["оrderly.example.org"]}, "access.domains.0"),  # begins with a Cyrillic о
        (AUTH, {"addresses": ["tidy"]}, "access.addresses.0"),
        (AUTH, {"addresses": [f"tidy@other@{DOMAIN}"]}, "access.addresses.0"),
        (AUTH, {"microsoft_tenants": ["common"]}, "access.microsoft_tenants.0"),
        (AUTH, {**ACCESS, "idle_minutes": 0}, "access.idle_minutes"),
        (AUTH, {**ACCESS, "idle_minutes": "30"}, "access.idle_minutes"),
        (AUTH, {**ACCESS, "adresses": [MEMBER]}, "access.adresses"),
        ({**AUTH, "cookie_secret": "xxx"}, ACCESS, "auth.cookie_secret"),
        ({**AUTH, "redirect_uri": "http://asreport.example.org/oauth2callback"}, ACCESS, "auth.redirect_uri"),
        ({**AUTH, "server_metadata_url": "http://accounts.example.org/"}, ACCESS, "auth.server_metadata_url"),
        ({k: v for k, v in AUTH.items() if k != "client_id"}, ACCESS, "auth.client_id"),
    ],
)
def test_mistaken_settings_are_told_and_let_nobody_in(auth: Any, access: Any, told: str) -> None:
    secrets = {name: section for name, section in (("auth", auth), ("access", access)) if section is not None}
    with pytest.raises(SignInError, match=told) as caught:
        settings_of(secrets)
    assert SECRET not in str(caught.value)


def test_the_example_lets_nobody_in_until_it_is_filled_in() -> None:
    example = tomllib.loads((ROOT / ".streamlit" / "secrets.example.toml").read_text("utf-8"))
    assert set(example["access"]) == set(Access.model_fields)
    with pytest.raises(SignInError, match=r"auth\.cookie_secret.*name whom to let in"):
        settings_of(example)


def test_own_computer() -> None:
    for host in ("localhost", "LOCALHOST", "asreport.localhost", "127.0.0.1", "127.8.9.10", "::1"):
        assert is_own_computer(host), host
    for host in (None, "", "asreport.example.org", "localhost.example.org", "192.168.1.5", "0.0.0.0", "2001:db8::1"):
        assert not is_own_computer(host), host


# The accounts


def proved(address: object) -> dict[str, object]:
    return {"email": address, "email_verified": True}


@pytest.mark.parametrize("claims", [
    proved(MEMBER), proved("TIDY@Orderly.Example.ORG"), proved("guest@elsewhere.example.org"),
    {"tid": TENANT.upper()}, {"hd": "Workspace.example.org"},
])  # fmt: skip
def test_members(claims: dict[str, object]) -> None:
    assert may_come_in(_access(), claims)


@pytest.mark.parametrize("claims", [
    {},
    {"email": MEMBER},
    {"email": MEMBER, "email_verified": False},
    {"email": MEMBER, "email_verified": "true"},
    {"email": MEMBER, "email_verified": 1},
    {"email": None, "email_verified": True, "hd": None, "tid": None},
    proved(STRANGER),
    proved([MEMBER]),
    proved(f"tidy@sub.{DOMAIN}"),
    proved(f"tidy@not{DOMAIN}"),
    proved(f"tidy@{DOMAIN}.example.com"),
    proved(f"tidy@{DOMAIN}."),
    proved(f"tidy@{DOMAIN} "),
    proved(f"tidy@elsewhere.example.org@{DOMAIN}"),
    proved(f'"tidy@{DOMAIN}"@elsewhere.example.org'),
    proved("tidy@оrderly.example.org"),  # a Cyrillic о
    proved("tidy@orderly.example.org\u200b"),
    proved("tıdy@elsewhere.example.org"),
    proved("guest+more@elsewhere.example.org"),
    proved("gueſt@elsewhere.example.org"),  # the long s, whose capital is S
    proved(DOMAIN),
    {"hd": DOMAIN},  # a domain of addresses is not an organisation's
    {"hd": ["workspace.example.org"]},
    {"tid": TENANT[:-1]},
])  # fmt: skip
def test_strangers(claims: dict[str, object]) -> None:
    assert not may_come_in(_access(), claims)


def _access() -> Access:
    return Access(
        domains=[DOMAIN],
        addresses=["Guest@elsewhere.example.org"],
        google_organisations=["workspace.example.org"],
        microsoft_tenants=[TENANT],
    )


def test_a_sign_in_lasts_a_working_day() -> None:
    now, hour = 1_800_000_000, 3600
    assert is_fresh({"iat": now}, now) and is_fresh({"iat": now - 12 * hour}, now)
    assert is_fresh({"iat": now + 60}, now), "clocks differ a little"
    assert not is_fresh({"iat": now - 12 * hour - 1}, now)
    assert not is_fresh({"iat": now + hour}, now), "the clock was put back"
    for claims in ({}, {"iat": None}, {"iat": str(now)}, {"iat": True}, {"iat": float("nan")}):
        assert not is_fresh(claims, now), claims


# The door


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """An OpenID Connect provider, with a member, a stranger, and who did not prove their address."""
    users = [User(sub=a, claims=proved(a)) for a in (MEMBER, STRANGER)]
    users.append(User(sub=UNVERIFIED, claims={"email": UNVERIFIED, "email_verified": False}))
    with run_server_in_thread(user_claims=users) as server:
        yield f"http://localhost:{server.server_port}"


@contextmanager
def guarded(folder: Path, provider: str, access: str, *more: str, **changed: str) -> Iterator[Server]:
    """The app that asks for a sign-in.

    `access`: the secrets about who may come in; `more`: options of the server; `changed`: the secrets of the provider.
    """
    secrets = folder / "secrets.toml"
    auth = {**AUTH, **changed, "server_metadata_url": f"{provider}/.well-known/openid-configuration"}
    auth["redirect_uri"] = "http://127.0.0.1:{port}/oauth2callback"
    lines = ["[auth]", *(f"{name} = {json.dumps(value)}" for name, value in auth.items()), access]
    secrets.write_text("\n".join(lines), "utf-8")
    with served(folder / "log.txt", f"--secrets.files={secrets}", *more) as server:
        yield server


@pytest.fixture(scope="module")
def members_only(provider: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    access = f'[access]\ndomains = ["{DOMAIN}"]'
    with guarded(tmp_path_factory.mktemp("members"), provider, access) as server:
        yield server


def visitor(browser: Browser, server: Server, path: str = "", received: list[bytes] | None = None) -> Page:
    """A new visitor; `received` gets what the server sends them of the app."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(TIMEOUT)
    page = context.new_page()
    note = [] if received is None else received
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: note.append(frame)))
    page.goto(server.address + path)
    return page


def sign_in_as(page: Page, account: str) -> None:
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name=account, exact=True).click()


def assert_closed(page: Page, sentence: str) -> None:
    """The door's sentence, and nothing of the app: not on the page, nor in what the server sent."""
    expect(heading(page, "asreport")).to_be_visible()
    expect(main(page).get_by_text(sentence)).to_be_visible()
    settled(page)
    assert page.get_by_test_id("stSidebar").count() == 0
    assert page.get_by_role("navigation").count() == 0
    assert main(page).get_by_role("button").count() <= 1
    assert page.get_by_role("dialog").count() == 0


def test_before_signing_in_nothing_is_shown_or_sent(browser: Browser, members_only: Server) -> None:
    for path in ("", "/exceptions", "/case?case=71111111"):
        received: list[bytes] = []
        page = visitor(browser, members_only, path, received)
        assert_closed(page, "Sign in to use asreport")
        sent = b"".join(received)
        assert b"Sign in to use asreport" in sent
        for title in TITLES:
            assert title == UPLOAD or title.encode() not in sent, (path, title)  # the word is in its settings
        page.context.close()


def test_a_member_comes_in_and_signs_out(browser: Browser, members_only: Server) -> None:
    page = visitor(browser, members_only)
    sign_in_as(page, MEMBER)
    expect(heading(page, UPLOAD)).to_be_visible()
    assert titles(page) == TITLES
    use_sample(page)
    go(page, EXCEPTIONS)
    expect(page.get_by_text(f"Signed in as {MEMBER}")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="End session").click()
    assert_closed(page, "Sign in to use asreport")
    assert not [c for c in page.context.cookies() if c["name"].startswith("_streamlit_user")]
    page.go_back()
    page.goto(members_only.address + "/exceptions")
    assert_closed(page, "Sign in to use asreport")
    sign_in_as(page, MEMBER)
    go(page, EXCEPTIONS)
    expect(page.get_by_text("Nothing to show yet")).to_be_visible()
    page.context.close()


@pytest.mark.parametrize("account", [STRANGER, UNVERIFIED])
def test_a_stranger_sees_one_sentence_and_a_way_out(browser: Browser, members_only: Server, account: str) -> None:
    page = visitor(browser, members_only)
    sign_in_as(page, account)
    assert_closed(page, f"{account} may not use asreport here")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="End session").click()
    assert_closed(page, "Sign in to use asreport")
    sign_in_as(page, MEMBER)
    expect(heading(page, UPLOAD)).to_be_visible()
    page.context.close()


def test_without_use_the_tab_goes_back_to_the_door(browser: Browser, provider: str, tmp_path: Path) -> None:
    access = f'[access]\ndomains = ["{DOMAIN}"]\nidle_minutes = 0.1'
    with guarded(tmp_path, provider, access) as server:
        page = visitor(browser, server)
        sign_in_as(page, MEMBER)
        page.get_by_role("button", name="End session").click()  # of the provider: nobody clicked to get there
        assert_closed(page, "Sign in to use asreport")
        assert not [c for c in page.context.cookies() if c["name"].startswith("_streamlit_user")]
        page.context.close()


def cookie(server: Server, issued: float, secret: str = SECRET, **claims: Any) -> dict[str, str]:
    """The cookie of somebody who signed in at this time."""
    who = {
        **proved(MEMBER),
        "aud": AUTH["client_id"],
        "iat": issued,
        "origin": server.address,
        "is_logged_in": True,
        **claims,
    }
    value = create_signed_value(secret, "_streamlit_user", json.dumps(who)).decode()
    return {"name": "_streamlit_user", "value": value, "url": server.address}


def test_an_old_sign_in_and_a_forged_one_open_nothing(browser: Browser, members_only: Server) -> None:
    now = time.time()
    for sent, sentence in [
        (cookie(members_only, now), None),
        (cookie(members_only, now - 13 * 3600), "You signed in too long ago"),
        (cookie(members_only, now, "another secret, as long as the one of the app"), "Sign in to use asreport"),
        (cookie(members_only, now, origin="http://127.0.0.1:1"), "Sign in to use asreport"),
        (cookie(members_only, now, email=STRANGER), "may not use asreport here"),
    ]:
        page = visitor(browser, members_only)
        page.context.add_cookies([sent])  # type: ignore[list-item]
        page.reload()
        if sentence:
            assert_closed(page, sentence)
        else:
            expect(heading(page, UPLOAD)).to_be_visible()
        page.context.close()


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(browser: Browser, members_only: Server) -> None:
    page = visitor(browser, members_only)
    sign_in_as(page, MEMBER)
    expect(heading(page, UPLOAD)).to_be_visible()
    cookies = {c["name"]: c for c in page.context.cookies() if c["name"].startswith("_streamlit_user")}
    assert "_streamlit_user" in cookies
    for one in cookies.values():
        assert one["httpOnly"] and one["sameSite"] == "Lax"
        assert one["expires"] - time.time() < 31 * 24 * 3600
    assert "_streamlit_user" not in page.evaluate("document.cookie")
    page.context.close()


@pytest.mark.browser
def test_a_file_without_a_session_is_refused(members_only: Server) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for session, headers in (("guessed", {}), ("guessed", {"X-Xsrftoken": "any", "Cookie": "_streamlit_xsrf=any"})):
        address = f"{members_only.address}/_stcore/upload_file/{session}/1"
        request = urllib.request.Request(address, b"x", headers, method="PUT")
        with pytest.raises(urllib.error.HTTPError) as refused:
            opener.open(request, timeout=30)
        assert refused.value.code in (400, 403)


@pytest.mark.parametrize(
    ("access", "option", "told"),
    [
        ("", [], "access: "),
        ("this is not TOML", [], "cannot be read"),
        (f'[access]\ndomains = ["{DOMAIN}"]', ['--server.trustedUserHeaders={"X-Who": "email"}'], "trustedUserHeaders"),
    ],
)
def test_mistaken_settings_let_a_member_in_nowhere(
    browser: Browser, provider: str, tmp_path: Path, access: str, option: list[str], told: str
) -> None:
    with guarded(tmp_path, provider, access, *option) as server:
        page = visitor(browser, server)
        page.context.add_cookies([cookie(server, time.time())])  # type: ignore[list-item]
        page.reload()
        assert_closed(page, "Sign-in is not set up properly here")
        log = server.log.read_text("utf-8")
        assert "asreport lets nobody in until its secrets are put right" in log and told in log
        assert SECRET not in log
        page.context.close()


def test_without_use_the_session_holds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process: the data is gone from the session, not only from the page."""
    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    settings = Settings(auth=Provider.model_validate(AUTH), access=Access(domains=[DOMAIN], idle_minutes=30))
    claims = {**proved(MEMBER), "aud": AUTH["client_id"], "is_logged_in": True, "iat": time.time()}
    monkeypatch.setattr(sign_in, "_settings", lambda: settings)
    monkeypatch.setattr(sign_in, "_claims", lambda: claims)
    monkeypatch.setattr(sign_in, "_is_in_pieces", lambda: False)  # there is no connection that could have cookies
    clock = time.monotonic
    page.run()
    next(button for button in page.button if button.label == "Use the sample data").click().run()
    assert "loaded" in page.session_state
    monkeypatch.setattr(time, "monotonic", lambda: clock() + 29 * 60)
    page.run()
    assert "loaded" in page.session_state
    monkeypatch.setattr(time, "monotonic", lambda: clock() + 60 * 60)
    page.run()
    assert not page.exception
    assert "loaded" not in page.session_state
    assert "kept" not in page.session_state and len(page.title) == 1 and len(page.button) == 1


# Hosted without a sign-in


def test_on_ones_own_computer_nothing_is_asked_and_nothing_said(browser: Browser, server: Server) -> None:
    page = visitor(browser, server)
    expect(heading(page, UPLOAD)).to_be_visible()
    settled(page)
    assert titles(page) == TITLES
    assert page.get_by_text("does not ask who you are").count() == 0
    assert page.get_by_role("button", name="Sign out").count() == 0
    page.context.close()


def test_on_a_public_address_without_sign_in_the_first_page_says_so(browser: Browser, server: Server) -> None:
    page = browser.new_page()
    page.goto(f"http://asreport.example.org:{urlsplit(server.address).port}")
    expect(main(page).get_by_text("does not ask who you are")).to_be_visible(timeout=TIMEOUT)
    page.close()
