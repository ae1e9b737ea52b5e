"""Settings for the whole suite."""

import os

from hypothesis import settings

# A deadline would make a busy machine fail a correct test. In CI the same examples run every time, so that a red run is
# about the change it ran for; at a desk the search goes on.
settings.register_profile("desk", deadline=None, print_blob=True)
settings.register_profile("ci", deadline=None, print_blob=True, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")
