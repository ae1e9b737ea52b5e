"""From inputs to a `Report`."""

from upload_diag.analysis.count import Only
from upload_diag.analysis.report import Bucket, Example, Group, Input, Pattern, Report
from upload_diag.analysis.run import analyze

__all__ = ["Bucket", "Example", "Group", "Input", "Only", "Pattern", "Report", "analyze"]
