"""What must not leave by accident: texts that look like secrets, and files that are known to hold them.

Pure but for loading the patterns. The named patterns of detect-secrets run over the text in memory; its
checks that call a provider are never used. To them come our own, for what it misses: the keys of the
providers of the last years, any private key, .netrc, addresses with a password, values that are assigned to
a telling name. Its guesses by entropy alone are left out: every lock file would stop the sending.
"""

from __future__ import annotations

import hashlib
import math
import re
import string
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

from msgspec import Struct


class Hit(Struct, frozen=True):
    """Something that looks like a secret: its kind, its line (from 1), and itself, never to be shown."""

    kind: str
    line: int
    secret: str


_NAMED: tuple[tuple[str, str, str], ...] = (
    ("Anthropic key", "sk-ant-", r"sk-ant-[A-Za-z0-9]+-[A-Za-z0-9_-]{20,}"),
    ("OpenRouter key", "sk-or-", r"sk-or-(?:v1-)?[A-Za-z0-9_-]{32,}"),
    ("OpenAI key", "sk-", r"sk-(?:(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{20,}|[A-Za-z0-9]{40,})"),
    ("Google API key", "aiza", r"AIza[0-9A-Za-z_-]{35}"),
    ("Google client secret", "gocspx-", r"GOCSPX-[A-Za-z0-9_-]{24,}"),
    ("Google access token", "ya29.", r"ya29\.[A-Za-z0-9_-]{30,}"),
    ("GitHub token", "github_pat_", r"github_pat_[A-Za-z0-9_]{22,}"),
    ("GitHub token", "ghp_ | gho_ | ghr_ | ghs_ | ghu_", r"gh[oprsu]_[A-Za-z0-9]{36,}"),
    (
        "GitLab token",
        "glpat- | gloas- | gldt- | glrt- | glcbt- | glptt- | glft- | glimt- | glagent- | glsoat- | glffct-",
        r"gl(?:pat|oas|dt|rt|cbt|ptt|ft|imt|agent|soat|ffct)-[A-Za-z0-9_.-]{20,}",
    ),
    ("Hugging Face token", "hf_", r"hf_[A-Za-z0-9]{30,}"),
    ("Groq key", "gsk_", r"gsk_[A-Za-z0-9]{40,}"),
    ("xAI key", "xai-", r"xai-[A-Za-z0-9]{60,}"),
    ("Replicate token", "r8_", r"r8_[A-Za-z0-9]{37,}"),
    ("Perplexity key", "pplx-", r"pplx-[A-Za-z0-9]{40,}"),
    ("NVIDIA key", "nvapi-", r"nvapi-[A-Za-z0-9_-]{40,}"),
    ("Cerebras key", "csk-", r"csk-[a-z0-9]{40,}"),
    ("Fireworks key", "fw_", r"fw_[A-Za-z0-9]{22,}"),
    ("Databricks token", "dapi", r"dapi[a-f0-9]{32}(?:-\d)?"),
    ("LangSmith key", "lsv2_", r"lsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10}"),
    ("Tavily key", "tvly-", r"tvly-(?:dev-|prod-)?[A-Za-z0-9]{20,}"),
    ("AWS key id", "akia | asia | abia | acca", r"(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}"),
    ("AWS Bedrock key", "absk", r"ABSK[A-Za-z0-9+/=]{100,}"),
    ("Azure client secret", "8q~", r"[A-Za-z0-9_~.]{3}8Q~[A-Za-z0-9_~.-]{31,34}"),
    (
        "Azure storage key",
        "accountkey= | sharedaccesskey=",
        r"(?:AccountKey|SharedAccessKey)=[A-Za-z0-9+/]{40,}={0,2}",
    ),
    ("Slack token", "xox | xapp-", r"(?:xox[abeoprs]|xapp-\d)-[A-Za-z0-9-]{20,}"),
    ("Stripe key", "k_live_ | k_test_", r"[sr]k_(?:live|test)_[A-Za-z0-9]{20,}"),
    ("webhook secret", "whsec_", r"whsec_[A-Za-z0-9+/=]{24,}"),
    ("npm token", "npm_", r"npm_[A-Za-z0-9]{36}"),
    ("PyPI token", "pypi-ag", r"pypi-Ag[A-Za-z0-9_-]{60,}"),
    ("crates.io token", "cio", r"cio[A-Za-z0-9]{32}"),
    ("RubyGems key", "rubygems_", r"rubygems_[a-f0-9]{48}"),
    ("Docker token", "dckr_", r"dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,}"),
    ("DigitalOcean token", "_v1_", r"do[opr]_v1_[a-f0-9]{64}"),
    ("Doppler token", "dp.", r"dp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9]{40,}"),
    ("Vault token", "hvs. | hvb. | hvr.", r"hv[sbr]\.[A-Za-z0-9_-]{24,}"),
    ("Terraform token", ".atlasv1.", r"[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_-]{60,}"),
    ("Atlassian token", "atatt3 | atctt3", r"AT[AC]TT3[A-Za-z0-9_=-]{60,}"),
    ("Linear key", "lin_", r"lin_(?:api|oauth)_[A-Za-z0-9]{40,}"),
    ("Notion token", "ntn_", r"ntn_[A-Za-z0-9]{40,}"),
    ("Postman key", "pmak-", r"PMAK-[a-f0-9]{24}-[a-f0-9]{34}"),
    ("Sentry token", "sntry", r"sntry[a-z]?_[A-Za-z0-9+/=_]{40,}"),
    ("Grafana token", "glsa_ | glc_", r"glsa_[A-Za-z0-9]{32}_[a-f0-9]{8}|glc_[A-Za-z0-9+/=]{32,}"),
    ("New Relic key", "nrak-", r"NRAK-[A-Z0-9]{27}"),
    ("Shopify token", "shp", r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}"),
    ("Supabase key", "sbp_ | sb_secret_", r"sb(?:p|_secret)_[A-Za-z0-9_-]{20,}"),
    ("Netlify token", "nfp_ | nfc_ | nfo_ | nfu_", r"nf[pcou]_[A-Za-z0-9]{36,}"),
    ("Fly token", "fo1_ | flyv1", r"fo1_[A-Za-z0-9_-]{40,}|FlyV1 fm2_[A-Za-z0-9+/=_,-]{60,}"),
    ("Figma token", "figd_", r"figd_[A-Za-z0-9_-]{36,}"),
    ("Mailgun key", "key-", r"key-[0-9a-f]{32}"),
    ("JSON web token", "eyj", r"eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}"),
    (
        # A whole PEM in base 64, as clusters keep them; no certificate and no public key.
        "private key",
        "ls0tls1crudjti",
        r"LS0tLS1CRUdJTi(?!BDRVJU|BQVUJMSU)[A-Za-z0-9+/=]{40,}",
    ),
    ("age key", "age-secret-key-", r"AGE-SECRET-KEY-1[0-9A-Z]{58}"),
)
"""What it is, what stands in it in lower case, and how it looks, by the prefixes that providers document."""

