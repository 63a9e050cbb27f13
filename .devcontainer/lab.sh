#!/bin/sh
# JupyterLab on the welcome lab, on loopback; port 8888 is forwarded to you alone.
# In a Codespace the page comes from that address, and Jupyter must know it.
set -eu
page="https://${CODESPACE_NAME:-none}-8888.${GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN:-invalid}"
exec python3 kit.py lab -- --no-browser --port 8888 --ServerApp.port_retries=0 \
    --ServerApp.allow_origin="$page"
