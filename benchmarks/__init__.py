"""Measurements that the lessons show, and what they are made with."""

import os

# Before any of them loads numpy: for matrices as small as ours, a second thread only costs.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
