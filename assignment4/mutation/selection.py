"""Which tests could notice a change of a module, found by what they import."""

import ast
from pathlib import Path

PACKAGE = "assignment4"


def modules_of(part: str, root: Path) -> list[Path]:
    """Return the files of a module or subpackage of the package, by name.

    Args:
        part: such as "letters" or "claims".
        root: the repository's root.

    Raises:
        ValueError: the package has no part of that name.
    """
    paths = [*(root / PACKAGE / part).rglob("*.py"), root / PACKAGE / f"{part}.py"]
    paths = sorted(path for path in paths if path.is_file())
    if not paths:
        raise ValueError(f"{PACKAGE} has no module or subpackage {part!r}")
    return paths


class Selection:
    """What the tests and the modules of a repository import."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.tests = sorted((root / "tests").glob("test_*.py"))
        self._imports: dict[Path, dict[str, str]] = {}
        self._own: dict[Path, set[Path]] = {}

    def tests_of(self, module: Path) -> list[Path]:
        """Return the tests that could notice a change of a module, the likeliest first.

        They are the files that import it, or another module of its subpackage that needs it. A
        file named after the subpackage comes before others, and one named after the module first.
        """
        folder = module.parent
        near = {
            other
            for other in folder.glob("*.py")
            if folder != self.root / PACKAGE and module in self.reached(other)
        }
        named = {}
        for test in self.tests:
            own = self.own_imports(test)
            if module in own or (near & own and _is_named_after(test, folder.name)):
                after_module = _is_named_after(test, module.stem)
                named[test] = (
                    not (after_module and _is_named_after(test, folder.name)),
                    not after_module,
                    not _is_named_after(test, folder.name),
                    module not in own,
                )
        return sorted(named, key=lambda test: (named[test], test.name))

    def own_imports(self, path: Path) -> set[Path]:
        """Return the modules of the package whose names a file imports."""
        if path not in self._own:
            found = {self._origin(dotted) for dotted in self._names(path).values()}
            self._own[path] = {module for module in found if module}
        return self._own[path]

    def reached(self, path: Path) -> set[Path]:
        """Return the modules of the package that a file needs, directly or by way of others."""
        waiting, reached = [path], set()
        while waiting:
            new = self.own_imports(waiting.pop()) - reached
            reached |= new
            waiting += new
        return reached

    def libraries(self, path: Path) -> set[str]:
        """Return the modules outside the package that a file needs, directly or by others."""
        return {
            dotted
            for needed in (path, *self.reached(path))
            for dotted in self._modules(needed)
            if dotted.split(".")[0] != PACKAGE
        }

    def _modules(self, path: Path) -> set[str]:
        names = set()
        for node in self._import_nodes(path):
            if isinstance(node, ast.ImportFrom):
                names.add(node.module)
            else:
                names |= {alias.name for alias in node.names}
        return names

    def _import_nodes(self, path: Path) -> list[ast.Import | ast.ImportFrom]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        return [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]

    def _names(self, path: Path) -> dict[str, str]:
        """Return what each imported name of a file stands for, such as "assignment4.cache.read"."""
        if path not in self._imports:
            names = {}
            for node in self._import_nodes(path):
                prefix = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
                names |= {alias.asname or alias.name: prefix + alias.name for alias in node.names}
            self._imports[path] = names
        return self._imports[path]

    def _origin(self, dotted: str) -> Path | None:
        """Return the module that a name comes from, looked up behind what packages pass on."""
        parts = dotted.split(".")
        if parts[0] != PACKAGE:
            return None
        path = self.root.joinpath(*parts)
        if path.with_suffix(".py").is_file():
            return path.with_suffix(".py")
        if (path / "__init__.py").is_file():
            return path / "__init__.py"
        owner = path.parent
        if owner.with_suffix(".py").is_file():
            return owner.with_suffix(".py")
        passed_on = self._names(owner / "__init__.py").get(path.name)
        return self._origin(passed_on) if passed_on else owner / "__init__.py"


def _is_named_after(test: Path, name: str) -> bool:
    return name in test.stem.removeprefix("test_")
