"""Settings. What differs from one installation to the next comes from the environment.

| variable | meaning | default |
|---|---|---|
| OPENPARS_DATA | folder of the database file, the secret key and collected static files | `data` |
| DATABASE_URL | `postgresql://user:password@host:port/name` instead of SQLite | |
| OPENPARS_SECRET_KEY | signs sessions and links; made on first start in the data folder otherwise | |
| OPENPARS_HOSTS | host names the site answers to, comma-separated | `localhost,127.0.0.1,[::1]` |
| OPENPARS_HTTPS | `1` behind a proxy that speaks HTTPS: secure cookies, HSTS, redirect | |
| OPENPARS_PROXIES | proxies before the site (for counting by the visitor's address) | `1` with HTTPS, else `0` |
| OPENPARS_DEMO | `1` for demo data and a movable day; set by `openpars serve --demo` | |
| OPENPARS_EMAIL_URL | `smtp://user:password@host:587`, or `smtps://` | letters are kept in the data folder |
| OPENPARS_EMAIL_FROM | sender of the letters | `OpenPARS <openpars@localhost>` |
| OPENPARS_LOG_LEVEL | what is written to the log: `INFO`, `WARNING`, ... | `WARNING` |
| OPENPARS_JOB_LEASE | seconds after which background work is taken from a worker that shows no sign of life | `45` |
| OPENPARS_UPLOAD_MEGABYTES | the largest file of activities that is taken in | `1000` |
| OPENPARS_WEBHOOKS_LOOPBACK | `1` lets webhooks deliver to this machine itself, for trying them out | |
| OPENPARS_REQUESTS_PER_MINUTE | how often one key may call the web services | `600` |
| OPENPARS_PUBLIC_REQUESTS_PER_MINUTE | how often one address may ask a process for pages of CME Passport | `900` |
"""

import os
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured


def _flag(name: str) -> bool:
    return os.environ.get(name, "").lower() in {"1", "true", "yes"}


DATA = Path(os.environ.get("OPENPARS_DATA", "data")).resolve()
DEMO = _flag("OPENPARS_DEMO")
HTTPS = _flag("OPENPARS_HTTPS")
DEBUG = False


def _secret_key() -> str:
    """The key from the environment or the data folder; made there on first use, readable by its owner only."""
    given = os.environ.get("OPENPARS_SECRET_KEY")
    if given:
        return given
    DATA.mkdir(parents=True, exist_ok=True)
    path = DATA / "secret-key"
    kept = path.read_text().strip() if path.exists() else ""
    if kept:
        return kept
    key = secrets.token_urlsafe(50)
    # Whole or not at all: a disk may be full.
    partial = DATA / f".secret-key.{os.getpid()}.partial"
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(key)
    partial.rename(path)
    return key


SECRET_KEY = _secret_key()
ALLOWED_HOSTS = os.environ.get("OPENPARS_HOSTS", "localhost,127.0.0.1,[::1]").split(",")


def _port(parts: SplitResult, variable: str) -> int | None:
    try:
        return parts.port
    except ValueError as problem:
        message = f"{variable}: {problem}."
        raise ImproperlyConfigured(message) from problem


def _whole(variable: str, default: str) -> int:
    text = os.environ.get(variable, default)
    if not (text.isascii() and text.isdigit()):
        message = f"{variable} must be a whole number, not {text!r}."
        raise ImproperlyConfigured(message)
    return int(text)


def _database(url: str | None) -> dict[str, Any]:
    """Django's settings for one database: the SQLite file in the data folder, or PostgreSQL by its address."""
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATA / "openpars.sqlite3",
            "OPTIONS": {
                # Writers wait their turn instead of failing; readers never wait.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                # 32 MB of pages kept: the whole index of a large provider's activities. The log is written back every
                # 32 MB: a file that is planned would otherwise write the same pages of the indexes again and again.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; "
                "PRAGMA cache_size=-32000; PRAGMA wal_autocheckpoint=8000;",
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        message = f"DATABASE_URL must start with postgresql://, not {parts.scheme}://"
        raise ImproperlyConfigured(message)
    # A socket folder stands as the host, percent-encoded: postgresql://user@%2Ftmp%2Fpg/name
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.netloc.rsplit("@", 1)[-1].split(":")[0]),
        "PORT": str(_port(parts, "DATABASE_URL") or ""),
        # The pool asks a connection whether it lives before it gives it out: a server may have started anew.
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            # A server that is away is said to be so, and found again, within seconds; the pool's own patience is
            # half a minute for each question, and minutes between two attempts.
            "pool": {"min_size": 1, "max_size": 8, "timeout": 3, "reconnect_timeout": 3},
            # PostgreSQL's own default is for spinning disks, and keeps it from indexes that hold a whole list.
            "options": "-c random_page_cost=1.1",
        },
    }


