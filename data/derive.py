"""Derive names.txt and surnames.txt from the Python package `names` 0.3.0. Run by hand:

python data/derive.py PACKAGE      (names-0.3.0.tar.gz, or the folder of the installed package)
"""

import hashlib
import sys
import tarfile
from pathlib import Path

CENSUS_LISTS = {  # one line per name, the most frequent first: NAME percent cumulative rank
    "dist.female.first": "bd2f310fc4e5d5e5ea122c9d4342c9821145823118eb20db1647f305ec77b358",
    "dist.male.first": "0a5078ef6effe3b483d15b0f7f95047662126c9bfb624ecd5e5b978fc0f2470b",
    "dist.all.last": "b0e2b3743ccbad641ca48b344c24cdebcd1d9a1f76dc6dbf05986f2919f0b4e1",
}
SDIST_SHA256 = "726e46254f2ed03f1ffb5d941dae3bc67c35123941c29becd02d48d0caa2a671"
TOTAL = 32_000  # first names and surnames together


def derive(package: Path) -> dict[str, str]:
    """The content of both files. Exits with a sentence where the package is not the right one."""
    female, male, surnames = (census_names(package, file) for file in CENSUS_LISTS)
    first_names = sorted({*female, *male})
    return {
        "names.txt": "\n".join(first_names) + "\n",
        "surnames.txt": "\n".join(surnames[: TOTAL - len(first_names)]) + "\n",
    }


def census_names(package: Path, file: str) -> list[str]:
    """The names of one census list in lower case, the most frequent first."""
    content = read(package, file)
    if hashlib.sha256(content).hexdigest() != CENSUS_LISTS[file]:
        sys.exit(f"{file} in {package} is not the list of names 0.3.0: its SHA-256 differs.")
    return [line.split()[0].lower() for line in content.decode("ascii").splitlines()]


def read(package: Path, file: str) -> bytes:
    """The bytes of one file of the package, archived or installed."""
    if package.is_dir():
        return (package / file).read_bytes()
    if hashlib.sha256(package.read_bytes()).hexdigest() != SDIST_SHA256:
        sys.exit(f"{package} is not names-0.3.0.tar.gz: its SHA-256 differs.")
    with tarfile.open(package) as archive:
        return archive.extractfile(f"names-0.3.0/names/{file}").read()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for name, content in derive(Path(sys.argv[1])).items():
        data = content.encode("ascii")
        Path(__file__).with_name(name).write_bytes(data)
        print(f"{name}: {len(content.split())} names, SHA-256 {hashlib.sha256(data).hexdigest()}")
