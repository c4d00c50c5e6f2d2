"""Sheets on mandate and originals (委托书, 交接单) as PDFs of one page, made when they are sent and kept nowhere."""

from .sheet import Paper, sheet_bytes

__all__ = ["Paper", "sheet_bytes"]