_PARTS: tuple[tuple[str, str, str], ...] = (
    (
        "private key",
        "private key",
        # Some lines of the key itself: they tell it from other keys of its kind, which all begin alike. The
        # line that opens one, alone, is a constant of programs that read keys. Line ends may be written as
        # letters, or have the signs of a diff or a quotation around them.
        (
            r"(-{4,5} ?BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)? ?-{4,5}"
            r"(?:(?:\\+[rn]|[\s\-+|>\"',]|(?:Proc-Type|DEK-Info|Comment|Version|Subject|X-[\w-]+):[^\n\\]*)*+"
            r"[A-Za-z0-9+/=]{16,}+){1,4}+)"
        ),
    ),
    ("private key", "putty-user-key", r"(PuTTY-User-Key-File-\d: *\S+)"),
    (
        "AWS secret key",
        "aws",
        r"(?i)aws.{0,20}?(?:secret|key|token)[^\n=:]{0,20}[=:]\s*[\"']?([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+])",
    ),
    (
        "password in .netrc",
        "machine | default",
        r"(?:machine[ \t]+\S+|default)\s+login\s+\S+\s+(?:account\s+\S+\s+)?password\s+(\S+)",
    ),
    (
        "token in .npmrc",
        "_authtoken | _password | _auth",
        r"_(?:authToken|password|auth)[ \t]*=[ \t]*[\"']?([A-Za-z0-9+/=_.-]{8,})[\"']?[ \t]*(?:$|\n)",
    ),
    (
        "password in an address",
        "://",
        r"[A-Za-z][A-Za-z0-9+.-]{1,30}://[^\s:/?#@\"'<>]*:([^\s@/\"'<>]{3,})@[\w.\[-]",
    ),
    (
        "password in a connection string",
        "password= | pwd=",
        r"(?i)(?:server|host|source|uid|user id|user)=[^\n]{1,200}?;\s*(?:password|pwd)=([^;\s\"']{3,})",
    ),
    (
        "key of a cluster",
        "client-key-data | id-token | refresh-token",
        r"(?:client-key-data|id-token|refresh-token):[ \t]*[\"']?([A-Za-z0-9+/=._-]{20,})",
    ),
)
"""The same, where only a part of what is found is the secret: the group."""

