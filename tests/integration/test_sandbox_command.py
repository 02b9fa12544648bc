"""`python -m orderdrop.sandbox` as a subprocess."""

import signal
import subprocess
import sys

import httpx

COMMAND = [sys.executable, "-m", "orderdrop.sandbox"]


def test_it_prints_one_ready_line_answers_and_stops_when_told() -> None:
    arguments = ["--port", "0", "--key", "k", "--rate", "0"]
    with subprocess.Popen(
        [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None
        word, url, shipup, parcellab, shippify = run.stdout.readline().split()
        status = httpx.get(
            f"{shipup.removeprefix('shipup=')}/v2/orders", headers={"Authorization": "k"}
        ).status_code
        run.send_signal(signal.SIGINT)
        rest, errors = run.communicate(timeout=30)

    assert (word, status, rest, errors) == ("ready", 200, "", "")
    assert shipup == f"shipup={url}/shipup"
    assert parcellab == f"parcellab={url}/parcellab"
    assert shippify == f"shippify={url}/shippify"
    assert run.returncode == 0


def test_a_host_beyond_this_machine_gets_a_sentence_and_exit_code_3() -> None:
    run = subprocess.run(
        [*COMMAND, "--host", "0.0.0.0"], capture_output=True, text=True, timeout=60, check=False
    )

    assert (run.returncode, run.stdout) == (3, "")
    assert run.stderr == (
        "The sandbox serves this machine only, and 0.0.0.0 is not a loopback address. Use 127.0.0.1.\n"
    )
