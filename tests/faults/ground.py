"""What a desk's processes stand on, as far as it can be broken for them alone: a disk, a clock."""

import mmap
import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

DISK = 320  # megabytes


@dataclass
class Clock:
    """The clock of a desk's processes, where there is a C compiler; otherwise the machine's."""

    folder: Path

    def __post_init__(self) -> None:
        self.file, self.library = self.folder / "clock", self.folder / "clock.so"
        self.file.write_bytes(struct.pack("q", 0))
        source = Path(__file__).with_name("clock.c")
        compiler = shutil.which("cc") or shutil.which("gcc")
        self.own = compiler is not None and sys.platform == "linux"
        if self.own:
            make = [str(compiler), "-shared", "-fPIC", "-O1", "-o", str(self.library), str(source)]
            subprocess.run(make, check=True)

    def step(self, seconds: float) -> None:
        """Move it at once, for every process that wears it; from the machine's clock on."""
        with self.file.open("r+b") as file, mmap.mmap(file.fileno(), 8) as seen:
            seen[:] = struct.pack("q", int(seconds * 1_000_000))

    @contextmanager
    def worn(self) -> Iterator[dict[str, str]]:
        """For what is started meanwhile."""
        worn = {"LD_PRELOAD": str(self.library), "CLOCK_FILE": str(self.file)} if self.own else {}
        os.environ.update(worn)
        try:
            yield worn
        finally:
            for name in worn:
                os.environ.pop(name, None)


def mounted(folder: Path, stack: ExitStack) -> bool:
    """Mount a small disk, where this user may; it is gone when the stack unwinds."""
    options = ["-t", "tmpfs", "-o", f"size={DISK}m,mode=755", "tmpfs", str(folder)]
    try:
        done = subprocess.run(["mount", *options], capture_output=True, check=False)
    except FileNotFoundError:
        return False
    if done.returncode == 0:
        stack.callback(subprocess.run, ["umount", "-l", str(folder)], check=False)
    return done.returncode == 0