DATABASES = {"default": _database(os.environ.get("DATABASE_URL"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "csp",
    "django_htmx",
    # Ours first, so that our templates win over allauth's.
    "openpars.accounts",
    "openpars.jobs",
    "openpars.activities",
    "openpars.uploads",
    "openpars.webhooks",
    "openpars.passport",
    "openpars.api",
    "openpars.web",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "openpars.api.middleware.Services",
    "openpars.web.public.PublicPages",
    # What follows is for pages of people who sign in.
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "openpars.accounts.middleware.FirstVisit",
    "openpars.accounts.middleware.OwnPages",
    "openpars.accounts.middleware.SlidingSession",
]

ROOT_URLCONF = "openpars.config.urls"
WSGI_APPLICATION = "openpars.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "openpars.web.context.page",
            ],
        },
    },
]

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA / "files", "base_url": None},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# A step with every box full is far below this; what is above gets its own page.
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# The largest file of activities that is taken in, in bytes.
UPLOAD_BYTES = _whole("OPENPARS_UPLOAD_MEGABYTES", "1000") * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "openpars.web.views.uploads.limit.WithinLimit",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# How often one key may call the web services in a minute.
REQUESTS_PER_MINUTE = _whole("OPENPARS_REQUESTS_PER_MINUTE", "600")
# How often one address may ask a process for what is public in a minute. Whole offices share an address.
PUBLIC_REQUESTS_PER_MINUTE = _whole("OPENPARS_PUBLIC_REQUESTS_PER_MINUTE", "900")

# --- cache: rate limits must be shared by all processes, so they live in the database
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# --- background work
# A worker renews its lease four times in this while.
JOB_LEASE = timedelta(seconds=max(1, _whole("OPENPARS_JOB_LEASE", "45")))
# How often a job is begun whose worker is lost before the end.
JOB_ATTEMPTS = 3
# How long an idle worker waits before it looks again, in seconds.
JOB_POLL = 0.5
# How long jobs that have ended are kept.
JOB_KEPT = timedelta(days=14)

# --- webhooks
# Whether deliveries may go to this very machine, and then without encryption: for trying them out.
WEBHOOKS_LOOPBACK = _flag("OPENPARS_WEBHOOKS_LOOPBACK")

# --- security
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if "*" not in host] if HTTPS else []
# What a form posted before signing in anew held is kept for its person, though nothing is saved.
CSRF_FAILURE_VIEW = "openpars.web.views.form.steps.csrf_failure"

# --- e-mail


def _email(url: str | None) -> dict[str, Any]:
    """Django's e-mail settings for `smtp(s)://user:password@host:port`, else letters kept as files."""
    if not url:
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": DATA / "mail",
        }
    parts = urlsplit(url)
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname or "localhost",
        "EMAIL_PORT": _port(parts, "OPENPARS_EMAIL_URL") or (465 if parts.scheme == "smtps" else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp" and bool(parts.username),
    }


globals().update(_email(os.environ.get("OPENPARS_EMAIL_URL")))
DEFAULT_FROM_EMAIL = os.environ.get("OPENPARS_EMAIL_FROM", "OpenPARS <openpars@localhost>")

# --- accounts
AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "name"]},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"

# A session ends with the browser, or after 12 hours without a page; openpars.accounts.middleware keeps the
# sessions of people at work alive.
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"

ACCOUNT_ADAPTER = "openpars.accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
# A whole office signs in from one address; wrong passwords are what is counted closely.
ACCOUNT_RATE_LIMITS = {"login": "100/m/ip", "login_failed": "10/m/ip,5/5m/key"}
ACCOUNT_FORMS = {
    "login": "openpars.accounts.forms.LoginForm",
    "add_email": "openpars.accounts.forms.ChangeEmailForm",
    "change_password": "openpars.accounts.forms.ChangePasswordForm",
    "set_password": "openpars.accounts.forms.SetPasswordForm",
    "reset_password": "openpars.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "openpars.accounts.forms.ResetPasswordKeyForm",
    "reauthenticate": "openpars.accounts.forms.ReauthenticateForm",
}
# How many proxies stand before the site: limits count by the visitor's address, not the proxy's.
ALLAUTH_TRUSTED_PROXY_COUNT = _whole("OPENPARS_PROXIES", "1" if HTTPS else "0")

MFA_ADAPTER = "openpars.accounts.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "OpenPARS"
MFA_TOTP_TOLERANCE = 1
# Everybody's first address is verified, and changing it asks for a new verification.
MFA_ALLOW_UNVERIFIED_EMAIL = True
# Browsers offer passkeys on https and on localhost only; without a proxy the site is on localhost.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
MFA_FORMS = {
    "authenticate": "openpars.accounts.forms.AuthenticateForm",
    "reauthenticate": "openpars.accounts.forms.ReauthenticateCodeForm",
    "activate_totp": "openpars.accounts.forms.ActivateTOTPForm",
    "login_webauthn": "openpars.accounts.forms.LoginPasskeyForm",
    "authenticate_webauthn": "openpars.accounts.forms.AuthenticatePasskeyForm",
    "reauthenticate_webauthn": "openpars.accounts.forms.ReauthenticatePasskeyForm",
    "add_webauthn": "openpars.accounts.forms.AddPasskeyForm",
    "edit_webauthn": "openpars.accounts.forms.RenamePasskeyForm",
}
# --- end of accounts

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"without_keys": {"()": "openpars.config.logs.WithoutKeys"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "without_keys"}},
    "root": {"handlers": ["console"], "level": os.environ.get("OPENPARS_LOG_LEVEL", "WARNING")},
}
