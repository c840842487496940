"""What all tests share."""

import os

# The kernels run as Python, so that their coverage is measured; the agreement test compiles them
# in a process of its own.
os.environ["NUMBA_DISABLE_JIT"] = "1"
