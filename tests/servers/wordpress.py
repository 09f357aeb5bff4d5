"""A real WordPress for tests: a private MariaDB and PHP's own web server on free loopback ports, in a temporary folder.

    visitor --comment form--> PHP (WordPress) --socket--> MariaDB
    Oase    --REST API, application password--> PHP

Nothing is installed here: `tests/servers/install.sh` does that; `missing()` says what is not there.
"""

import getpass
import json
import os
import shutil
import signal
import subprocess
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from tests.servers.mail import free_port, listening, wait_until

_SHARED: Final = Path("/usr/share/wordpress")
_PATH: Final = os.environ.get("PATH", "") + ":/usr/sbin"
TITLE: Final = "Gartenblog Özdemir"
EDITOR: Final = "serviceteam"


def missing() -> str:
    """Why a real WordPress cannot run here, as a sentence; empty if it can."""
    absent = [name for name in ("php", "mariadbd") if not shutil.which(name, path=_PATH)]
    absent += [] if _SHARED.is_dir() else ["wordpress"]
    if absent:
        return f"Not installed: {', '.join(absent)} (run tests/servers/install.sh)."
    return "" if os.getuid() == 0 else "The private MariaDB is started by root for the user mysql."


class WordPress:
    """A running blog. `password` is the editor's application password, `post` the id of its article."""

    def __init__(self, url: str, answers: dict[str, Any], folder: Path) -> None:
        self.url, self.folder = url, folder
        self.password = str(answers["password"])
        self.reader_password = str(answers["reader_password"])
        self.post, self.editor = int(answers["post"]), int(answers["editor"])

    def comment(self, name: str, email: str, text: str, *, parent: int = 0) -> int:
        """A visitor writes a comment with the form of the page; gives its id. Raises AssertionError if WordPress refuses."""
        fields = {
            "author": name, "email": email, "comment": text, "comment_post_ID": str(self.post), "comment_parent": str(parent),
        }  # fmt: skip
        request = urllib.request.Request(self.url + "/wp-comments-post.php", urllib.parse.urlencode(fields).encode())
        with urllib.request.urlopen(request, timeout=30) as answer:  # follows the redirect to the comment's place
            place = answer.geturl()
        number = urllib.parse.urlsplit(place).fragment.removeprefix("comment-")
        if number.isdigit():
            return int(number)
        waiting = urllib.parse.parse_qs(urllib.parse.urlsplit(place).query).get("unapproved")
        assert waiting, f"WordPress did not take the comment: {place}"
        return int(waiting[0])

    def run(self, code: str) -> Any:
        """Runs PHP inside WordPress, as its own administration pages would; what it echoes as JSON."""
        script = self.folder / "run.php"
        script.write_text(f"<?php require '{self.folder}/blog/wp-load.php'; echo json_encode((function () {{ {code} }})());")
        done = subprocess.run(["php", str(script)], capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)


