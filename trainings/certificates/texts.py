"""Words of the certificates' pages that do not stand in a template."""

MASK = "＊"
