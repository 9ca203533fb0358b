"""The stand-alone verifier of draw records: one file that anyone may copy, needing nothing but Python."""
