"""What may be asked and what may be said."""
