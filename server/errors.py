"""What can go wrong around an answer.

ServerError
 ├── SettingsError          a setting is wrong; the text says which and what to write
 ├── HomeInUseError         another server holds the state folder
 ├── StoreUnavailableError  the store cannot be read or written
 ├── AccessDeniedError      a person may not do what they asked for
 ├── SignInError            name or password is wrong, or too many tries
 ├── NotFoundError          there is no such thing, or this person may not know of it
 ├── RunEndedError          an ingestion was cut because the server ends
 └── InvalidInputError      what was sent cannot be used; the text says why

The record's own failures (`server.audit.errors`) have their root there.
"""

from __future__ import annotations


class ServerError(Exception):
    """The root of every failure in this room."""


class SettingsError(ServerError):
    """A setting is wrong; the text says which and what to write instead."""


class HomeInUseError(ServerError):
    """Another process serves this state folder; the text names it."""


class StoreUnavailableError(ServerError):
    """The store cannot be read or written."""


class AccessDeniedError(ServerError):
    """A person may not do what they asked for."""


class SignInError(ServerError):
    """The name or the password is wrong, or there were too many tries."""


class NotFoundError(ServerError):
    """There is no such thing, or this person may not know of it: the same answer for both."""


class RunEndedError(ServerError):
    """An ingestion was cut because the server ends; the next one goes on from there."""


class InvalidInputError(ServerError):
    """What was sent cannot be used; the text says why."""
