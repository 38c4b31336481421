"""Who may import whom, and what a view may not touch (docs/decisions/0004)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = (
    "negotiate",
    "representations",
    "models",
    "devices",
    "exchange",
    "resources",
    "serving",
    "commands",
    "work",
    "bench",
    "tests",
)

# What each package may import of ours, and which of these libraries: Flask and those it brings.
_OF_EXCHANGE = {"exchange.settings", "exchange.report", "exchange.log"}
MAY = {
    "negotiate": {"negotiate"},
    "representations": {"representations"},
    "models": {"models"},
    "exchange": {"exchange", "negotiate", "representations"},
    "devices": {"devices"},
    "resources": {"resources", "models", "exchange.decorators"},
    "serving": {"serving", "negotiate", "representations"},
    "commands": {"commands", "models", "devices", "serving", "work", *_OF_EXCHANGE},
    "work": {"work", "models", "devices"},
}
WEB = {"flask", "werkzeug", "flask_caching", "flask_httpauth", "uvicorn", "rich", "click"}
MAY_WEB = {
    "exchange": {"flask", "werkzeug", "flask_caching", "flask_httpauth", "rich"},
    "resources": {"flask"},
    "serving": {"uvicorn"},
    "commands": {"click"},
}
FROM_FLASK = {"Blueprint", "url_for"}  # all that resources take
FORBIDDEN_IN_VIEWS = {"request", "headers", "json", "xml", "Response", "jsonify", "format", "g"}


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imports(path: Path) -> Iterator[tuple[str, set[str]]]:
    """Each module that the file imports, and the names that it takes from there."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, set()) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            yield node.module or "", {alias.name for alias in node.names}


def is_within(module: str, allowed: set[str]) -> bool:
    return any(module == each or module.startswith(f"{each}.") for each in allowed)


@pytest.mark.parametrize("package", MAY)
def test_imports_go_one_way(package: str) -> None:
    ours = set(PACKAGES) | {"run"}
    wrong = [
        f"{path.relative_to(ROOT)} imports {module}"
        for path in modules(package)
        for module, _ in imports(path)
        if (is_within(module, ours) and not is_within(module, MAY[package]))
        or (is_within(module, WEB) and not is_within(module, MAY_WEB.get(package, set())))
    ]
    assert wrong == []


def test_negotiate_needs_the_standard_library_alone() -> None:
    import sys

    known = sys.stdlib_module_names | {"negotiate"}
    wrong = [
        f"{path.name} imports {module}"
        for path in modules("negotiate")
        for module, _ in imports(path)
        if module.partition(".")[0] not in known
    ]
    assert wrong == []


def test_resources_take_nothing_from_flask_but_blueprint_and_url_for() -> None:
    taken = {
        name
        for path in modules("resources")
        for module, names in imports(path)
        if module.startswith("flask")
        for name in names
    }
    assert taken <= FROM_FLASK


@pytest.mark.parametrize("path", modules("resources"), ids=lambda path: path.stem)
def test_views_touch_no_request_no_format_and_no_header(path: Path) -> None:
    tree = ast.parse(path.read_text())
    named = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    named |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    texts = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    assert not named & FORBIDDEN_IN_VIEWS
    assert not [text for text in texts if text.startswith(("application/", "text/"))]


def test_a_resource_imports_no_other_resource() -> None:
    wrong = [
        f"{path.name} imports {module}"
        for path in modules("resources")
        if path.name != "__init__.py"
        for module, _ in imports(path)
        if is_within(module, {"resources"})
    ]
    assert wrong == []
