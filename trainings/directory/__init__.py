"""Professions, groups, organisations, associations and people; and who is whom."""
