"""What must not leave by accident: texts that look like secrets, and files that are known to hold them.

Pure but for loading the patterns. The named patterns of detect-secrets run over the text in memory; its
checks that call a provider are never used. To them come our own, for what it misses: the keys of the
providers of the last years, any private key, .netrc, addresses with a password, values that are assigned to
a telling name. Its guesses by entropy alone are left out: every lock file would stop the sending.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

from msgspec import Struct


class Hit(Struct, frozen=True):
    """Something that looks like a secret: what kind, on which line (from 1), and itself, never to be shown."""

    kind: str
    line: int
    secret: str


_NAMED: tuple[tuple[str, str], ...] = (
    ("Anthropic key", r"sk-ant-[A-Za-z0-9]+-[A-Za-z0-9_-]{20,}"),
    ("OpenRouter key", r"sk-or-(?:v1-)?[A-Za-z0-9_-]{32,}"),
    ("OpenAI key", r"sk-(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{20,}|sk-[A-Za-z0-9]{40,}"),
    ("Google API key", r"AIza[0-9A-Za-z_-]{35}"),
    ("Google client secret", r"GOCSPX-[A-Za-z0-9_-]{24,}"),
    ("Google access token", r"ya29\.[A-Za-z0-9_-]{30,}"),
    ("GitHub token", r"github_pat_[A-Za-z0-9_]{22,}|gh[oprsu]_[A-Za-z0-9]{36,}"),
    ("GitLab token", r"gl(?:pat|oas|dt|rt|cbt|ptt|ft|imt|agent|soat|ffct)-[A-Za-z0-9_.-]{20,}"),
    ("Hugging Face token", r"hf_[A-Za-z0-9]{30,}"),
    ("Groq key", r"gsk_[A-Za-z0-9]{40,}"),
    ("xAI key", r"xai-[A-Za-z0-9]{60,}"),
    ("Replicate token", r"r8_[A-Za-z0-9]{37,}"),
    ("Perplexity key", r"pplx-[A-Za-z0-9]{40,}"),
    ("NVIDIA key", r"nvapi-[A-Za-z0-9_-]{40,}"),
    ("Cerebras key", r"csk-[a-z0-9]{40,}"),
    ("Fireworks key", r"fw_[A-Za-z0-9]{22,}"),
    ("Databricks token", r"dapi[a-f0-9]{32}(?:-\d)?"),
    ("LangSmith key", r"lsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10}"),
    ("Tavily key", r"tvly-(?:dev-|prod-)?[A-Za-z0-9]{20,}"),
    ("AWS key id", r"(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}"),
    ("AWS Bedrock key", r"ABSK[A-Za-z0-9+/=]{100,}"),
    ("Azure client secret", r"[A-Za-z0-9_~.]{3}8Q~[A-Za-z0-9_~.-]{31,34}"),
    ("Azure storage key", r"(?:AccountKey|SharedAccessKey)=[A-Za-z0-9+/]{40,}={0,2}"),
    ("Slack token", r"xox[abeoprs]-[A-Za-z0-9-]{20,}|xapp-\d-[A-Za-z0-9-]{20,}"),
    ("Stripe key", r"(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{20,}|whsec_[A-Za-z0-9+/=]{24,}"),
    ("npm token", r"npm_[A-Za-z0-9]{36}"),
    ("PyPI token", r"pypi-Ag[A-Za-z0-9_-]{60,}"),
    ("crates.io token", r"cio[A-Za-z0-9]{32}"),
    ("RubyGems key", r"rubygems_[a-f0-9]{48}"),
    ("Docker token", r"dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,}"),
    ("DigitalOcean token", r"do[opr]_v1_[a-f0-9]{64}"),
    ("Doppler token", r"dp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9]{40,}"),
    ("Vault token", r"hv[sbr]\.[A-Za-z0-9_-]{24,}"),
    ("Terraform token", r"[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_-]{60,}"),
    ("Atlassian token", r"ATATT3[A-Za-z0-9_=-]{60,}|ATCTT3[A-Za-z0-9_=-]{60,}"),
    ("Linear key", r"lin_(?:api|oauth)_[A-Za-z0-9]{40,}"),
    ("Notion token", r"ntn_[A-Za-z0-9]{40,}"),
    ("Postman key", r"PMAK-[a-f0-9]{24}-[a-f0-9]{34}"),
    ("Sentry token", r"sntr[yu]s?_[A-Za-z0-9+/=_]{40,}"),
    ("Grafana token", r"glsa_[A-Za-z0-9]{32}_[a-f0-9]{8}|glc_[A-Za-z0-9+/=]{32,}"),
    ("New Relic key", r"NRAK-[A-Z0-9]{27}"),
    ("Shopify token", r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}"),
    ("Supabase key", r"sb(?:p|_secret)_[A-Za-z0-9_-]{20,}"),
    ("Netlify token", r"nf[pcou]_[A-Za-z0-9]{36,}"),
    ("Fly token", r"fo1_[A-Za-z0-9_-]{40,}|FlyV1 fm2_[A-Za-z0-9+/=_,-]{60,}"),
    ("Figma token", r"figd_[A-Za-z0-9_-]{36,}"),
    ("Mailgun key", r"key-[0-9a-f]{32}"),
    ("JSON web token", r"eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}"),
    ("age key", r"AGE-SECRET-KEY-1[0-9A-Z]{58}"),
)
"""By the prefixes that the providers document: what a person pastes by mistake is nearly always one of these."""

_PARTS: tuple[tuple[str, str], ...] = (
    ("private key", r"(-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----\s*[A-Za-z0-9+/=:,\s-]{0,200})"),
    ("private key", r"(PuTTY-User-Key-File-\d: *\S+)"),
    ("AWS secret key", r"(?i)aws.{0,20}?(?:secret|key|token)[^\n=:]{0,20}[=:]\s*[\"']?([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+])"),
    ("password in .netrc", r"(?m)^[ \t]*(?:machine[ \t]+\S+|default)\s+login\s+\S+\s+(?:account\s+\S+\s+)?password\s+(\S+)"),
    ("token in .npmrc", r"(?m)^[^\n#;]{0,200}:?_(?:authToken|password|auth)[ \t]*=[ \t]*[\"']?([^\s\"']{8,})"),
    ("password in an address", r"[A-Za-z][A-Za-z0-9+.-]{1,30}://[^\s:/?#@\"'<>]*:([^\s@/\"'<>]{3,})@[\w.\[-]"),
    ("password in a connection string", r"(?i)(?:server|host|data source|uid|user id|username|user)=[^\n]{1,200}?;\s*(?:password|pwd)=([^;\s\"']{3,})"),
    ("key of a cluster", r"(?m)^[ \t]*(?:client-key-data|id-token|refresh-token):[ \t]*[\"']?([A-Za-z0-9+/=._-]{20,})"),
)  # fmt: skip
"""Where only a part of what is found is the secret: the group."""

_ASSIGNED = re.compile(
    r"(?i)[\w.-]{0,40}(?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key"
    r"|credential|auth[_-]?key)[\w-]{0,20}[\"']?[ \t]{0,8}(?::=|=>|[:=])[ \t]{0,8}"
    r"(?:[\"']([^\"'\s]{12,200})[\"']|([^\s\"'#;,(){}\[\]<>$]{16,200})[ \t]*$)",
    re.MULTILINE,
)
_MADE_UP = re.compile(
    r"(?i)example|placeholder|change.?me|your[_-]|dummy|redact|fake|sample|xxx|\*\*\*|\.\.\.|[<>]|\$\{|\$\(|\{\{|%\("
    r"|^[$%{]|^(?:password|passwd|passwort|pass|pwd|secret|token|user|admin|root|test|postgres|guest|foo|bar)\d{0,3}$"
)
_DETECTED = {
    "artifactory.ArtifactoryDetector": "Artifactory credentials",
    "aws.AWSKeyDetector": "AWS key",
    "azure_storage_key.AzureStorageKeyDetector": "Azure storage key",
    "basic_auth.BasicAuthDetector": "password in an address",
    "cloudant.CloudantDetector": "Cloudant credentials",
    "discord.DiscordBotTokenDetector": "Discord token",
    "github_token.GitHubTokenDetector": "GitHub token",
    "gitlab_token.GitLabTokenDetector": "GitLab token",
    "ibm_cloud_iam.IbmCloudIamDetector": "IBM Cloud key",
    "ibm_cos_hmac.IbmCosHmacDetector": "IBM storage key",
    "jwt.JwtTokenDetector": "JSON web token",
    "mailchimp.MailchimpDetector": "Mailchimp key",
    "npm.NpmDetector": "npm token",
    "openai.OpenAIDetector": "OpenAI key",
    "private_key.PrivateKeyDetector": "private key",
    "pypi_token.PypiTokenDetector": "PyPI token",
    "sendgrid.SendGridDetector": "SendGrid key",
    "slack.SlackDetector": "Slack token",
    "softlayer.SoftlayerDetector": "SoftLayer credentials",
    "square_oauth.SquareOAuthDetector": "Square secret",
    "stripe.StripeDetector": "Stripe key",
    "telegram_token.TelegramBotTokenDetector": "Telegram token",
    "twilio.TwilioKeyDetector": "Twilio key",
}
"""The detectors that are used, and what each finds in our words. Not used: entropy, keywords, addresses."""


def scan(text: str) -> tuple[Hit, ...]:
    """What looks like a secret in a text, in its order. A place is named once, by the best name for it."""
    starts = [0, *(at + 1 for at, sign in enumerate(text) if sign == "\n")]
    taken: list[tuple[int, int]] = []
    found: list[tuple[int, Hit]] = []
    for kind, begin, end in _spans(text):
        if any(begin < other_end and other_begin < end for other_begin, other_end in taken):
            continue
        taken.append((begin, end))
        found.append((begin, Hit(kind, bisect_right(starts, begin), text[begin:end])))
    return tuple(hit for _, hit in sorted(found, key=lambda each: each[0]))


def _spans(text: str) -> Iterator[tuple[str, int, int]]:
    """(kind, begin, end), the surest kinds first."""
    for kind, pattern in _own():
        for match in pattern.finditer(text):
            group = 1 if match.re.groups else 0
            if not _MADE_UP.search(match[group]):
                yield kind, match.start(group), match.end(group)
    for kind, detector in _detectors():
        for pattern in detector.denylist:
            for match in pattern.finditer(text):
                yield from _detected(kind, detector, match)
    for match in _ASSIGNED.finditer(text):
        group = 1 if match[1] is not None else 2
        if _is_random(match[group]):
            yield "value of a telling name", match.start(group), match.end(group)


def _detected(kind: str, detector: Any, match: re.Match[str]) -> Iterator[tuple[str, int, int]]:
    # Some of its detectors look at what they found once more (the parts of a web token, say).
    if not any(True for _ in detector.analyze_string(match[0])):
        return
    group = max((number for number in range(len(match.groups()) + 1) if match[number]), key=lambda n: n > 0)
    digits = any(sign.isdigit() for sign in match[group])
    if kind == "private key" or (digits and not _MADE_UP.search(match[group])):
        yield kind, match.start(group), match.end(group)


@cache
def _own() -> tuple[tuple[str, re.Pattern[str]], ...]:
    named = ((kind, re.compile(rf"(?<![A-Za-z0-9_])(?:{pattern})")) for kind, pattern in _NAMED)
    return (*named, *((kind, re.compile(pattern)) for kind, pattern in _PARTS))


@cache
def _detectors() -> tuple[tuple[str, Any], ...]:
    # Late: it brings `requests`, half a second, and most commands send nothing.
    from importlib import import_module  # noqa: PLC0415 - said above

    found = []
    for name, kind in _DETECTED.items():
        module, _, made = name.partition(".")
        found.append((kind, getattr(import_module(f"detect_secrets.plugins.{module}"), made)()))
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


_EXAMPLES = re.compile(r"[.-](?:example|sample|template|dist|defaults?|tpl|tmpl|schema)$")
_KEYS = re.compile(
    r".*\.(?:pem|key|p12|pfx|p8|pk8|jks|jceks|keystore|bks|kdbx|kdb|ppk|ovpn|tfstate|tfvars|kubeconfig|agekey)$"
    r"|id_[a-z0-9_-]+|.*_(?:rsa|dsa|ecdsa|ed25519)|kubeconfig.*"
    r"|\.netrc|_netrc|\.pgpass|\.my\.cnf|\.pypirc|\.git-credentials|\.htpasswd|\.dockercfg|\.s3cfg|\.boto"
    r"|\.vault-token|secring\.(?:gpg|pgp)|.*\.tfstate\.backup|service[-_]?account.*\.json|client_secret.*\.json"
)
_CREDENTIALS = re.compile(r"(?:.*[._-])?(?:credentials?|secrets?)(?:\.(?:json|ya?ml|toml|ini|cfg|conf|txt|csv|xml|properties|enc|db))?")  # fmt: skip
_UNDER = {
    (".kube", "config"),
    (".docker", "config.json"),
    (".aws", "config"),
    (".azure", "accesstokens.json"),
}


def never_sent(path: str) -> str | None:
    """Why a file of this name does not leave, in words; None for any other. Whatever the case."""
    *folders, name = path.casefold().split("/")
    if _EXAMPLES.search(name):
        return None
    if name == ".env" or name.startswith((".env.", ".envrc")) or name.endswith(".env"):
        return "environment with settings that are often secret"
    if (folders[-1] if folders else "", name) in _UNDER or _KEYS.fullmatch(name):
        return "keys or credentials, by its name"
    if _CREDENTIALS.fullmatch(name):
        return "credentials, by its name"
    return None
