"""The record: what happened, so that an altered entry is noticed and a person can be forgotten."""
