"""Workbooks and sheets that draw on several features."""
