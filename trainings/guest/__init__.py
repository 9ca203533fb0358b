"""The pages of a guest that show several features at once."""
