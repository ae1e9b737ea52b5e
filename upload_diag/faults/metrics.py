"""Counters in Prometheus' text format."""

from collections import Counter

from upload_diag.faults.app import App

__all__ = ["metrics"]


def metrics(app: App) -> str:
    """Everything that `/metrics` shows."""
    states = Counter(upload.state.value for upload in app.uploads())
    lines = [
        "# HELP upload_diag_requests_total Requests answered.",
        "# TYPE upload_diag_requests_total counter",
        *(
            f'upload_diag_requests_total{{operation="{operation}",status="{status}"}} {count}'
            for (operation, status), count in sorted(app.counts.items())
        ),
        "# HELP upload_diag_faults_fired_total How often a kind of fault struck.",
        "# TYPE upload_diag_faults_fired_total counter",
        *(f'upload_diag_faults_fired_total{{kind="{kind}"}} {count}' for kind, count in sorted(app.fired.items())),
        "# HELP upload_diag_uploads Upload sessions by state.",
        "# TYPE upload_diag_uploads gauge",
        *(f'upload_diag_uploads{{state="{state}"}} {count}' for state, count in sorted(states.items())),
        "# HELP upload_diag_journal_dropped_total Journal entries that were dropped because it is bounded.",
        "# TYPE upload_diag_journal_dropped_total counter",
        f"upload_diag_journal_dropped_total {app.journal.dropped}",
    ]
    return "\n".join(lines) + "\n"
