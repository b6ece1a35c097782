"""Every setting, in one file, from the environment; `manage.py` fills it in on a laptop.

A setting is named here with its type, default and meaning. Secrets come from the environment or
from files that it names, and have no default where the desk's data could be reached without them.
"""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from tracker import api, environment, waiting
from tracker.pages import look
from tracker.watching import logs

env = environment.Environment(os.environ)

BASE_DIR = Path(__file__).resolve().parent.parent
# Where the embedded services, logs and secrets of a laptop live.
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / ".data")))

DEBUG = env.bool("DEBUG", default=False)
# Commands that need no database (checks, help) run without any environment at all.
SERVED = "DATABASE_URL" in env.ENVIRON
# At least as long as Django's own check asks (security.W009).
SECRET_KEY = env.secret("SECRET_KEY", least=50, needed=SERVED, strict=SERVED and not DEBUG)
SECRET_KEY = SECRET_KEY or "no-database-no-secret"
ALLOWED_HOSTS = env.hosts("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.origins("CSRF_TRUSTED_ORIGINS")
# True where TLS ends before this server: cookies become secure and HTTP is redirected.
HTTPS = env.bool("HTTPS", default=False)

INSTALLED_APPS = [
    # Before the desk, whose admin takes their pages away.
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "axes",
    "tracker",
    "claims",
    "sources",
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "csp",
    "corsheaders",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    "tracker.watching.health.Probes",
    "tracker.watching.requests.Watched",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "tracker.api.Compressed",
    "claims.clients.limits.told",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "claims.access.sessions.Gate",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "tracker.urls"
WSGI_APPLICATION = "tracker.wsgi.application"
LOGIN_URL = reverse_lazy("admin:login")
LOGIN_REDIRECT_URL = reverse_lazy("admin:index")

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "claims" / room / "templates" for room in ("desk", "public")],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]


# How many connections the threads of one process share; 0: each thread keeps its own.
DATABASE_POOL = env.number("DATABASE_POOL", default=0)


def database(name: str, *, replica: bool = False) -> dict[str, Any]:
    """The connection an environment variable names; waiting for a lock or an answer has an end."""
    found = env.database(name, strict=not DEBUG)
    return waiting.limited(found, pool=DATABASE_POOL, replica=replica)


# `default` is the application's role, which cannot rewrite history or change a table.
DATABASES = {"default": database("DATABASE_URL")}
MIRRORED = {"TEST": {"MIRROR": "default"}}  # to a test, one database under another name
if "OWNER_DATABASE_URL" in env.ENVIRON:
    # The owner's role exists for migrations alone; `manage.py migrate` takes it.
    DATABASES["owner"] = database("OWNER_DATABASE_URL") | MIRRORED
if "SIGNER_DATABASE_URL" in env.ENVIRON:
    # The role that publishes checkpoints, for `manage.py sign-checkpoints` alone.
    DATABASES["signer"] = database("SIGNER_DATABASE_URL") | MIRRORED
# A server that follows `default`, as the same role, for reads of the API (tracker/replica.py).
replica = database("REPLICA_DATABASE_URL", replica=True)
if "REPLICA_DATABASE_URL" in env.ENVIRON:
    DATABASES["replica"] = replica | MIRRORED
    DATABASE_ROUTERS = ["tracker.replica.Router"]
# How many seconds late it may be; beyond, the primary answers.
REPLICA_LAG = env.number("REPLICA_LAG", default=5.0, least=1)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.redis("REDIS_URL", strict=not DEBUG)
# Nothing in it is more than a saving: losing Redis loses nothing.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
}

# A passage that is worth checking less than this is kept and shown, and not proposed (0 to 1).
CHECKWORTHY_FROM = env.number("CHECKWORTHY_FROM", default=0.5, most=1)
# A claim that is less near to a passage than this is not compared with it (cosine, 0 to 1).
SAME_CLAIM_FROM = env.number("SAME_CLAIM_FROM", default=0.03, most=1)
# The class that judges passages against claims; the rules need no network and no key.
MATCHER = env.str("MATCHER", default="workers.matching.matcher.Matcher")
# For workers.matching.language_model.LanguageModel: an OpenAI-compatible endpoint, and its limits.
MODEL_URL = env.str("MODEL_URL", default="http://127.0.0.1:11434/v1")
MODEL_NAME = env.str("MODEL_NAME", default="")
MODEL_KEY = env.str("MODEL_KEY", default="")
MODEL_SECONDS = env.number("MODEL_SECONDS", default=90.0, least=1)  # about one document
MODEL_QUESTIONS = env.number("MODEL_QUESTIONS", default=60)  # about one document
MODEL_TOKENS_A_DAY = env.number("MODEL_TOKENS_A_DAY", default=1_000_000)
# For workers.matching.sentence_pairs.SentencePairs: the folder of an ONNX model.
MODEL_PATH = env.str("MODEL_PATH", default="")

