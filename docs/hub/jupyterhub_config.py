"""JupyterHub for this course on one server with local users: docs/SCALE.md goes through it step by step.

Four worlds, each with its Unix user, so that the system itself keeps them apart:

    root        the hub; owns CHECKOUT and LEARN, and nobody else writes there
    class       formgrader, which both graders open: CHECKOUT (solutions, keys) and CLASS (marks) are for it alone
    a student   a server of their own, in their home, with LEARN, which holds what a class is given
    ngshare     hands notebooks over where there is no common folder (NGSHARE)
"""

CHECKOUT = "/opt/course"                    # this repository, with its .venv; root's, to be read by the group `class`
LEARN = "/opt/learn"                        # the unpacked bundle, with its .venv; to be read by everybody
CLASS = "/srv/class"                        # of ACCOUNT, mode 700
ACCOUNT = "class"
STATE = "/var/lib/jupyterhub"               # of root, mode 700
GRADERS = ["mira", "noor"]
STUDENTS = "students"                       # a Unix group: who is in it may log in
NGSHARE = ""                                # "/var/lib/ngshare" where students and graders share no folder
NGSHARE_ACCOUNT = "ngshare"                 # it owns that folder, mode 700
NGSHARE_PYTHON = "/opt/ngshare/bin/python"  # an environment of its own: it wants an older SQLAlchemy
ADDRESS = "http://127.0.0.1:8000"           # what the browser asks: put nginx or Caddy with TLS before it
HUB_PORT, PROXY_PORT, FORMGRADER_PORT, NGSHARE_PORT = 8081, 8001, 9999, 9998        # on this machine alone

c = get_config()  # noqa: F821

# --- the hub: who may log in, and with which servers ---------------------------------------------------------

c.JupyterHub.bind_url = ADDRESS
c.JupyterHub.hub_port = HUB_PORT
c.JupyterHub.db_url = f"sqlite:///{STATE}/jupyterhub.sqlite"
c.JupyterHub.cookie_secret_file = f"{STATE}/cookie_secret"
c.ConfigurableHTTPProxy.command = [f"{CHECKOUT}/.venv/bin/configurable-http-proxy"]
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{PROXY_PORT}"
c.ConfigurableHTTPProxy.pid_file = f"{STATE}/proxy.pid"

c.JupyterHub.authenticator_class = "pam"            # the passwords of this machine
c.PAMAuthenticator.open_sessions = False
c.Authenticator.allowed_users = set(GRADERS)
c.LocalAuthenticator.allowed_groups = {STUDENTS}

SHELL = {"shell_command": ["/bin/bash"]}            # no login shell: /etc/profile would forget PATH
STYLE = {"static_custom_path": [f"{LEARN}/course/static/custom"]}
c.JupyterHub.spawner_class = "jupyterhub.spawner.LocalProcessSpawner"
c.Spawner.cmd = [f"{LEARN}/.venv/bin/jupyterhub-singleuser"]
c.Spawner.notebook_dir = "~"
c.Spawner.default_url = "/lab"
c.Spawner.start_timeout = c.Spawner.http_timeout = 300      # seconds: a whole class logs in at once
c.Spawner.args = [                                  # as `python -m course learn` opens JupyterLab
    "--LabApp.news_url=None", "--LabApp.extension_manager=readonly", "--LabApp.custom_css=True",
    f"--LabApp.app_settings_dir={LEARN}/course/static", f"--ServerApp.tornado_settings={STYLE!r}",
    f"--ServerApp.terminado_settings={SHELL!r}",
]
c.Spawner.environment = {
    "PATH": f"{LEARN}/.venv/bin:/usr/local/bin:/usr/bin:/bin",
    "JUPYTER_CONFIG_PATH": f"{LEARN}/jupyter",      # nbgrader_config.py for students
}

# --- formgrader: one server of the user `class` for all graders ----------------------------------------------

c.JupyterHub.services = [{
    "name": "formgrader",
    "url": f"http://127.0.0.1:{FORMGRADER_PORT}",
    "user": ACCOUNT,
    "cwd": CLASS,
    "command": [f"{CHECKOUT}/.venv/bin/jupyterhub-singleuser", f"--ServerApp.root_dir={CLASS}",
                f"--ServerApp.terminado_settings={SHELL!r}", f"--LabApp.app_settings_dir={LEARN}/course/static"],
    "environment": {
        "JUPYTERHUB_DEFAULT_URL": "/formgrader",
        "HOME": CLASS,
        "USER": ACCOUNT,                            # ngshare_exchange asks for it
        "PATH": f"{CHECKOUT}/.venv/bin:/usr/local/bin:/usr/bin:/bin",
        "PYTHONPATH": CHECKOUT,                     # so that `python -m autograder` is found in CLASS too
    },
    "oauth_no_confirm": True,
}]
c.JupyterHub.load_groups = {"graders": {"users": GRADERS}}
c.JupyterHub.load_roles = [
    {"name": "grading", "groups": ["graders"], "scopes": ["access:services!service=formgrader"]},
]

# --- ngshare: the exchange where no folder is shared ---------------------------------------------------------

if NGSHARE:
    c.JupyterHub.services.append({
        "name": "ngshare",
        "url": f"http://127.0.0.1:{NGSHARE_PORT}",
        "user": NGSHARE_ACCOUNT,
        "cwd": "/",
        "command": [NGSHARE_PYTHON, "-m", "ngshare", "--admins", "formgrader",
                    "--database", f"sqlite:///{NGSHARE}/ngshare.db", "--storage", f"{NGSHARE}/files/"],
        "oauth_no_confirm": True,
    })
    reaches = "access:services!service=ngshare"
    c.JupyterHub.load_roles += [
        {"name": "user", "scopes": ["self", reaches]},
        {"name": "server", "scopes": ["users:activity!user", "access:servers!server", reaches]},
        {"name": "handing-over", "services": ["formgrader"], "scopes": [reaches]},
    ]
