"""A file of an original as a module, without the package around it."""

import importlib.util
from pathlib import Path
from types import ModuleType


def module(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded
