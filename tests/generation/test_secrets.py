"""The gate's eyes: what looks like a secret, what does not, and which files are known by their names."""

from __future__ import annotations

import random
import string
import subprocess
import sys

import pytest

from workbench.generation.secrets import never_sent, scan

_DICE = random.Random(7)


def made(count: int, signs: str = string.ascii_letters + string.digits) -> str:
    return "".join(_DICE.choice(signs) for _ in range(count))


HEX = "0123456789abcdef"
SECRETS = {
    "Anthropic key": f"sk-ant-api03-{made(90)}",
    "OpenAI key": f"sk-proj-{made(60)}",
    "OpenRouter key": f"sk-or-v1-{made(64, HEX)}",
    "Google API key": f"AIza{made(35)}",
    "GitHub token": f"github_pat_{made(60)}",
    "Hugging Face token": f"hf_{made(34)}",
    "Groq key": f"gsk_{made(52)}",
    "AWS key id": f"AKIA{made(16, string.ascii_uppercase + string.digits)}",
    "AWS secret key": f"aws_secret_access_key = {made(40)}",
    "Azure storage key": f"AccountKey={made(86)}==",
    "Slack token": f"xoxb-{made(12, string.digits)}-{made(24)}",
    "Stripe key": f"sk_live_{made(24)}",
    "npm token": f"npm_{made(36)}",
    "private key": f"-----BEGIN OPENSSH PRIVATE KEY-----\n{made(70)}\n",
    "JSON web token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P",
    "password in .netrc": f"machine api.shop.org\n  login ada\n  password {made(12)}",
    "token in .npmrc": f"//registry.shop.org/:_authToken={made(36)}",
    "password in an address": "postgres://ada:tr0ub4dor&3@db.shop.org:5432/shop",
    "password in a connection string": "Server=db;User Id=ada;Password=tr0ub4dor&3;",
    "key of a cluster": f"    client-key-data: {made(60)}",
    "value of a telling name": 'API_KEY = "9f8a7b6c5d4e3f2a1b0c9d8e"',
    "SendGrid key": f"SG.{made(22)}.{made(43)}",
    "Square secret": f"sq0csp-{made(43)}",
    "Telegram token": f"telegram_bot = {made(9, '123456789')}:AA{made(33)}",
}
HARMLESS = (
    "def check(token: str, secret: str) -> None: ...",
    'password = "password"',
    'password = os.environ["SHOP_PASSWORD"]',
    "token = request.headers.get('X-Token-2024-08-01')",
    "DATABASE_URL=postgres://user:password@localhost/test",
    "url = f'postgres://{user}:{password}@{host}/shop'",
    "secret = ${{ secrets.DEPLOY_2_TOKEN }}",
    "sha256:6bb46dcc553c10df51475641bb30fd69d25645cc12339e46c824c1e0c388898a",
    "commit 2aeaf7a8cb1f3f8f8f8b8d8e8a8c8b8a8d8e8f80",
    "https://shop.org/path/to/page?x=1#top",
    "api_key = 'your-api-key-goes-here-0001'",
    "# The token is sent as a bearer, see section 4.2.1",
    "risk-analysis-of-the-first-quarter-of-2024-and-all-that",
    "class SecretsAndTokensOfThe21stCentury: pass",
)


@pytest.mark.parametrize("kind", SECRETS)
def test_a_secret_is_found_with_its_kind_and_its_line(kind: str) -> None:
    text = f"first = 1\nsecond = 2\n{SECRETS[kind]}\nlast = 3\n"
    (hit,) = scan(text)
    assert (hit.kind, hit.line >= 3) == (kind, True)
    assert hit.secret in SECRETS[kind]


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_secret_is_let_through(text: str) -> None:
    assert scan(f"{text}\n") == ()


def test_a_secret_is_named_once_whoever_knows_its_form() -> None:
    text = f'GITHUB_TOKEN = "ghp_{made(36)}"'
    assert [hit.kind for hit in scan(text)] == ["GitHub token"]


def test_a_secret_in_a_long_line_is_found() -> None:
    text = "x" * 70_000 + f" ghp_{made(36)} " + "y" * 70_000
    assert [hit.kind for hit in scan(text)] == ["GitHub token"]


KNOWN = (
    ".env a/.env.local prod.env .envrc id_rsa deploy_ed25519 tls/server.pem x.key credentials a.p12 Store.JKS"
)
OTHERS = (
    ".env.example a/.env.sample id_rsa.pub src/credentials.py secrets.py keys.json env.py .npmrc config a.md"
)