@contextmanager
def wordpress() -> Iterator[WordPress]:
    """A blog with one article, an editor with an application password, and comments of visitors shown at once."""
    with tempfile.TemporaryDirectory(prefix="oase-wordpress-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with _mariadb(folder) as socket:
            port = free_port()
            url = f"http://127.0.0.1:{port}"
            _unpack(folder, socket, url)
            answers = _install(folder)
            with _web(folder, port):
                yield WordPress(url, answers, folder)


@contextmanager
def _mariadb(folder: Path) -> Iterator[Path]:
    data, socket = folder / "data", folder / "run" / "mysql.sock"
    for place in (data, socket.parent):
        place.mkdir()
    options = ["--no-defaults", f"--user={getpass.getuser()}", f"--datadir={data}"]  # its folder is ours alone
    made = subprocess.run(
        ["mariadb-install-db", *options, "--auth-root-authentication-method=normal", "--skip-test-db"],
        capture_output=True, text=True, check=False, env={**os.environ, "PATH": _PATH},
    )  # fmt: skip
    assert made.returncode == 0, made.stdout + made.stderr
    log = (folder / "mariadb.log").open("wb")
    process = subprocess.Popen(
        [shutil.which("mariadbd", path=_PATH) or "mariadbd", *options, f"--socket={socket}", "--skip-networking",
         "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=32M", "--skip-log-bin"],
        stdout=log, stderr=log,
    )  # fmt: skip
    try:
        wait_until(socket.exists, what="MariaDB's socket", seconds=60)
        yield socket
    finally:
        process.send_signal(signal.SIGKILL)  # nobody needs these data again
        process.wait(timeout=20)
        log.close()


def _unpack(folder: Path, socket: Path, url: str) -> None:
    """The program, with a configuration of its own: no schedule, no mails, no calls to the outside."""
    shutil.copytree(_SHARED, folder / "blog", symlinks=False, ignore_dangling_symlinks=True)
    (folder / "blog" / "wp-config.php").write_text(_CONFIG.format(socket=socket, url=url))
    mysql = ["mariadb", "--no-defaults", f"--socket={socket}", "-uroot", "-e"]
    done = subprocess.run(
        [*mysql, "CREATE DATABASE blog CHARACTER SET utf8mb4"], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr


def _install(folder: Path) -> dict[str, Any]:
    script = folder / "install.php"
    script.write_text(_INSTALL.format(blog=folder / "blog", title=TITLE, editor=EDITOR))
    done = subprocess.run(["php", str(script)], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return dict(json.loads(done.stdout.splitlines()[-1]))


@contextmanager
def _web(folder: Path, port: int) -> Iterator[None]:
    log = (folder / "php.log").open("wb")
    process = subprocess.Popen(
        ["php", "-d", "sendmail_path=/bin/true", "-S", f"127.0.0.1:{port}", "-t", str(folder / "blog")],
        stdout=log, stderr=log, env={**os.environ, "PHP_CLI_SERVER_WORKERS": "3"}, start_new_session=True,
    )  # fmt: skip
    try:
        wait_until(lambda: listening(port), what="PHP's web server", seconds=30)
        yield
    finally:
        os.killpg(process.pid, signal.SIGKILL)  # its workers outlive it otherwise
        process.wait(timeout=10)
        log.close()


_CONFIG: Final = """<?php
define('DB_NAME', 'blog'); define('DB_USER', 'root'); define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:{socket}'); define('DB_CHARSET', 'utf8mb4'); define('DB_COLLATE', '');
define('WP_HOME', '{url}'); define('WP_SITEURL', '{url}');
define('WP_HTTP_BLOCK_EXTERNAL', true); define('DISABLE_WP_CRON', true); define('AUTOMATIC_UPDATER_DISABLED', true);
define('WP_ENVIRONMENT_TYPE', 'local'); // application passwords without HTTPS
define('WP_DEBUG', false);
$table_prefix = 'wp_';
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
"""

_INSTALL: Final = """<?php
define('WP_INSTALLING', true);
require '{blog}/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
function wp_new_blog_notification() {{}}
wp_install('{title}', 'chefin', 'chefin@example.com', true, '', 'geheim-genug-1');
update_option('comment_previously_approved', '0');
update_option('comments_notify', '0'); update_option('moderation_notify', '0');
update_option('default_pingback_flag', '0');
remove_filter('comment_flood_filter', 'wp_throttle_comment_flood');
$editor = wp_insert_user(['user_login' => '{editor}', 'user_pass' => wp_generate_password(), 'user_email' => 'team@example.com',
    'display_name' => 'Serviceteam', 'role' => 'editor']);
$reader = wp_insert_user(['user_login' => 'leserin', 'user_pass' => wp_generate_password(), 'user_email' => 'ayse@example.com',
    'display_name' => 'Ayşe Yılmaz', 'role' => 'subscriber']);
[$password] = WP_Application_Passwords::create_new_application_password($editor, ['name' => 'Oase']);
[$reader_password] = WP_Application_Passwords::create_new_application_password($reader, ['name' => 'App']);
$post = wp_insert_post(['post_title' => 'Unser neuer Rasenmäher – lohnt er sich? 🌱', 'post_content' => 'Vier Wochen im Test.',
    'post_status' => 'publish', 'post_author' => 1, 'comment_status' => 'open']);
$flood = WPMU_PLUGIN_DIR; @mkdir($flood, 0755, true);
file_put_contents($flood . '/quiet.php', "<?php add_filter('comment_flood_filter', '__return_false', 99);");
echo "\\n" . json_encode(['password' => $password, 'reader_password' => $reader_password, 'post' => $post, 'editor' => $editor]);
"""
