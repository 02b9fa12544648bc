"""What holds for every test: none is judged by how fast it is."""

import os

from hypothesis import HealthCheck, settings

# as the command does: see orderdrop.cli.app.main
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

settings.register_profile("orderdrop", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("orderdrop")
