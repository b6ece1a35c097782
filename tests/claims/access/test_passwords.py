"""A morning on which everybody logs in takes no more memory than a few do."""

import subprocess
import sys
from pathlib import Path

from django.contrib.auth.hashers import Argon2PasswordHasher, check_password, make_password

from claims.access.passwords import AT_ONCE

ROOT = Path(__file__).resolve().parents[3]
EACH = Argon2PasswordHasher.memory_cost  # KiB
# In a process of its own, whose highest memory is then that of nothing else.
SIXTEEN = """
import resource, sys
from pathlib import Path
from concurrent.futures import ThreadPoolExecutor
from django.conf import settings
settings.configure(PASSWORD_HASHERS=["claims.access.passwords.Argon2"])
from django.contrib.auth.hashers import check_password, make_password
made = make_password("a long pass phrase")
with ThreadPoolExecutor(16) as pool:
    right = list(pool.map(lambda n: check_password("a long pass phrase", made), range(16)))
if (status := Path("/proc/self/status")).exists():
    # What getrusage tells on Linux begins with the memory of the process that started this one.
    peak = int(status.read_text().partition("VmHWM:")[2].split()[0])
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(sum(right), peak)
"""


def test_sixteen_who_log_in_at_once_are_let_in_within_the_memory_of_a_few() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", SIXTEEN], cwd=ROOT, capture_output=True, text=True, check=True
    )
    right, peak = map(int, ran.stdout.split())
    assert right == 16
    assert EACH < peak < (AT_ONCE + 3) * EACH  # KiB, with Python and Django themselves


def test_a_password_of_djangos_own_hasher_is_still_right_and_needs_no_new_hash() -> None:
    told: list[str] = []
    theirs = Argon2PasswordHasher()
    made = theirs.encode("a long pass phrase", theirs.salt())
    assert check_password("a long pass phrase", made, setter=told.append)
    assert not check_password("another one", made)
    assert told == []
    assert make_password("a long pass phrase").startswith("argon2$")
