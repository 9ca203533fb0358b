"""A draw from the frozen list to its public record."""
