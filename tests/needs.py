"""What a test wants of the machine and does not find: said in words, and a failure where the run needs the thing.

The variables are set by `.ci/run`.
"""

import os
from typing import NoReturn

import pytest


def lacking(reason: str, variable: str) -> NoReturn:
    """Skip a test that cannot be run here, or fail it where the environment says that this run needs it."""
    if os.environ.get(variable) == "1":
        pytest.fail(f"{reason}, and {variable}=1 says that this run needs it")
    pytest.skip(reason)
