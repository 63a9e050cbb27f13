"""The Littlest JupyterHub: learners get the kit's own JupyterLab, from one checkout for all.

Copy it to /opt/tljh/config/jupyterhub_config.d/coldstart.py, then: sudo tljh-config reload
"""

c = get_config()  # noqa: F821 - JupyterHub provides it

c.Spawner.cmd = ["/srv/coldstart/.venv/bin/jupyterhub-singleuser"]
c.Spawner.default_url = "/lab"
c.Spawner.environment = {"COLDSTART_OPEN": "1", "JUPYTER_PREFER_ENV_PATH": "1"}
