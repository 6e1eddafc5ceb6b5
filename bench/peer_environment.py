"""Python environments with what slm is compared with, installed from PyPI once and kept in the user's cache folder."""

import os
import pathlib
import subprocess
import venv


def cache_folder():
    return pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "slm"


def python_with(name, packages):
    """The interpreter of the environment of this name, made where it is not complete."""
    folder = cache_folder() / name
    python = folder / "bin" / "python"
    if not (folder / "complete").exists():
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)
        (folder / "complete").touch()
    return python
