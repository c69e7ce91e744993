import type { SmallProject } from "./small-project.ts";

/** Python and Flask, with docstrings. Nothing was tuned on it. */
export const LINK_SHORTENER: SmallProject = {
  name: "link shortener (Flask)",
  files: {
    "README.md": `# shorty

Makes short links out of long ones and counts how often they are followed.

    pip install -r requirements.txt
    SHORTY_DATABASE=links.db SHORTY_API_KEY=secret flask --app shorty.app run

Create a link with \`curl -X POST -H "X-Api-Key: secret" -d url=https://example.com/ localhost:5000/links\`.
Old links are deleted by \`flask --app shorty.app purge\`.
`,
    "requirements.txt": `flask==3.0.3
click==8.1.7
`,
    "shorty/app.py": `from flask import Flask

from . import cli, errors, storage, views
from .config import load_config


def create_app(overrides=None):
    """Builds the application with everything that belongs to it."""
    app = Flask(__name__)
    app.config.update(load_config())
    app.config.update(overrides or {})
    app.register_blueprint(views.blueprint)
    app.teardown_appcontext(storage.close)
    errors.register(app)
    cli.register(app)
    return app


if __name__ == "__main__":
    create_app().run(host="127.0.0.1", port=5000)
`,
    "shorty/config.py": `import os


def load_config():
    return {
        "DATABASE": os.environ.get("SHORTY_DATABASE", "links.db"),
        "API_KEY": os.environ["SHORTY_API_KEY"],
        "MAX_AGE_DAYS": int(os.environ.get("SHORTY_MAX_AGE_DAYS", "365")),
    }
`,
    "shorty/storage.py": `import sqlite3

from flask import current_app, g

SCHEMA = """
CREATE TABLE IF NOT EXISTS links (code TEXT PRIMARY KEY, url TEXT NOT NULL, created TEXT DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE IF NOT EXISTS clicks (code TEXT NOT NULL, at TEXT DEFAULT CURRENT_TIMESTAMP, referrer TEXT);
"""


class LinkNotFound(Exception):
    pass


def connection():
    """One per request."""
    if "connection" not in g:
        g.connection = sqlite3.connect(current_app.config["DATABASE"])
        g.connection.row_factory = sqlite3.Row
        g.connection.executescript(SCHEMA)
    return g.connection


def close(_error=None):
    db = g.pop("connection", None)
    if db is not None:
        db.close()


def insert_link(code, url):
    with connection() as db:
        db.execute("INSERT INTO links (code, url) VALUES (?, ?)", (code, url))


def get_link(code):
    row = connection().execute("SELECT * FROM links WHERE code = ?", (code,)).fetchone()
    if row is None:
        raise LinkNotFound(code)
    return row


def delete_older_than(days):
    with connection() as db:
        return db.execute("DELETE FROM links WHERE created < datetime('now', ?)", (f"-{days} days",)).rowcount
`,
    "shorty/shortener.py": `import secrets
import sqlite3
import string
from urllib.parse import urlsplit

from . import storage

ALPHABET = string.ascii_letters + string.digits
ATTEMPTS = 5


class InvalidUrl(ValueError):
    pass


def check_url(url):
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InvalidUrl(f"{url!r} cannot be shortened")
    return url


def random_code(length=7):
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def shorten(url):
    """Stores a URL under a code that nobody has yet."""
    check_url(url)
    for _ in range(ATTEMPTS):
        code = random_code()
        try:
            storage.insert_link(code, url)
            return code
        except sqlite3.IntegrityError:
            continue
    raise RuntimeError("No free code was found")
`,
    "shorty/stats.py": `from . import storage


def record_click(code, referrer):
    with storage.connection() as db:
        db.execute("INSERT INTO clicks (code, referrer) VALUES (?, ?)", (code, referrer))


def clicks_per_day(code):
    return storage.connection().execute(
        "SELECT date(at) AS day, count(*) AS clicks FROM clicks WHERE code = ? GROUP BY day ORDER BY day", (code,)
    ).fetchall()


def top_links(limit=10):
    return storage.connection().execute(
        "SELECT code, count(*) AS clicks FROM clicks GROUP BY code ORDER BY clicks DESC LIMIT ?", (limit,)
    ).fetchall()
`,
    "shorty/auth.py": `import hmac
from functools import wraps

from flask import abort, current_app, request


def require_api_key(view):
    @wraps(view)
    def guarded(*args, **kwargs):
        given = request.headers.get("X-Api-Key", "")
        if not hmac.compare_digest(given, current_app.config["API_KEY"]):
            abort(401)
        return view(*args, **kwargs)

    return guarded
`,
    "shorty/views.py": `from flask import Blueprint, jsonify, redirect, request

from . import shortener, stats, storage
from .auth import require_api_key

blueprint = Blueprint("shorty", __name__)


@blueprint.post("/links")
@require_api_key
def create():
    code = shortener.shorten(request.form["url"])
    return jsonify(code=code, link=request.host_url + code), 201


@blueprint.get("/<code>")
def follow(code):
    link = storage.get_link(code)
    stats.record_click(code, request.referrer)
    return redirect(link["url"], 302)


@blueprint.get("/links/<code>/stats")
@require_api_key
def link_stats(code):
    storage.get_link(code)
    return jsonify([dict(row) for row in stats.clicks_per_day(code)])


@blueprint.get("/stats/top")
@require_api_key
def top():
    return jsonify([dict(row) for row in stats.top_links()])
`,
    "shorty/errors.py": `from flask import jsonify

from .shortener import InvalidUrl
from .storage import LinkNotFound


def on_missing_link(error):
    return jsonify(error=f"There is no link {error}"), 404


def on_invalid_url(error):
    return jsonify(error=str(error)), 400


def register(app):
    app.register_error_handler(LinkNotFound, on_missing_link)
    app.register_error_handler(InvalidUrl, on_invalid_url)
`,
    "shorty/cli.py": `import click

from . import storage


def register(app):
    @app.cli.command("purge")
    def purge():
        days = app.config["MAX_AGE_DAYS"]
        click.echo(f"{storage.delete_older_than(days)} links are gone")
`,
    "tests/test_shorten.py": `import pytest

from shorty.app import create_app
from shorty.shortener import InvalidUrl, check_url


@pytest.fixture
def client(tmp_path):
    return create_app({"DATABASE": str(tmp_path / "test.db"), "API_KEY": "k"}).test_client()


def test_shortens_and_redirects(client):
    code = client.post("/links", data={"url": "https://example.com/"}, headers={"X-Api-Key": "k"}).json["code"]
    assert client.get(f"/{code}").headers["Location"] == "https://example.com/"


def test_refuses_other_schemes():
    with pytest.raises(InvalidUrl):
        check_url("ftp://example.com/")
`,
  },
  questions: [
    ["where is a short link created", "shorty/shortener.py: def shorten(", "shorty/views.py: def create("],
    ["redirect a visitor", "shorty/views.py: def follow("],
    ["count the clicks of a link", "shorty/stats.py: def record_click(", "shorty/stats.py: def clicks_per_day("],
    ["what if a link does not exist", "shorty/errors.py: def on_missing_link(", "shorty/storage.py: class LinkNotFound("],
    ["delete old links", "shorty/storage.py: def delete_older_than(", "shorty/cli.py: def purge("],
    ["check the api key", "shorty/auth.py: def require_api_key("],
    ["is this a valid url", "shorty/shortener.py: def check_url("],
    ["connect to the database", "shorty/storage.py: def connection("],
    ["start the app", "shorty/app.py: create_app().run(", "shorty/app.py: def create_app("],
    ["most popular links", "shorty/stats.py: def top_links("],
    ["how is the random code made", "shorty/shortener.py: def random_code("],
    ["settings from the environment", "shorty/config.py: def load_config("],
  ],
};
