"""The sign-in attacked: cookies, callbacks, tokens and addresses made by whoever wants to come in and may not.

The provider is a real one on loopback; what it signs is altered on its way out where an attack asks for that. The
attacker is no browser, so that whatever can be sent is sent.
"""

from __future__ import annotations

import base64
import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import shake_256
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import flask
import oidc_provider_mock
import pytest
from browsing import EXCEPTIONS, Server
from deployed import Answer, ask
from joserfc import jwk, jwt
from oidc_provider_mock import User
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value, decode_signed_value
from test_sign_in import AUTH, DOMAIN, MEMBER, SECRET, STRANGER, TENANT, UNVERIFIED, guarded, proved
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect
from werkzeug.serving import make_server

from ui.sign_in import Access, may_come_in

Claims = dict[str, Any]
DOOR = [b"Sign in to use asreport", b"may not use asreport here", b"You signed in too long ago", b"one cookie"]
INSIDE = EXCEPTIONS.encode()

OURS, OTHER = (jwk.RSAKey.generate_key(2048, {"kid": name}) for name in ("ours", "other"))


def signed(claims: Claims, key: jwk.RSAKey = OURS, **header: Any) -> str:
    return jwt.encode({"alg": "RS256", "kid": key.kid, **header}, claims, key)


def part(of: object) -> str:
    """A part of a token, as text."""
    return base64.urlsafe_b64encode(json.dumps(of).encode()).rstrip(b"=").decode()


# The provider and the attacker


