"""The libraries that an executable loads, from Debian's packages in their present versions."""

import os
import re
import subprocess
import sys
from pathlib import Path

from .archive import Entry


def output(*command: str, **options) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, **options).stdout


class Packages:
    """Packages of Debian, downloaded in the newest versions that apt knows, and unpacked below a folder."""

    def __init__(self, names: set[str], store: Path, scratch: Path) -> None:
        """Gets packages and the libraries on which they depend.

        `store` keeps the downloaded files from one run to the next.
        """
        self.scratch = scratch
        self.controls: dict[str, str] = {}
        store.mkdir(parents=True, exist_ok=True)
        try:
            versions = download(with_libraries(names), store)
        except subprocess.CalledProcessError:
            # The lists of apt are empty or old.
            if os.geteuid() != 0:
                sys.exit("the packages can't be downloaded: sudo apt-get update may help")
            subprocess.run(["apt-get", "-q", "-q", "update"], check=True, stdout=sys.stderr)
            versions = download(with_libraries(names), store)
        for name, version in versions.items():
            [file] = store.glob(f"{name}_{version.replace(':', '%3a')}_*.deb")
            subprocess.run(["dpkg-deb", "--extract", file, scratch / name], check=True)
            self.controls[name] = output("dpkg-deb", "--field", str(file))

    def find(self, library: str) -> tuple[str, Path] | None:
        """The package that has a library, and the file's path in it."""
        for name in sorted(self.controls):
            for folder in ("usr/lib", "lib"):
                for path in sorted((self.scratch / name / folder).glob(f"*-linux-gnu*/{library}")):
                    return name, path.relative_to(self.scratch / name)
        return None

    def entries(self, name: str, path: Path) -> list[Entry]:
        """A file of a package, and the files to which it links, where a merged /usr has them."""
        place = merged(path)
        source = self.scratch / name / path
        if not source.is_symlink():
            return [Entry(place, content=source.read_bytes(), mode=source.stat().st_mode & 0o777)]
        target = os.readlink(source)
        next_path = Path(target.lstrip("/")) if target.startswith("/") else path.parent / target
        return [Entry(place, target=target), *self.entries(name, next_path)]

    def records(self, names: set[str]) -> list[Entry]:
        """The packages' control files and copyrights, where scanners for vulnerable versions look for them."""
        records = []
        for name in names:
            records.append(Entry(f"var/lib/dpkg/status.d/{name}", content=self.controls[name].encode()))
            path = Path(f"usr/share/doc/{name}/copyright")
            if (self.scratch / name / path).is_file():
                records.append(Entry(str(path), content=(self.scratch / name / path).read_bytes()))
        return records


def with_libraries(names: set[str]) -> set[str]:
    """The packages, and the libraries on which they depend, directly or not."""
    dependencies: dict[str, set[str]] = {}
    package = ""
    for line in output("apt-cache", "depends", "--important", "--recurse", *sorted(names)).splitlines():
        if not line.startswith(" "):
            package = line
        elif found := re.fullmatch(r" [ |](?:Pre)?Depends: (lib\S+|zlib\S+)", line):
            dependencies.setdefault(package, set()).add(found[1])
    found, waiting = set(), set(names)
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting |= dependencies.get(name, set()) - found
    return found


def download(names: set[str], store: Path) -> dict[str, str]:
    """Downloads packages, unless the store has them, and returns their versions."""
    # apt's own account may not write to the folder.
    options = ["-o", "APT::Sandbox::User=root"] if os.geteuid() == 0 else []
    command = ["apt-get", "-q", "-q", *options, "download", *sorted(names)]
    subprocess.run(command, cwd=store, check=True, stdout=sys.stderr)
    shown = output("apt-cache", "show", "--no-all-versions", *sorted(names))
    return dict(zip(re.findall(r"^Package: (.*)$", shown, re.M), re.findall(r"^Version: (.*)$", shown, re.M)))


def merged(path: Path) -> str:
    """The path of a package's file in a system whose /lib is a link to /usr/lib."""
    return str(path) if path.parts[0] == "usr" else f"usr/{path}"


def needed(file: Path) -> set[str]:
    """The libraries that a file names (elf(5), DT_NEEDED)."""
    return set(re.findall(r"\(NEEDED\).*\[(.+)\]", output("readelf", "--wide", "--dynamic", str(file))))


def interpreter(executable: Path) -> str:
    """The dynamic linker that an executable names."""
    segments = output("readelf", "--wide", "--program-headers", str(executable))
    return re.search(r"\[Requesting program interpreter: /?(.+)\]", segments)[1]


def owner(library: str) -> str:
    """The package of this machine that has a library."""
    found = output("dpkg-query", "--search", f"*/{library}").splitlines()
    names = [line.split(":")[0] for line in found if re.search(rf"/(usr/)?lib/[^/]*-linux-gnu[^/]*/{re.escape(library)}$", line)]
    if not names:
        sys.exit(f"no package of this machine has {library}")
    return names[0]


def closure(packages: Packages, executable: Path, loaded: list[str]) -> tuple[list[Entry], set[str]]:
    """The files of all libraries that an executable needs, or loads by itself, and the packages that have them."""
    entries = {entry.path: entry for entry in packages.entries("libc6", Path(interpreter(executable)))}
    used = {"libc6"}
    seen: set[str] = set()
    waiting = needed(executable) | set(loaded)
    while waiting:
        library = waiting.pop()
        seen.add(library)
        name, path = packages.find(library) or sys.exit(f"no package has {library}")
        used.add(name)
        files = packages.entries(name, path)
        entries |= {entry.path: entry for entry in files}
        waiting |= needed(packages.scratch / name / path) - seen
    return list(entries.values()), used
