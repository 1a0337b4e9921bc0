"""Records the folders that runs create on hosts, before they create them, so that a later run can remove the folders of
a killed one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from shmcheck import signals
from shmcheck.console import say
from shmcheck.locks import Lock
from shmcheck.paths import BUILD, ON_WINDOWS
from shmcheck.targets.targets_file import Spec


class Journal:
    """One file for each folder on a host, locked while its run is in progress. `tidy(name, ended)` removes a folder
    and returns whether that worked; unless the program in it has `ended`, it ends the program first."""

    def __init__(self, spec: Spec, tidy: Callable[[str, bool], bool]) -> None:
        self.spec = spec
        self.tidy = tidy
        self.folder = BUILD / "targets" / "left" / spec.name
        self.folder.mkdir(parents=True, exist_ok=True)

    def tidy_left(self) -> None:
        """Removes the folders that earlier runs could not remove. Those of runs in progress stay."""
        for file in sorted(self.folder.iterdir()):
            lock = Lock(file)
            try:
                if lock.try_exclusive():
                    say(f"{self.spec.host}: removing the folder that the run {file.name} left there")
                    self.remove(file, False)
            finally:
                lock.close()

    def remove(self, file: Path, ended: bool) -> None:
        if self.tidy(file.name, ended):
            file.unlink(missing_ok=True)
        else:
            say(f"{self.spec.host}: {self.spec.folder}/{file.name} could not be removed; the next run tries again")

    @contextmanager
    def open(self, identity: str) -> Iterator[None]:
        """A context in which a folder of this name may exist on the host. The folder is removed at the end, also if this
        process is killed."""
        file = self.folder / identity
        lock = Lock(file)
        lock.exclusive()
        guard = None
        if not ON_WINDOWS:
            from shmcheck.targets.guard import Guard

            guard = Guard(lambda: self.remove(file, False))
        ended = False
        try:
            yield
            ended = True
        finally:
            signals.ignore_further()
            self.remove(file, ended)
            if guard:
                guard.dismiss()
            lock.close()
