"""Files of originals as modules, without the package around them."""

import ast
import importlib.util
from pathlib import Path
from types import ModuleType, SimpleNamespace


def module(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def functions(path: Path, names: list[str], given: dict[str, object]) -> SimpleNamespace:
    """Some functions of a file that cannot be loaded as a whole, with what they use given by name."""
    parsed = ast.parse(path.read_text())
    chosen = [node for node in parsed.body if isinstance(node, ast.FunctionDef) and node.name in names]
    space = dict(given)
    future = ast.parse("from __future__ import annotations").body
    exec(compile(ast.Module(future + chosen, []), str(path), "exec"), space)
    return SimpleNamespace(**{name: space[name] for name in names})