@dataclass
class Provider:
    """A provider of which each test says what it signs, which keys it publishes, and what it says of itself."""

    address: str = ""
    token: Callable[[Claims], str | None] = signed
    keys: list[jwk.RSAKey] = field(default_factory=lambda: [OURS])
    about: dict[str, Any] = field(default_factory=dict)

    def alter(self, response: flask.Response) -> flask.Response:
        path, answer = flask.request.path, response.get_json(silent=True)
        if path == "/oauth2/token" and response.status_code == 200:
            body = answer["id_token"].split(".")[1]
            token = self.token(json.loads(base64.urlsafe_b64decode(body + "==")))
            answer = {**{k: v for k, v in answer.items() if k != "id_token"}, **({"id_token": token} if token else {})}
        elif path == "/jwks":
            answer = {"keys": [key.as_dict(private=False) for key in self.keys]}
        elif path == "/.well-known/openid-configuration":
            answer |= self.about
        else:
            return response
        response.set_data(json.dumps(answer))
        return response


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    provider = Provider()
    users = [User(sub=a, claims=proved(a)) for a in (MEMBER, STRANGER)]
    app = oidc_provider_mock.app(user_claims=[*users, User(sub=UNVERIFIED, claims={"email": UNVERIFIED})])
    app.after_request(lambda response: provider.alter(response))
    server = make_server("localhost", 0, app, threaded=True)
    provider.address = f"http://localhost:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.1,))
    thread.start()
    yield provider
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def app(running: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with guarded(tmp_path_factory.mktemp("attacked"), running.address, f'[access]\ndomains = ["{DOMAIN}"]') as server:
        yield server


@pytest.fixture
def provider(running: Provider) -> Iterator[Provider]:
    honest = Provider()
    yield running
    running.token, running.keys, running.about = honest.token, honest.keys, honest.about


class Tab:
    """The websocket of a tab, and what came through it."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.session = ""
        self.buttons: dict[str, str] = {}  # label → what the app calls it

    def draw(self, click: str = "") -> bytes:
        """All that the app sends when the page is drawn, after a click on the button of this label."""
        message = BackMsg()
        message.rerun_script.query_string = ""
        if click:
            message.rerun_script.widget_states.widgets.append(WidgetState(id=self.buttons[click], trigger_value=True))
        self.socket.send(message.SerializeToString())
        received = []
        while True:
            frame = self.socket.recv(60)
            assert isinstance(frame, bytes)
            received.append(frame)
            forward = ForwardMsg.FromString(frame)
            kind = forward.WhichOneof("type")
            if kind == "new_session":
                self.session = forward.new_session.initialize.session_id
            elif kind == "delta" and forward.delta.new_element.WhichOneof("type") == "button":
                self.buttons[forward.delta.new_element.button.label] = forward.delta.new_element.button.id
            elif kind == "script_finished":
                return b"".join(received)

    def is_in(self, click: str = "") -> bool:
        """Whether the app lets them in; where it does not, nothing of it may be sent."""
        page = self.draw(click)
        assert (INSIDE in page) != any(sentence in page for sentence in DOOR), page
        return INSIDE in page


class Caller:
    """Somebody with a jar of cookies of the app, who follows nothing by themselves."""

    def __init__(self, app: Server, cookies: Mapping[str, str] | None = None) -> None:
        self.app = app
        self.cookies = dict(cookies or {})

    def ask(self, path: str, **headers: str) -> Answer:
        jar = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = ask(self.app.address + path, **{"Cookie": jar, **headers})
        for line in answer.headers.get_all("Set-Cookie", []):
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
                if morsel["max-age"] == "0":
                    del self.cookies[name]
        return answer

    def begin(self, query: str = "", **headers: str) -> str:
        """Where the app sends somebody who clicks *Sign in*."""
        return self.ask(f"/auth/login?provider={provider_token()}{query}", **headers).headers["Location"]

    def callback(self, account: str) -> str:
        """Where the provider sends that account back to."""
        consent = ask(self.begin(), "POST", urlencode({"sub": account}).encode())
        back = urlsplit(consent.headers["Location"])
        assert f"{back.scheme}://{back.netloc}" == self.app.address
        return f"{back.path}?{back.query}"

    def sign_in(self, account: str = MEMBER) -> Answer:
        return self.ask(self.callback(account))

    @property
    def is_known(self) -> bool:
        """Whether there is a cookie that says who this is."""
        return "_streamlit_user" in self.cookies

    @contextmanager
    def tab(self, session: str = "", **headers: str) -> Iterator[Tab]:
        """A tab of theirs. `session`: the number of the session that it asks to go on with."""
        self.ask("/_stcore/health")
        jar = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        with connect(
            self.app.address.replace("http", "ws") + "/_stcore/stream",
            subprotocols=["streamlit", self.cookies["_streamlit_xsrf"], *([session] if session else [])],  # type: ignore[list-item]
            additional_headers={"Origin": self.app.address, "Cookie": jar, **headers},
            max_size=2**28, proxy=None,
        ) as socket:  # fmt: skip
            yield Tab(socket)

    def is_in(self) -> bool:
        with self.tab() as tab:
            return tab.is_in()


def provider_token(secret: str = SECRET, **claims: Any) -> str:
    """What stands behind the button *Sign in*."""
    key = jwk.OctKey.import_key(secret)
    return jwt.encode({"alg": "HS256"}, {"provider": "default", "exp": int(time.time()) + 60, **claims}, key)


def test_a_member_comes_in(app: Server, provider: Provider) -> None:
    """The attacks below fail for no other reason than what they alter."""
    caller = Caller(app)
    assert not caller.is_in()
    assert caller.sign_in().headers["Location"] == "/"
    assert caller.is_in()


# The token


def altered(**claims: Any) -> Callable[[Claims], str]:
    """Claims set to other values, or to what a function makes of the token's; `...` takes one away."""

    def sign(honest: Claims) -> str:
        made = {**honest, **{name: value(honest) if callable(value) else value for name, value in claims.items()}}
        return signed({name: value for name, value in made.items() if value is not ...})

    return sign


NOW = lambda **of: lambda _: int(time.time()) + of.get("seconds", 0)  # noqa: E731
CLIENT = AUTH["client_id"]


@pytest.mark.parametrize("token", [
    pytest.param(altered(aud=CLIENT), id="audience as a text"),
    pytest.param(altered(aud=[CLIENT]), id="audience as a list"),
    pytest.param(altered(aud=[CLIENT, "another"], azp=CLIENT), id="for several, and we asked"),
    pytest.param(altered(groups=["x" * 36] * 20), id="groups that nobody asked for"),
])  # fmt: skip
def test_tokens_that_hold(app: Server, provider: Provider, token: Callable[[Claims], str]) -> None:
    provider.token = token
    caller = Caller(app)
    caller.sign_in()
    assert caller.is_in()


@pytest.mark.parametrize("token", [
    pytest.param(lambda _: None, id="none at all"),
    pytest.param(lambda _: "", id="empty"),
    pytest.param(lambda _: "a.b.c", id="no token"),
    pytest.param(lambda claims: signed(claims, OTHER), id="another key"),
    pytest.param(lambda claims: signed(claims, OTHER, kid="ours"), id="another key under our name"),
    pytest.param(lambda claims: jwt.encode({"alg": "RS256"}, claims, OTHER), id="another key without a name"),
    pytest.param(lambda claims: signed(claims, OTHER, jwk=OTHER.as_dict(private=False)), id="brings its own key"),
    pytest.param(lambda claims: signed(claims).rpartition(".")[0] + ".", id="signature taken off"),
    pytest.param(lambda claims: ".".join([part({"alg": "RS256"}), part(claims), ""]), id="never signed"),
    pytest.param(lambda claims: ".".join([part({"alg": "none"}), part(claims), ""]), id="signed by nothing"),
    pytest.param(lambda claims: ".".join([part({"alg": "nOnE"}), part(claims), ""]), id="signed by nothing, oddly"),
    pytest.param(
        lambda claims: jwt.encode({"alg": "HS256"}, claims, jwk.OctKey.import_key("any" * 10)), id="a shared secret"
    ),
    pytest.param(
        lambda claims: jwt.encode(
            {"alg": "HS256", "kid": "ours"}, claims, jwk.OctKey.import_key(part(OURS.as_dict(private=False)))
        ),
        id="the public key as a secret",
    ),
    pytest.param(
        lambda claims: ".".join([
            signed(claims).split(".")[0], part({**claims, "email": f"other@{DOMAIN}"}), signed(claims).split(".")[2],
        ]),
        id="changed after it was signed",
    ),
    pytest.param(altered(iss="https://accounts.example.org"), id="another issuer"),
    pytest.param(altered(iss=lambda claims: claims["iss"] + "/"), id="an issuer but for a slash"),
    pytest.param(altered(iss=lambda claims: claims["iss"] + ".example.org"), id="an issuer that begins alike"),
    pytest.param(altered(iss=...), id="no issuer"),
    pytest.param(altered(aud="another"), id="for another"),
    pytest.param(altered(aud="another", azp=CLIENT), id="for another, by us"),
    pytest.param(altered(aud=["another"], azp=CLIENT), id="for others, by us"),
    pytest.param(altered(aud=f"{CLIENT}-2"), id="for one that begins alike"),
    pytest.param(altered(aud=[CLIENT, "another"]), id="for several, by nobody knows whom"),
    pytest.param(altered(aud=[CLIENT], azp="another"), id="by another"),
    pytest.param(altered(aud=...), id="for nobody"),
    pytest.param(altered(aud=[]), id="for an empty list"),
    pytest.param(altered(aud=""), id="for an empty text"),
    pytest.param(altered(aud={CLIENT: True}), id="for something odd"),
    pytest.param(altered(exp=NOW(seconds=-200)), id="expired"),
    pytest.param(altered(exp=...), id="never expires"),
    pytest.param(altered(exp="tomorrow"), id="expires in words"),
    pytest.param(altered(nbf=NOW(seconds=3600)), id="not yet good"),
    pytest.param(altered(iat=NOW(seconds=-13 * 3600)), id="issued long ago"),
    pytest.param(altered(iat=NOW(seconds=3600)), id="issued in an hour"),
    pytest.param(altered(iat=...), id="issued never"),
    pytest.param(altered(nonce="another"), id="answers another question"),
    pytest.param(altered(nonce=...), id="answers no question"),
    pytest.param(altered(sub=...), id="about nobody"),
    pytest.param(altered(email_verified="true"), id="verified in words"),
    pytest.param(altered(email_verified=...), id="verified by nobody"),
    pytest.param(altered(email=[MEMBER]), id="an address in a list"),
    pytest.param(altered(email={"value": MEMBER}), id="an address within"),
])  # fmt: skip
def test_tokens_that_open_nothing(app: Server, provider: Provider, token: Callable[[Claims], str | None]) -> None:
    provider.token = token
    caller = Caller(app)
    assert caller.sign_in().status == 302
    assert not caller.is_in()


def test_a_token_signed_by_nothing_opens_nothing_though_the_provider_knows_such(
    app: Server, provider: Provider
) -> None:
    provider.about = {"id_token_signing_alg_values_supported": ["RS256", "none"]}
    provider.token = lambda claims: ".".join([part({"alg": "none"}), part(claims), ""])
    caller = Caller(app)
    caller.sign_in()
    assert not caller.is_in()


def test_a_provider_changes_its_key(app: Server, provider: Provider) -> None:
    provider.keys = [OTHER]
    caller = Caller(app)
    caller.sign_in()
    assert not caller.is_in(), "the key is withdrawn"
    provider.token = lambda claims: signed(claims, OTHER)
    caller.sign_in()
    assert caller.is_in(), "the new one is fetched, without a restart"


@pytest.mark.parametrize("account", [STRANGER, UNVERIFIED])
def test_a_stranger_stays_out(app: Server, provider: Provider, account: str) -> None:
    caller = Caller(app)
    caller.sign_in(account)
    assert caller.is_known and not caller.is_in()


# The callback


def test_a_callback_works_once_and_for_whom_it_was_meant(app: Server, provider: Provider) -> None:
    member, thief = Caller(app), Caller(app)
    address = member.callback(MEMBER)
    thief.ask(address)
    assert not thief.is_known, "without the cookie of who asked"
    thief.begin()
    thief.ask(address)
    assert not thief.is_known, "with a question of one's own"
    before = dict(member.cookies)
    member.ask(address)
    assert member.is_in()
    for jar in (member.cookies, before):
        again = Caller(app, {name: value for name, value in jar.items() if not name.startswith("_streamlit_user")})
        again.ask(address)
        assert not again.is_known, "nor twice, not even with the cookies of before"


@pytest.mark.parametrize("change", [
    {"state": "another"}, {"state": ""}, {"state": None}, {"code": "another"}, {"code": None},
    {"error": "access_denied"},
])  # fmt: skip
def test_a_callback_that_was_changed_opens_nothing(
    app: Server, provider: Provider, change: dict[str, str | None]
) -> None:
    caller = Caller(app)
    path, _, query = caller.callback(MEMBER).partition("?")
    asked = {**{name: values[0] for name, values in parse_qs(query).items()}, **change}
    answer = caller.ask(f"{path}?{urlencode({name: value for name, value in asked.items() if value is not None})}")
    assert answer.status == 302 and answer.headers["Location"] == "/"
    assert not caller.is_known


@pytest.mark.parametrize("token", [
    "", "x", provider_token("another secret, as long as the one of the app"), provider_token(exp=1),
    provider_token(exp=None),
    ".".join([part({"alg": "none"}), part({"provider": "default", "exp": 2**40}), ""]),
])  # fmt: skip
def test_a_sign_in_that_no_button_of_ours_began_does_not_begin(app: Server, provider: Provider, token: str) -> None:
    """Nobody is signed in as somebody else by a link on another page."""
    answer = Caller(app).ask(f"/auth/login?provider={token}")
    assert answer.status == 302 and answer.headers["Location"] == "/"


# The cookie


def who(app: Server, **claims: Any) -> str:
    """What a cookie says of a member who has signed in just now."""
    known = {**proved(MEMBER), "iat": time.time(), "aud": CLIENT, "origin": app.address, "is_logged_in": True}
    return json.dumps({**known, **claims})


def cookie_of(app: Server, secret: str = SECRET, name: str = "_streamlit_user", **claims: Any) -> str:
    return create_signed_value(secret, name, who(app, **claims)).decode()


@pytest.mark.parametrize("forge", [
    pytest.param(lambda app: who(app).replace(";", ","), id="as it is"),
    pytest.param(lambda app: part(who(app)), id="not signed"),
    pytest.param(lambda app: cookie_of(app).rpartition(".")[0], id="signature taken off"),
    pytest.param(lambda app: cookie_of(app).rpartition(".")[0] + ".", id="signature emptied"),
    pytest.param(lambda app: ".".join([part({"alg": "none"}), part(json.loads(who(app))), ""]), id="signed by nothing"),
    pytest.param(lambda app: cookie_of(app, "another secret, as long as the one of the app"), id="another secret"),
    pytest.param(lambda app: cookie_of(app, ""), id="no secret"),
    pytest.param(lambda app: cookie_of(app, name="_streamlit_user_tokens"), id="signed as another cookie"),
    pytest.param(lambda app: cookie_of(app, name="_streamlit_user_1"), id="signed as a piece"),
    pytest.param(
        lambda app: part(who(app)) + "." + cookie_of(app, email=STRANGER).partition(".")[2], id="another's signature"
    ),
    pytest.param(lambda app: cookie_of(app, origin="https://asreport.example.org"), id="of another address"),
    pytest.param(lambda app: cookie_of(app, origin=None), id="of no address"),
    pytest.param(lambda app: cookie_of(app, is_logged_in="true"), id="signed in, in words"),
    pytest.param(lambda app: cookie_of(app, is_logged_in=1), id="signed in, by number"),
    pytest.param(lambda app: cookie_of(app, aud="another"), id="for another"),
    pytest.param(lambda app: cookie_of(app, iat=time.time() - 13 * 3600), id="of yesterday"),
])  # fmt: skip
def test_cookies_that_open_nothing(app: Server, forge: Callable[[Server], str]) -> None:
    assert Caller(app, {"_streamlit_user": cookie_of(app)}).is_in(), "it is no other thing that keeps them out"
    assert not Caller(app, {"_streamlit_user": forge(app)}).is_in()


def test_a_changed_secret_ends_every_sign_in(app: Server, provider: Provider, tmp_path: Path) -> None:
    caller = Caller(app)
    caller.sign_in()
    assert caller.is_in()
    access = f'[access]\ndomains = ["{DOMAIN}"]'
    with guarded(tmp_path, provider.address, access, cookie_secret=SECRET[::-1]) as changed:
        # As if it were at the same address: a cookie names the one that it is for.
        again = Caller(changed, {"_streamlit_user": cookie_of(changed)})
        assert not again.is_in()
        again.cookies["_streamlit_user"] = cookie_of(changed, SECRET[::-1])
        assert again.is_in()


def test_of_a_cookie_in_pieces_nobody_makes_another(app: Server, provider: Provider) -> None:
    """Streamlit signs each piece of a long cookie alone, so that those of two sign-ins can be put together.

    A stranger with an account at the provider, and long names of their own choice, would be somebody else.
    """

    def pieces(before: int, after: str) -> dict[str, str]:
        # Not to be compressed, or there would be no pieces.
        name, picture = (base64.urlsafe_b64encode(shake_256(of).digest(3000)).decode() for of in (b"name", b"picture"))
        provider.token = lambda claims: signed({
            **{claim: claims[claim] for claim in ("iss", "sub", "aud", "exp", "iat", "nonce")},
            "given_name": name[:before], "email_verified": True, "email": STRANGER, "family_name": after,
            "picture": picture[:2600],
        })  # fmt: skip
        caller = Caller(app)
        caller.sign_in(STRANGER)
        named = re.compile(r"_streamlit_user(_\d+)?")
        return {name: value for name, value in caller.cookies.items() if named.fullmatch(name)}

    def content(cookies: dict[str, str], name: str) -> str:
        decoded = decode_signed_value(SECRET, name, cookies[name])  # to read it takes no secret, but this is shorter
        assert decoded is not None
        return decoded.decode()

    first, second = "_streamlit_user_1", "_streamlit_user_2"
    tried = pieces(1000, MEMBER)
    size = len(content(tried, first))
    start = content(tried, first)
    one = pieces(1000 + size - start.index(STRANGER, start.index('"email"')), MEMBER)
    other = pieces(1000 + size - start.index(MEMBER, start.index('"family_name"')), MEMBER)
    assert content(one, first).endswith('"email": "') and content(other, second).startswith(f'{MEMBER}"')
    made = Caller(app, {**other, first: one[first]})
    claims = json.loads(content(one, first) + content(other, second))
    assert claims["email"] == MEMBER and claims["email_verified"] is True, "signed by the app, piece by piece"
    assert not made.is_in()


# Sign-out, and sessions


def test_signing_out_ends_the_session_and_its_number(app: Server, provider: Provider) -> None:
    caller = Caller(app)
    caller.sign_in()
    copied = Caller(app, caller.cookies)
    with caller.tab() as tab:
        assert tab.is_in()
        tab.draw("Sign out")
        assert not tab.is_in(), "whoever stays on the websocket is nobody any more"
        number = tab.session
    caller.ask("/auth/logout")
    assert not [name for name in caller.cookies if name.startswith("_streamlit_user")]
    assert not caller.is_in()
    for one in (caller, copied):
        with one.tab(number) as tab:
            tab.draw()
            assert tab.session != number
    assert copied.is_in(), "what cannot be helped, and is said: a copy of the cookie, until twelve hours have passed"


@pytest.mark.parametrize("account", [None, STRANGER, f"other@{DOMAIN}"])
def test_the_number_of_a_session_is_of_use_to_its_owner_alone(
    app: Server, provider: Provider, account: str | None
) -> None:
    member, thief = Caller(app), Caller(app)
    member.sign_in()
    if account:
        provider.token = altered(email=account)
        thief.sign_in(account)
    with member.tab() as tab:
        assert tab.is_in()
        number = tab.session
        with thief.tab(number) as other:
            other.draw()
            assert other.session != number, "while it is open"
        assert tab.is_in()
    with thief.tab(number) as other:
        other.draw()
        assert other.session != number, "and when it is closed"
    with member.tab(number) as tab:
        tab.draw()
        assert tab.session == number, "which its owner goes on with"


@pytest.mark.parametrize("origin", ["https://asreport.example.org", "null", "http://127.0.0.1.example.org"])
def test_a_cookie_is_of_no_use_from_another_page(app: Server, origin: str) -> None:
    caller = Caller(app, {"_streamlit_user": cookie_of(app)})
    try:
        with caller.tab(Origin=origin) as tab:
            assert not tab.is_in()
    except InvalidStatus as refused:
        assert refused.response.status_code == 403


# Where the app sends people


ELSEWHERE = "https://evil.example.org"
HEADERS = {
    "X-Forwarded-Host": "evil.example.org", "X-Forwarded-Proto": "https", "X-Forwarded-Port": "444",
    "Forwarded": "host=evil.example.org;proto=https", "X-Original-Url": ELSEWHERE, "Referer": ELSEWHERE,
}  # fmt: skip
ASKED = urlencode(dict.fromkeys(("redirect_uri", "next", "return_to", "url", "post_logout_redirect_uri"), ELSEWHERE))


@pytest.mark.parametrize("headers", [{}, HEADERS, {"Host": "evil.example.org"}])
def test_nobody_is_sent_elsewhere(app: Server, provider: Provider, headers: dict[str, str]) -> None:
    caller = Caller(app)
    callback = f"{app.address}/oauth2callback"
    to = urlsplit(caller.begin(f"&{ASKED}", **headers))
    assert f"{to.scheme}://{to.netloc}" == provider.address
    assert parse_qs(to.query)["redirect_uri"] == [callback]
    assert caller.ask(f"{caller.callback(MEMBER)}&{ASKED}", **headers).headers["Location"] == "/"
    assert caller.is_in()
    to = urlsplit(caller.ask(f"/auth/logout?{ASKED}", **headers).headers["Location"])
    assert f"{to.scheme}://{to.netloc}" == provider.address
    assert parse_qs(to.query)["post_logout_redirect_uri"] == [callback]
    assert caller.ask(f"/auth/logout?{ASKED}", **headers).headers["Location"] == "/", "who is not signed in"


@pytest.mark.parametrize("path", [
    "//evil.example.org", "//evil.example.org/", "/\\evil.example.org/", "/%2f%2fevil.example.org/",
    "/%5cevil.example.org/", "/evil.example.org//",
    "/auth/login/", "/auth/logout/", "/oauth2callback/",
    "/auth/login//evil.example.org",
    "/https://evil.example.org/", "/static//evil.example.org/", "/app/static//evil.example.org/",
    "/%0d%0aLocation:%20https://evil.example.org",
])  # fmt: skip
def test_no_address_of_ours_leads_elsewhere(app: Server, path: str) -> None:
    answer = Caller(app).ask(path, **HEADERS)
    to = urlsplit(answer.headers.get("Location") or "/")
    assert to.netloc in ("", urlsplit(app.address).netloc) and not to.path.startswith(("//", "/\\")), to
    assert "evil" not in (answer.headers.get("Location") or "") or to.netloc == "" or answer.status >= 400, to


# Claims in odd forms


HUGE = "x" * 10_000_000


@pytest.mark.parametrize("claim", ["tid", "hd", "email"])
def test_claims_in_odd_forms_open_nothing(claim: str) -> None:
    access = Access(domains=["example.org"], addresses=["a@b.org"], google_organisations=["example.org"],
                    microsoft_tenants=[TENANT])  # fmt: skip
    for permitted in (TENANT, "example.org", "a@b.org"):
        for value in (
            [permitted], (permitted,), [[permitted]], [permitted, permitted], {permitted: True}, {"value": permitted},
            {}, permitted.encode(), json.dumps([permitted]), f"{permitted},x", f"{permitted} {permitted}", "*", "",
            permitted[:-1], permitted[1:], f"x{permitted}", f"{permitted}x", f" {permitted}", f"{permitted}\n",
            f"{permitted}\x00", f"\u202e{permitted}", permitted.replace("e", "е").replace("a", "а"),
            None, True, 0, 1.5, HUGE, HUGE + permitted, [HUGE],
        ):  # fmt: skip
            claims = {"sub": permitted, claim: value, "email_verified": True}
            assert not may_come_in(access, claims), (claim, repr(value)[:60])


@pytest.mark.parametrize("claim", ["groups", "roles", "upn", "preferred_username", "iss", "sub", "name"])
def test_claims_that_nobody_is_let_in_by(claim: str) -> None:
    """Groups and roles are no way in: an account that has the right ones only is a stranger."""
    access = Access(domains=["example.org"], google_organisations=["example.org"], microsoft_tenants=[TENANT])
    for value in ("example.org", ["example.org"], "a@example.org", TENANT, [TENANT], {"example.org": {}}):
        assert not may_come_in(access, {claim: value, "email_verified": True}), value
