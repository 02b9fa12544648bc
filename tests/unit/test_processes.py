"""Names of processes: who is certainly dead, and who is not known to be."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from orderdrop.processes import ProcessName, has_died, this_process

ME = this_process()
needs_proc = pytest.mark.skipif(not ME.world, reason="the system has no /proc: nobody is ever called dead")


def test_a_process_is_not_dead_to_itself() -> None:
    assert not has_died(str(ME), ME)


def test_a_name_with_more_behind_it_is_the_same_process() -> None:
    assert not has_died(f"{ME}/1f0c", ME)


@needs_proc
def test_a_process_that_ended_is_dead() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        started = Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()[19]
        name = replace(ME, pid=child.pid, started=started)
        assert not has_died(str(name), ME)
        child.communicate()
    assert has_died(f"{name}/1f0c", ME)


@needs_proc
def test_a_zombie_is_dead_although_its_pid_still_answers() -> None:
    with subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE) as child:
        started = Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()[19]
        assert child.stdout is not None
        child.stdout.read()  # its end; nobody has asked for its exit code yet
        while Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
            pass
        assert has_died(str(replace(ME, pid=child.pid, started=started)), ME)


@needs_proc
def test_a_pid_that_another_process_has_by_now_does_not_deceive() -> None:
    assert has_died(str(replace(ME, started="1")), ME)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(str(replace(ME, host="elsewhere", started="1")), id="another-host"),
        pytest.param(str(replace(ME, world="0000-1", started="1")), id="another-boot-or-container"),
        pytest.param(str(replace(ME, started="")), id="no-start-time"),
        pytest.param("box:4711:139", id="a-name-of-an-earlier-version"),
        pytest.param("", id="no-name"),
    ],
)
def test_whoever_cannot_be_asked_after_is_not_called_dead(name: str) -> None:
    assert not has_died(name, ME)


def test_where_the_system_tells_nothing_nobody_is_called_dead(tmp_path: Path) -> None:
    me = this_process(proc=tmp_path)
    assert me == ProcessName(host=me.host, world="", pid=me.pid, started="")
    assert not has_died(str(replace(me, pid=2**22 + 1)), me, proc=tmp_path)
