"""Run the command line, as `upload-diag` or as `python -m upload_diag`."""

import signal
import sys


def main() -> int:
    """Run one command and give its exit code."""
    # Ctrl-C while the program is still being loaded ends it without a word; Python would print a traceback.
    python_s = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if python_s:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from upload_diag.cli import main as run

    if python_s:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    return run()


if __name__ == "__main__":
    sys.exit(main())
