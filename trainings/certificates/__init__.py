"""Certificates: who earned one, its number, the PDF, and the page that says whether it is genuine."""