_TELLING = "passw | passphrase | secret | token | api | apikey | access | private | credential | auth"
_ASSIGNED = re.compile(
    r"(?i)(?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key"
    r"|credential|auth[_-]?key)[\w-]{0,20}[\"']?[ \t]{0,8}(?::=|=>|[:=])[ \t]{0,8}"
    # Of what is longer, the beginning: whole tokens of a login have thousands of signs.
    r"(?:[\"']([^\"'\s]{12,200}+)(?!\s)"
    r"|([^\s\"'#;,(){}\[\]<>$]{16,200}+)(?:[ \t]*$|(?=[^\s\"'#;,(){}\[\]<>$])))",
    re.MULTILINE,
)
_MADE_UP = re.compile(
    r"(?i)example|placeholder|change.?me|your[_-]|dummy|redact|fake|sample|xxx|\*\*\*|\.\.\.|[<>]|\$\{|\$\(|\{\{|%\("
    r"|^[$%{]|^(?:password|passwd|passwort|pass|pwd|secret|token|user|admin|root|test|postgres|guest|foo|bar)\d{0,3}$"
)
_DETECTED: tuple[tuple[str, str, str], ...] = (
    ("artifactory.ArtifactoryDetector", "akc", "Artifactory credentials"),
    ("aws.AWSKeyDetector", "akia | asia | abia | acca | a3t | aws", "AWS key"),
    ("azure_storage_key.AzureStorageKeyDetector", "accountkey=", "Azure storage key"),
    ("basic_auth.BasicAuthDetector", "://", "password in an address"),
    ("cloudant.CloudantDetector", "cloudant", "Cloudant credentials"),
    ("discord.DiscordBotTokenDetector", "discord | bot | token", "Discord token"),
    ("github_token.GitHubTokenDetector", "ghp_ | gho_ | ghu_ | ghs_ | ghr_", "GitHub token"),
    ("gitlab_token.GitLabTokenDetector", "glpat- | gldt- | glft- | gloas- | gr1348941", "GitLab token"),
    ("ibm_cloud_iam.IbmCloudIamDetector", "ibm | iam", "IBM Cloud key"),
    ("ibm_cos_hmac.IbmCosHmacDetector", "ibm | hmac", "IBM storage key"),
    ("jwt.JwtTokenDetector", "eyj", "JSON web token"),
    ("mailchimp.MailchimpDetector", "-us", "Mailchimp key"),
    ("npm.NpmDetector", "_authtoken", "npm token"),
    ("openai.OpenAIDetector", "t3blbkfj", "OpenAI key"),
    ("pypi_token.PypiTokenDetector", "pypi-ag", "PyPI token"),
    ("sendgrid.SendGridDetector", "sg.", "SendGrid key"),
    ("slack.SlackDetector", "xox | hooks.slack", "Slack token"),
    ("softlayer.SoftlayerDetector", "softlayer", "SoftLayer credentials"),
    ("square_oauth.SquareOAuthDetector", "sq0csp", "Square secret"),
    ("stripe.StripeDetector", "k_live_", "Stripe key"),
    ("telegram_token.TelegramBotTokenDetector", "telegram | bot | token", "Telegram token"),
    ("twilio.TwilioKeyDetector", "twilio | account_sid | api_key", "Twilio key"),
)
"""The detectors that are used, what stands in what they find, and what it is. Not: entropy, keywords, IPs."""

