"""The files for containers name what is there: settings that load, ports that meet, packages that are locked."""

import re
import shlex
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from orderdrop import settings as setup
from orderdrop import wiring

ROOT = Path(__file__).parents[1]
COMPOSE: dict[str, Any] = YAML(typ="safe").load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
CONSOLE_PORT = "8080"


@pytest.fixture
def settings(tmp_path: Path) -> setup.Settings:
    """The settings of the container, read where it would read them."""
    (tmp_path / "orderdrop.yaml").write_text((ROOT / "deploy/orderdrop.yaml").read_text())
    (tmp_path / "mappings").symlink_to(ROOT / "mappings")
    return setup.load(tmp_path / "orderdrop.yaml", {"WAREHOUSE_PASSWORD": "x" * 12}, tmp_path)


def test_the_settings_of_the_container_load_and_their_feeds_can_be_polled(settings: setup.Settings) -> None:
    for name in settings.feeds:
        plan = wiring.feed_plan(settings, name)
        assert wiring.load_mapping(settings, plan.mapping).mapping.destination == "shipup"


def test_the_console_is_reached_from_this_machine_alone(settings: setup.Settings) -> None:
    console = settings.console
    assert console is not None
    assert (console.host, str(console.port)) == ("0.0.0.0", CONSOLE_PORT)
    assert str(console.url).rstrip("/") == f"http://127.0.0.1:{CONSOLE_PORT}"
    network = SERVICES["orderdrop"]["network_mode"].removeprefix("service:")
    assert SERVICES[network]["ports"] == [f"127.0.0.1:{CONSOLE_PORT}:{CONSOLE_PORT}"]
    published = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert all(port.startswith("127.0.0.1:") for port in published)
    assert f"EXPOSE {CONSOLE_PORT}" in DOCKERFILE


def test_the_health_of_the_container_is_that_of_the_console() -> None:
    check = SERVICES["orderdrop"]["healthcheck"]["test"]
    assert check[:3] == ["CMD", "python", "-c"]
    assert f"http://127.0.0.1:{CONSOLE_PORT}/readyz" in check[3]
    compile(check[3], "healthcheck", "exec")


def test_what_the_containers_mount_is_there_or_made_by_the_commands_at_the_top() -> None:
    head = (ROOT / "compose.yaml").read_text().split("\nname:")[0]
    for service in SERVICES.values():
        for mount in service.get("volumes", ()):
            source = mount.partition(":")[0]
            there = source in COMPOSE["volumes"] or (ROOT / source).exists()
            assert there or source.removeprefix("./") in head, mount


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_is_built_from_a_file_that_is_there(service: str) -> None:
    build = SERVICES[service]["build"]
    folder, file = (
        (build, "Dockerfile") if isinstance(build, str) else (build["context"], build["dockerfile"])
    )
    text = (ROOT / folder / file).read_text()
    for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.MULTILINE):
        *sources, _ = shlex.split(line)
        assert all((ROOT / folder / source).exists() for source in sources), line


def test_what_is_copied_into_the_image_is_not_ignored() -> None:
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE):
        *sources, _ = shlex.split(line)
        assert {source.split("/")[0] for source in sources} <= let_in


@pytest.mark.parametrize("extra", ["console", "notices", "postgres", "sandbox"])
def test_the_image_has_the_packages_of_every_extra_that_serving_needs(extra: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    locked = (ROOT / "locks/runtime.txt").read_text()
    for wanted in project["optional-dependencies"][extra]:
        name = re.split(r"[\[><=;]", wanted)[0]
        assert re.search(rf"^{re.escape(name)}==", locked, re.MULTILINE), name
    assert "--require-hashes -r locks/runtime.txt" in DOCKERFILE


def test_the_commands_of_the_containers_are_commands_of_ours() -> None:
    told = [SERVICES[name]["command"][0] for name in ("orderdrop", "sandbox")]
    told += re.findall(r'CMD \["orderdrop", "(\w+)"\]', DOCKERFILE)
    for command in {*told, "health"}:
        assert f"\n## orderdrop {command}\n" in (ROOT / "docs/commands.md").read_text()


def test_the_wheel_of_the_image_brings_pages_migrations_mappings_and_samples(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    package = ROOT / "src/orderdrop"
    needed = [
        *package.glob("web/templates/*"),
        *package.glob("web/static/*"),
        *package.glob("ledger/migrations/**/*.py"),
    ]
    assert {str(path.relative_to(ROOT / "src")) for path in needed} <= packed
    for folder in ("mappings", "samples"):
        assert any(name.startswith(f"orderdrop/packed/{folder}/") for name in packed)
    assert not [name for name in packed if name.startswith(("tests/", "deploy/", "docs/"))]
