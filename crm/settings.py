"""Every setting of Wordkeeper, read from the environment (see .env.example and the README)."""

import sys
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP

from crm import environment

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = environment.data_directory(BASE_DIR)

# The way in from outside ------------------------------------------------------------------------

DEBUG = environment.boolean("DEBUG")
HOST = environment.text("HOST", "127.0.0.1")
PORT = environment.integer("PORT", 8000, low=1, high=65535)
PUBLIC_URL = environment.public_url(HOST, PORT)
PUBLIC_HOST = urlsplit(PUBLIC_URL).hostname or "localhost"
OVER_HTTPS = PUBLIC_URL.startswith("https://")
# Beyond this machine, whoever comes first must also know the code printed at the start.
SETUP_CODE_REQUIRED = not (environment.is_loopback(HOST) and environment.is_loopback(PUBLIC_HOST))
TRUSTED_PROXIES = environment.integer("TRUSTED_PROXIES", 0, low=0, high=10)

ALLOWED_HOSTS = environment.word_list("ALLOWED_HOSTS")
if "*" in ALLOWED_HOSTS and not DEBUG:
    raise ImproperlyConfigured("ALLOWED_HOSTS must name the hosts; * would answer to any.")
ALLOWED_HOSTS += ["127.0.0.1", "localhost", "[::1]", PUBLIC_HOST]
if DEBUG and SETUP_CODE_REQUIRED:
    raise ImproperlyConfigured("DEBUG must be off wherever others can reach Wordkeeper.")

SECRET_KEY = environment.secret_key(DATA_DIR)

# The house --------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "desk",
    "followups",
    "calls",
    "contacts",
    "search",
    "accounts",
    "django_htmx",
    "allauth",
    "allauth.account",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # A page is a quarter as long. Against BREACH the tokens are masked, and the length is blurred.
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.FirstVisitMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "accounts.middleware.OwnerMiddleware",
    "accounts.middleware.InvalidFormMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "crm.urls"
WSGI_APPLICATION = "crm.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "followups.context_processors.troubles",
                "desk.context_processors.just_thrown_away",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

DATABASES = {"default": environment.database(DATA_DIR)}

REDIS_URL = environment.redis_url()
# Rate limits count in the cache, so it must be shared by all processes and add atomically: the
# database can, a folder of files cannot.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}
}

# How many days the backup of each day is kept; 0 makes none. Where the parts are run one by one,
# on servers of their own, copies are made there.
BACKUP_DAYS = environment.integer("BACKUP_DAYS", 0 if REDIS_URL else 14, low=0, high=366)

# Words and times --------------------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en", "English"), ("en-gb", "English (United Kingdom)")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# Files ------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = Path(environment.text("STATIC_ROOT") or DATA_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
TESTING = "pytest" in sys.modules
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        # Hashed names need a collected folder, which `manage.py up` makes and tests do not.
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or TESTING
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
MEDIA_ROOT = DATA_DIR / "files"
# What is handed in (accounts.files) is for nobody else on the machine.
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
FILE_UPLOAD_HANDLERS = [
    "accounts.files.UploadLimit",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# Who is signed in -------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk:today"
LOGOUT_REDIRECT_URL = "account_login"

SESSION_COOKIE_NAME = "wordkeeper"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SAMESITE = "Lax"

# Mail -------------------------------------------------------------------------------------------

# EMAIL_URL goes before what the founder sets in the app (`Mailer.server` answers which it is).
MAIL_SERVER = environment.mail_server(PUBLIC_HOST)
DEFAULT_FROM_EMAIL = MAIL_SERVER.sender if MAIL_SERVER else f"wordkeeper@{PUBLIC_HOST}"
# Reminders are kept and shown by followups; sign-in codes and reset links never are.
MAILERS: dict[str, dict[str, object]] = {
    "default": {"BACKEND": "followups.mail_backend.EmailBackend"}
}

ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
# Its pages are there only while there is a mail server (accounts.urls).
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
REGISTRATION_OPEN = False

# The browser ------------------------------------------------------------------------------------

SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = OVER_HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
# Other names below this one are not ours to bind, nor is a browser's built-in list.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
if OVER_HTTPS:
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    if TRUSTED_PROXIES:
        # Only a proxy that is trusted can say that the visitor came by https; without one every
        # request would look like plain http, and be sent round in a circle.
        SECURE_SSL_REDIRECT = True
        SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Celery: nudges without payload; the database is the queue (DESIGN section 6) -------------------

CELERY_BROKER_URL = REDIS_URL or "filesystem://localhost"
if not REDIS_URL:
    BROKER_DIR = DATA_DIR / "broker"
    for folder in ("queue", "control"):
        (BROKER_DIR / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        # One folder for both directions: what the web process puts in, the worker takes out.
        "data_folder_in": str(BROKER_DIR / "queue"),
        "data_folder_out": str(BROKER_DIR / "queue"),
        "control_folder": str(BROKER_DIR / "control"),
        "store_processed": False,
    }
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"
# The whole schedule of the product. A tick that nobody took within its time is worth nothing.
TICK_SECONDS = 10
CELERY_BEAT_SCHEDULE = {
    "deliver what is due": {
        "task": "followups.tasks.deliver_due",
        "schedule": TICK_SECONDS,
        "options": {"expires": 2 * TICK_SECONDS},
    },
    # What has to be done once a day. It looks often: a laptop is never on for a whole day.
    "keep house": {
        "task": "desk.tasks.keep_house",
        "schedule": 300,
        "options": {"expires": 300},
    },
}

# The log holds ids: no name, number, note, token or query string --------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "crm.logs.DiscreetFormatter",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        }
    },
    "handlers": {"terminal": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["terminal"], "level": "WARNING"},
    "loggers": {
        "desk": {"level": "INFO"},
        "followups": {"level": "INFO"},
        # `runserver` writes down every request line, in Django's own format by default.
        "django.server": {"handlers": ["terminal"], "level": "INFO", "propagate": False},
    },
}