@pytest.mark.parametrize(
    "path", [*KNOWN.split(), "credentials.json", "secrets.yaml", ".netrc", ".kube/config", ".pgpass"]
)
def test_files_of_keys_and_credentials_are_known_by_their_names(path: str) -> None:
    assert never_sent(path)


@pytest.mark.parametrize("path", [*OTHERS.split(), "docs/secrets.md", "environment.yml", "monkey.py"])
def test_other_files_are_not(path: str) -> None:
    assert never_sent(path) is None


def test_nothing_of_it_is_loaded_before_something_leaves() -> None:
    code = "import sys, workbench.generation.secrets; print('detect_secrets' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"


def test_a_text_is_looked_through_once_and_another_one_anew() -> None:
    text = "a = 1\n" * 20_000 + "token = 'ghp_" + "a1B2c3D4e5F6g7H8i9" * 2 + "'\n"
    found = scan(text)
    assert [hit.line for hit in found] == [20_001]
    assert scan("".join(list(text))) is found
    assert scan(f"\n{text}") is not found
    assert [hit.line for hit in scan(f"\n{text}")] == [20_002]


AWS = "AKIA" + "Q3EXZ7WTR2M5LPN8"
LINES = ["b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAABlwAAAAdzc2gtcn"]


@pytest.mark.parametrize("sign", ["İ", "ẞ", "Å", "🙂"])
def test_no_sign_in_a_text_hides_what_stands_beside_it(sign: str) -> None:
    for secret in (
        AWS,
        "AIza" + "Sy4fK9" * 5 + "abcde",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl",
    ):
        assert scan(f"# {sign}\nx = '{secret}'\n") == scan(f"# a\nx = '{secret}'\n") != ()


@pytest.mark.parametrize("name", ["TOKEN", "x"])
def test_a_long_token_of_a_login_is_found(name: str) -> None:
    made = random.Random(7)
    body = "".join(made.choices(string.ascii_letters + string.digits, k=2500))
    assert scan(f'{name} = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJ{body}.{body}"\n')
    assert scan(f'TOKEN = "{body}"\n')
    assert scan(f"TOKEN={body}\n")


def _pem(body: str, *, end: str = "\n", before: str = "", head: str = "") -> str:
    lines = [
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        *head.splitlines(),
        *LINES,
        *body.split(),
        "-----END-----",
    ]
    return end.join(f"{before}{line}" for line in lines)


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"end": "\\n"},
        {"end": "\\\\n"},
        {"before": "-"},
        {"before": "+  "},
        {"end": '",\n"'},
        {"head": "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n"},
    ],
    ids=str,
)
def test_one_private_key_is_told_from_another_in_every_form(form: dict[str, str]) -> None:
    made = random.Random(3)
    keys = [" ".join("".join(made.choices(string.ascii_letters, k=70)) for _ in range(4)) for _ in range(2)]
    (one,), (other,) = (scan(_pem(key, **form)) for key in keys)
    assert one.kind == other.kind == "private key"
    # Allowing one of them (a fixture) must not allow the other: they all begin with the same line.
    assert one.secret != other.secret


def test_the_line_that_opens_a_key_is_none_by_itself() -> None:
    assert scan('BEGIN = "-----BEGIN RSA PRIVATE KEY-----"\nif line == BEGIN:\n    read(line)\n') == ()


def test_a_whole_key_in_base_64_is_found_and_a_certificate_is_not() -> None:
    import base64  # noqa: PLC0415 - here alone

    key = base64.b64encode(_pem("MIIEvQIBADANBgkqhkiG9w0BAQ").encode()).decode()
    certificate = base64.b64encode(b"-----BEGIN CERTIFICATE-----\nMIIEvQIBADANBgkqhkiG9w0BAQEF\n").decode()
    assert [hit.kind for hit in scan(f"  tls.key: {key}\n")] == ["private key"]
    assert scan(f"  tls.crt: {certificate}\n") == ()


@pytest.mark.parametrize(
    "path",
    [
        ".env-prod", ".env_production", "a/.env~", ".env2", ".ENV.bak", "id_rsa.bak", "server.pem.old",
        "credentials.json.bak", "k/my.key.1", "secrets.yaml~",
    ],
)  # fmt: skip
def test_copies_of_what_is_never_sent_are_not_sent_either(path: str) -> None:
    assert never_sent(path)


@pytest.mark.parametrize("path", [".env.example", "src/environment.py", "keys.py", "a.old", "docs/env.md"])
def test_names_that_only_sound_alike_are_sent(path: str) -> None:
    assert never_sent(path) is None
