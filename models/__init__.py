"""What reads and writes language: embedders, generators, their files and their energy."""
