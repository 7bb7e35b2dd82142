"""`vigie models list` for a person: what there is, under what licence, and whether it fits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from models.ports import Language
from models.wording import Wording


def model_lines(listed: dict[str, Any], language: Language) -> Iterator[str]:
    answers, reason = listed["answers"], listed["reason"] and f" ({listed['reason']})"
    yield Wording(
        fr=f"les réponses viennent de\u00a0: {answers}{reason}",
        en=f"answers come from: {answers}{reason}",
    ).spoken(language)
    for model in listed["models"]:
        yield f"  {model['name']} ({model['architecture']}) {model['path']} {model['digest'][:12]}"
        for one in model["adapters"]:
            yield f"    + {one['name']} {one['path']} {one['digest'][:12]}"
        yield f"    {_terms(model).spoken(language)}"
        yield f"    {_memory(model, listed['machine_gb']).spoken(language)}"
    yield Wording(
        fr=f"les documents sont trouvés avec\u00a0: {listed['embedder']}",
        en=f"documents are found with: {listed['embedder']}",
    ).spoken(language)
    for offer in listed.get("available", ()):
        yield from _offer_lines(offer, listed["machine_gb"], language)


def _terms(model: dict[str, Any]) -> Wording:
    """Licence, context, and how it would be run."""
    licence, trained = model["licence"], model["trained_tokens"]
    flash, cache = model["flash_attention"], model["kv_cache"]
    return Wording(
        fr=f"licence {licence or 'inconnue'}\u00a0; contexte {_tokens(trained).fr}\u00a0; "
        f"cache en {cache}, attention {'flash' if flash else 'simple'}",
        en=f"licence {licence or 'unknown'}; context of {_tokens(trained).en}; "
        f"cache in {cache}, {'flash' if flash else 'plain'} attention",
    )


def _tokens(count: int | None) -> Wording:
    if count is None:
        return Wording(fr="inconnu", en="unknown length")
    return Wording(fr=f"de {_grouped(count)} jetons", en=f"{count:,} tokens")


def _memory(model: dict[str, Any], machine_gb: float) -> Wording:
    needed = model["needed"]
    if needed is None:
        return Wording(
            fr="mémoire nécessaire inconnue\u00a0: le fichier n’en dit rien",
            en="memory needed unknown: the file does not say",
        )
    verdict = _verdict(machine_gb, fits=model["fits"])
    context = needed["context_tokens"]
    return Wording(
        fr=f"demande environ {_comma(needed['total_gb'])}\u00a0Go de mémoire, dont "
        f"{_comma(needed['weights_gb'])} de poids et {_comma(needed['caches_gb'])} pour "
        f"{needed['answers']} réponses à la fois de {_grouped(context)} jetons\u00a0; {verdict.fr}",
        en=f"needs about {needed['total_gb']} GB of memory, {needed['weights_gb']} of them weights "
        f"and {needed['caches_gb']} for {needed['answers']} answers at once of {context:,} tokens; "
        f"{verdict.en}",
    )


def _verdict(machine_gb: float, *, fits: bool) -> Wording:
    """Beside the rest of the house, which needs room as well."""
    if fits:
        return Wording(
            fr=f"tient dans les {_comma(machine_gb)}\u00a0Go d’ici",
            en=f"fits the {machine_gb} GB that are here",
        )
    return Wording(
        fr=f"ne tient pas avec le reste dans les {_comma(machine_gb)}\u00a0Go d’ici",
        en=f"does not fit the {machine_gb} GB that are here beside the rest of the house",
    )


def _offer_lines(offer: dict[str, Any], machine_gb: float, language: Language) -> Iterator[str]:
    verdict = _verdict(machine_gb, fits=offer["fits"])
    size, needed = offer["size_gb_estimated"], offer["memory_gb_estimated"]
    yield Wording(
        fr=f"peut être amené\u00a0: {offer['name']} ({offer['licence']}), {offer['repository']}",
        en=f"can be pulled: {offer['name']} ({offer['licence']}), {offer['repository']}",
    ).spoken(language)
    yield Wording(
        fr=f"  environ {_comma(size)}\u00a0Go de disque et {_comma(needed)}\u00a0Go de mémoire, "
        f"contexte {_tokens(offer['context_tokens']).fr}\u00a0; {verdict.fr}",
        en=f"  about {size} GB of disk and {needed} GB of memory, "
        f"context of {_tokens(offer['context_tokens']).en}; {verdict.en}",
    ).spoken(language)
    yield f"  {offer['why'][language.value]}"


def _comma(number: float) -> str:
    return str(number).replace(".", ",")


def _grouped(number: int) -> str:
    return f"{number:,}".replace(",", "\u202f")
