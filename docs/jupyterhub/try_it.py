"""JupyterHub on your own computer, to see the recipe work before a server runs it.

Anybody who reaches it logs in without a password, so it listens on loopback only. Start it with the
JupyterHub beside the kit's packages: .venv/bin/jupyterhub -f docs/jupyterhub/try_it.py
"""

import secrets
import sys
from pathlib import Path

STATE = Path.home() / ".cache" / "coldstart-hub"
STATE.mkdir(parents=True, exist_ok=True)
c = get_config()  # noqa: F821 - JupyterHub provides it

c.JupyterHub.bind_url = "http://127.0.0.1:8000"
c.JupyterHub.db_url = "sqlite://"  # forgets all when it ends
c.JupyterHub.cookie_secret = secrets.token_bytes(32)
c.ConfigurableHTTPProxy.pid_file = str(STATE / "proxy.pid")
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True

c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = str(STATE / "{username}")
c.Spawner.cmd = [str(Path(sys.prefix) / "bin" / "jupyterhub-singleuser")]
c.Spawner.default_url = "/lab"
c.Spawner.environment = {"COLDSTART_OPEN": "1", "JUPYTER_PREFER_ENV_PATH": "1"}
