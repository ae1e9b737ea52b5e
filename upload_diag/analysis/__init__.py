"""From inputs to a `Report`."""

from upload_diag.analysis.report import Bucket, Example, Group, Input, Pattern, Report

__all__ = ["Bucket", "Example", "Group", "Input", "Pattern", "Report"]
