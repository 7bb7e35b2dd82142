"""Units of quantities: how they are written, and how many of one another they always are."""

from __future__ import annotations

UNITS = {
    "working": r"jours? (?:ouvr|franc|calend)\w*|(?:working|business|calendar) days?",
    "day": r"jours?|days?",
    "hour": r"heures?|hours?|h",
    "minute": r"minutes?|min",
    "week": r"semaines?|weeks?",
    "month": r"mois|months?",
    "year": r"ans?|annees?|years?",
    "second": r"secondes?|seconds?",
    "euro": r"euros?|eur|€",
    "dollar": r"dollars?|\$|usd",
    "pound": r"livres?|pounds?|£",
    "percent": r"%",
    "km": r"km|kilometres?|kilometers?",
    "metre": r"m|metres?|meters?",
    "cm": r"cm|centimetres?|centimeters?",
    "mile": r"miles?|mi",
    "foot": r"feet|foot|ft",
    "kg": r"kg|kilos?|kilogrammes?|kilograms?",
    "gram": r"g|grammes?|grams?",
    "tonne": r"tonnes?|tons?",
    "hectare": r"hectares?|ha",
    "litre": r"litres?|liters?",
    "degree": r"degres?|degrees?|°c|°f",
    "time": r"fois|times",
    "person": r"personnes?|people|persons?|salaries?|employes?|employees?",
    "character": r"caracteres?|characters?",
}

COUNTED = ("day", "hour", "week", "month", "year")  # "un mois" says 1; "un euro" may be any

# Identities alone: a month has no fixed number of days, a week of leave has five or six, and a
# time limit in days does not end at the hour of one in hours.
BASES = {
    "second": ("second", 1),
    "minute": ("second", 60),
    "hour": ("second", 3_600),
    "month": ("month", 1),
    "year": ("month", 12),
    "cm": ("cm", 1),
    "metre": ("cm", 100),
    "km": ("cm", 100_000),
    "gram": ("gram", 1),
    "kg": ("gram", 1_000),
    "tonne": ("gram", 1_000_000),
}
