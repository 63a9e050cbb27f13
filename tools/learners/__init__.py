"""A room full of learners: kernels, clouds and environments as JupyterLab starts them."""