_SMALL = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_REMEMBERED = 5_000
"""Texts whose findings are remembered, each by its digest."""
_BEFORE, _BEHIND = 200, 600
"""Characters around such a word that are looked at: expressions over whole files took 8 s for a megabyte."""


def scan(text: str) -> tuple[Hit, ...]:
    """What looks like a secret in a text, in its order. A place is named once, by the best name for it.

    A text that was looked through lately is not again: a tray is packed at every key and changes little.
    """
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    known = _looked_through()
    found = known.get(digest)
    if found is None:
        if len(known) >= _REMEMBERED:
            known.clear()
        found = known[digest] = _scan(text)
    return found


@cache
def _looked_through() -> dict[bytes, tuple[Hit, ...]]:
    return {}


def _scan(text: str) -> tuple[Hit, ...]:
    taken: dict[int, int] = {}
    found: list[tuple[int, Hit]] = []
    lines: list[int] = []
    for kind, begin, end in _spans(text):
        if any(begin < other_end and other < end for other, other_end in taken.items()):
            continue
        taken[begin] = end
        lines = lines or [0, *(match.end() for match in re.finditer("\n", text))]
        found.append((begin, Hit(kind, bisect_right(lines, begin), text[begin:end])))
    return tuple(hit for _, hit in sorted(found, key=lambda each: each[0]))


def _spans(text: str) -> Iterator[tuple[str, int, int]]:
    """(kind, begin, end), the surest kinds first."""
    # ASCII alone, whatever else stands there: of some signs, such as a Turkish İ, the small form is longer.
    lowered = text.lower() if text.isascii() else text.translate(_SMALL)
    for kind, words, pattern in _own():
        for match in _around(text, lowered, words, pattern):
            group = 1 if match.re.groups else 0
            if not _MADE_UP.search(match[group]):
                yield kind, match.start(group), match.end(group)
    for kind, words, detector in _detectors():
        for pattern in detector.denylist:
            for match in _around(text, lowered, words, pattern):
                yield from _detected(kind, detector, match)
    for match in _around(text, lowered, _TELLING, _ASSIGNED):
        group = 1 if match[1] is not None else 2
        if _is_random(match[group]):
            yield "value of a telling name", match.start(group), match.end(group)


