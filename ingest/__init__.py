"""How documents become passages that can be found."""