# A code from a phone after the password: "off", "optional" or "required" for everybody.
SECOND_FACTOR = env.one_of("SECOND_FACTOR", "off", "optional", "required", default="optional")
OTP_TOTP_ISSUER = "Claim Tracker"
# How many wrong passwords in a row, for one name from one address, and for how many minutes then.
LOGIN_ATTEMPTS = env.number("LOGIN_ATTEMPTS", default=5, least=1)
LOGIN_COOL_OFF = env.number("LOGIN_COOL_OFF", default=15, least=1, most=environment.YEAR)
# How many proxies of our own stand before this server; each writes whom it saw (X-Forwarded-For).
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", default=0, most=10)
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
# In PostgreSQL, not in Redis: losing Redis must not give an attacker new attempts.
AXES_HANDLER = "axes.handlers.database.AxesDatabaseHandler"
AXES_FAILURE_LIMIT = LOGIN_ATTEMPTS
AXES_COOLOFF_TIME = timedelta(minutes=LOGIN_COOL_OFF)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "claims.desk.security.locked"
AXES_CLIENT_IP_CALLABLE = "claims.access.address.of"
AXES_RESET_ON_SUCCESS = True
# Otherwise whoever goes on trying keeps the others out for ever, and the table grows.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
# A person's page says when they were here last; the table would keep every time for ever.
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = AXES_VERBOSE = False

PASSWORD_HASHERS = ["claims.access.passwords.Argon2"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

LANGUAGE_CODE = env.one_of("LANGUAGE_CODE", "en", "fr", default="en")
LANGUAGES = [("en", _("English")), ("fr", _("French"))]
# The second holds what the admin's own pages say and their package has no French for.
LOCALE_PATHS = [BASE_DIR / "tracker" / "locale", BASE_DIR / "tracker" / "locale" / "unfold"]
TIME_ZONE = env.zone("TIME_ZONE", default="UTC")
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "claims" / room / "static" for room in ("desk", "public")]
STATIC_ROOT = env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))
# Files are served straight from the installed packages, so that a demo needs no collectstatic.
WHITENOISE_USE_FINDERS = True

# A larger document is refused before it is read (bytes).
MAX_DOCUMENT_BYTES = env.number("MAX_DOCUMENT_BYTES", default=25 * 1024 * 1024, least=1024)
# JSON bodies of the API have no business being larger than this (bytes).
DATA_UPLOAD_MAX_MEMORY_SIZE = env.number("MAX_JSON_BYTES", default=1024 * 1024, least=1024)

# How many requests a minute a key may make by default, and an address without a key.
KEY_PER_MINUTE = env.number("KEY_PER_MINUTE", default=600, least=1)
ANONYMOUS_PER_MINUTE = env.number("ANONYMOUS_PER_MINUTE", default=60)
# Whether the API shows published claims, and nothing else, to those who send no key.
ANONYMOUS_READING = env.bool("ANONYMOUS_READING", default=False)
# How many readers of the feed may wait in one process, each of which holds one of its threads.
FEED_WAITERS = env.number("FEED_WAITERS", default=24)
# The sites whose scripts may call the API from a browser, as in https://paper.example
CORS_ALLOWED_ORIGINS = env.origins("CORS_ORIGINS")
CORS_URLS_REGEX = r"^/(api|log)/"
CORS_EXPOSE_HEADERS = api.EXPOSED
CORS_ALLOW_HEADERS = api.TAKEN

# How the desk names itself to the sites that it reads: its name, and where to complain.
DESK_NAME = env.str("DESK_NAME", default="")
DESK_CONTACT = env.str("DESK_CONTACT", default="")
# Seconds between two requests to one host, of all workers together.
HOST_PAUSE = env.number("HOST_PAUSE", default=1)