def _around(text: str, lowered: str, words: str, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """What fits the pattern around any of the words."""
    for word in words.split(" | "):
        at = lowered.find(word)
        while at >= 0:
            begin, end = max(0, at - _BEFORE), min(len(text), at + _BEHIND)
            # Whole lines where they are short: what begins or ends a line is seen as such.
            begin = max(begin, text.rfind("\n", begin, at) + 1)
            newline = text.find("\n", end, end + _BEHIND)
            end = newline if newline >= 0 else end
            yield from pattern.finditer(text, begin, end)
            at = lowered.find(word, max(at + 1, end - _BEFORE))


def _detected(kind: str, detector: Any, match: re.Match[str]) -> Iterator[tuple[str, int, int]]:
    # Some of its detectors look at what they found once more (the parts of a web token, say).
    if not any(True for _ in detector.analyze_string(match[0])):
        return
    group = next((number for number in range(1, len(match.groups()) + 1) if match[number]), 0)
    if kind == "GitHub token" or len(match[group]) < 8 <= len(match[0]):
        group = 0 if kind != "password in an address" else group
    digits = any(sign.isdigit() for sign in match[group])
    if digits and not _MADE_UP.search(match[group]):
        yield kind, match.start(group), match.end(group)


@cache
def _own() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    named = ((kind, words, re.compile(rf"(?<![A-Za-z0-9_])(?:{pattern})")) for kind, words, pattern in _NAMED)
    return (*named, *((kind, words, re.compile(pattern)) for kind, words, pattern in _PARTS))


@cache
def _detectors() -> tuple[tuple[str, str, Any], ...]:
    # Late: it brings `requests`, half a second, and most commands send nothing.
    from importlib import import_module  # noqa: PLC0415 - said above

    found = []
    for name, words, kind in _DETECTED:
        module, _, made = name.partition(".")
        found.append((kind, words, getattr(import_module(f"detect_secrets.plugins.{module}"), made)()))
    return tuple(found)


def _is_random(value: str) -> bool:
    """Whether a value looks made by a machine: long, of letters and digits, and not words or a path."""
    if _MADE_UP.search(value) or not re.search(r"\d", value) or not re.search(r"[A-Za-z]", value):
        return False
    if re.fullmatch(r"[\w.]+\([^)]*\)?|(?:\.{0,2}/)?[\w.-]+(?:/[\w.-]+)+|https?://\S+|\w+(?:\.\w+)+", value):
        return False
    counts = Counter(value)
    entropy = -sum(count / len(value) * math.log2(count / len(value)) for count in counts.values())
    digits = sum(sign.isdigit() for sign in value)
    return entropy >= 3.2 and (digits >= 3 or bool(re.search(r"[^\w.-]", value)))


_COPY = re.compile(r"(?:~|\.(?:bak|backup|old|orig|save|copy|swp|\d+))+$")
_EXAMPLES = re.compile(r"[.-](?:example|sample|template|dist|defaults?|tpl|tmpl|schema)$")
_KEYS = re.compile(
    r".*\.(?:pem|key|p12|pfx|p8|pk8|jks|jceks|keystore|bks|kdbx|kdb|ppk|ovpn|tfstate|tfvars|kubeconfig|agekey)$"
    r"|id_[a-z0-9_-]+|.*_(?:rsa|dsa|ecdsa|ed25519)|kubeconfig.*"
    r"|\.netrc|_netrc|\.pgpass|\.my\.cnf|\.pypirc|\.git-credentials|\.htpasswd|\.dockercfg|\.s3cfg|\.boto"
    r"|\.vault-token|secring\.(?:gpg|pgp)|.*\.tfstate\.backup|service[-_]?account.*\.json|client_secret.*\.json"
)
_CREDENTIALS = re.compile(
    r"(?:.*[._-])?(?:credentials?|secrets?)"
    r"(?:\.(?:json|ya?ml|toml|ini|cfg|conf|txt|csv|xml|properties|enc|db))?"
)
_UNDER = {
    (".kube", "config"),
    (".docker", "config.json"),
    (".aws", "config"),
    (".azure", "accesstokens.json"),
}


def never_sent(path: str) -> str | None:
    """Why a file of this name does not leave, in words; None for any other. Whatever the case."""
    *folders, name = path.casefold().split("/")
    name = _COPY.sub("", name)
    if _EXAMPLES.search(name):
        return None
    if name.startswith(".env") or name.endswith(".env"):
        return "environment with settings that are often secret"
    if (folders[-1] if folders else "", name) in _UNDER or _KEYS.fullmatch(name):
        return "keys or credentials, by its name"
    if _CREDENTIALS.fullmatch(name):
        return "credentials, by its name"
    return None
