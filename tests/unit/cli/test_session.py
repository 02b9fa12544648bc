import subprocess
import sys

TAKEN_BY_ANOTHER_THREAD = """
import signal, threading, time
from orderdrop.cli.session import stoppable, wait_for

def signalled():
    time.sleep(0.2)
    signal.pthread_kill(threading.get_ident(), signal.SIGTERM)
    time.sleep(60)

with stoppable() as stop:
    threading.Thread(target=signalled, daemon=True).start()
    wait_for(stop)
print("stopped")
"""


def test_a_stop_is_seen_although_another_thread_was_given_the_signal() -> None:
    done = subprocess.run(
        [sys.executable, "-c", TAKEN_BY_ANOTHER_THREAD],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("stopped\n", 0), done.stderr