# The ports at which web pages are read.
FETCH_PORTS = env.ports("FETCH_PORTS", default=[80, 443, 8080, 8443])

# The desk's scale, best first: {"key": [number or null, name in English, name in French], ...}. A
# key is what the ledger stores, and never changes its meaning; null is for what nobody can rate.
VERDICTS: dict[str, list[Any]] = env.get_value(
    "VERDICTS",
    cast=environment.scale,
    default={
        "true": [5, "True", "Vrai"],
        "mostly-true": [4, "Mostly true", "Plutôt vrai"],
        "misleading": [3, "Misleading", "Trompeur"],
        "mostly-false": [2, "Mostly false", "Plutôt faux"],
        "false": [1, "False", "Faux"],
        "unproven": [None, "Unproven", "Non démontré"],
    },
)

# The mail server of the desk, as in smtp+tls://user:password@host:587; without, mail goes nowhere.
vars().update(env.mail("EMAIL_URL"))
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", default="claim-tracker@localhost")

# The name of the log for ever: the address it is served at, without https://
LOG_ORIGIN = env.str("LOG_ORIGIN", default="localhost/log")
# The signer's own: its key, and the last note it signed. Only the signer can read either.
SIGNING_KEY_FILE = env.str("SIGNING_KEY_FILE", default=str(DATA_DIR / "signer" / "key"))
CHECKPOINT_FILE = env.str("CHECKPOINT_FILE", default=str(DATA_DIR / "signer" / "checkpoint"))

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
# A session that is not used for so many minutes ends.
IDLE = env.number("SESSION_IDLE_MINUTES", default=12 * 60, least=1, most=environment.YEAR)
SESSION_COOKIE_AGE = IDLE * 60
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None

CONTENT_SECURITY_POLICY = look.CONTENT_SECURITY_POLICY
REST_FRAMEWORK = api.REST_FRAMEWORK
SPECTACULAR_SETTINGS = api.SPECTACULAR
UNFOLD = look.UNFOLD
# How the log is written: "text" for people, or "json", a line for each occurrence.
LOG_LEVEL = env.one_of("LOG_LEVEL", "DEBUG", "INFO", "WARNING", "ERROR", default="INFO")
LOG_FORMAT = env.one_of("LOG_FORMAT", "text", "json", default="text")
LOGGING = logs.configured(level=LOG_LEVEL, form=LOG_FORMAT)
# Who may read /metrics: who sends this token, or comes from one of these networks. Without: nobody.
METRICS_TOKEN = env.secret("METRICS_TOKEN", least=16, needed=False, strict=not DEBUG)
METRICS_NETWORKS = env.networks("METRICS_NETWORKS")
# Sentry or GlitchTip, which is told of failures (tracker/watching/failures.py).
SENTRY_DSN = env.dsn("SENTRY_DSN")
SENTRY_ENVIRONMENT = env.str("SENTRY_ENVIRONMENT", default="production")
# The collector that is told how long things take, and what lets us in there.
OTEL_EXPORTER_OTLP_ENDPOINT = env.receiver(
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    module="opentelemetry.exporter.otlp.proto.http",
    extra="telemetry",
)
OTEL_EXPORTER_OTLP_HEADERS = env.str("OTEL_EXPORTER_OTLP_HEADERS", default="")
OTEL_SERVICE_NAME = env.str("OTEL_SERVICE_NAME", default="claim-tracker")
# How many traces are kept: seen to be usable here, read by the SDK of OpenTelemetry itself.
OTEL_TRACES_SAMPLER = env.one_of(
    "OTEL_TRACES_SAMPLER", *environment.SAMPLERS, default="parentbased_always_on"
)
OTEL_TRACES_SAMPLER_ARG = env.number("OTEL_TRACES_SAMPLER_ARG", default=1.0, most=1)
if OTEL_EXPORTER_OTLP_ENDPOINT:
    # Within the one that knows the ids, and around all that takes time.
    watched = MIDDLEWARE.index("tracker.watching.requests.Watched")
    MIDDLEWARE.insert(watched + 1, "tracker.watching.tracing.Traced")
# Where the processes of a web server count requests together; without it they are not counted.
PROMETHEUS_MULTIPROC_DIR = env.str("PROMETHEUS_MULTIPROC_DIR", default="")

env.refuse_to_start()
