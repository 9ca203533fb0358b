"""Who is whom: addresses, duplicates, merging, and offices typed freely."""
