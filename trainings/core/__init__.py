"""Ground floor: database, clock, names, jobs, sheets, pdf. It knows no word of the field."""
