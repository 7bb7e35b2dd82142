"""The web: pages for people and an API for programs, on one fence; the only home of async."""
