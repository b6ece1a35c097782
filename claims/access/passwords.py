"""How passwords are hashed: with Argon2, and only a few of them at once.

A hash takes a hundred megabytes on purpose. Everybody who logs in at nine, or somebody who sends
wrong passwords, would otherwise take as many times that as the server has threads.
"""

from threading import BoundedSemaphore

from django.contrib.auth.hashers import Argon2PasswordHasher

AT_ONCE = 2  # in one process; the others wait for some tenths of a second
_places = BoundedSemaphore(AT_ONCE)


class Argon2(Argon2PasswordHasher):
    """Django's own, which waits for its place; what it makes and takes is the same."""

    def encode(self, password: str, salt: str) -> str:
        with _places:
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        with _places:
            return super().verify(password, encoded)
