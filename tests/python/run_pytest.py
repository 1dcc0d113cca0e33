#!/usr/bin/env python3
"""Runs one file of tests with pytest: run_pytest.py FILE [PYTEST-ARGUMENTS]. 77 (skip) where something is missing."""

import sys

try:
    import numpy  # noqa: F401
    import pytest
except ImportError as error:
    print(f"SKIP: {error}; install Debian's python3-numpy and python3-pytest and use /usr/bin/python3")
    sys.exit(77)

if __name__ == "__main__":
    code = pytest.main(["-q", "-rs", "-p", "no:cacheprovider", *sys.argv[1:]])
    sys.exit(77 if code == pytest.ExitCode.NO_TESTS_COLLECTED else int(code))
