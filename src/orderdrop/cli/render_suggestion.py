"""What is said about a suggested mapping, on stderr; the mapping itself is data."""

from pathlib import Path

from orderdrop.cli import render
from orderdrop.mapping.suggest.suggestion import HIGH, Suggestion

_QUESTIONS_SHOWN = 8


def summary(suggestion: Suggestion, file: Path, written: Path | None) -> None:
    """Say how much was understood, what must be decided, and what to do next."""
    used = suggestion.used
    sure = sum(1 for line in used if (line.sure or 0) >= HIGH)
    unknown = sum(
        1 for line in suggestion.lines if not line.is_used and line.meaning is None and line.sure is None
    )
    render.talk(
        f"Looked at {suggestion.looked_at} of {file.name}: {len(used)} of {len(suggestion.lines)} columns go somewhere, "
        f"{sure} of them with {HIGH}% or more; {unknown} {'was' if unknown == 1 else 'were'} not understood."
    )
    taught = sorted({line.why.removeprefix("as in ") for line in used if line.why.startswith("as in ")})
    if taught:
        render.talk(f"Learned from {', '.join(taught)}.")
    questions = suggestion.questions
    for heading, question in questions[:_QUESTIONS_SHOWN]:
        render.talk(f"  {heading}: {question}")
    if len(questions) > _QUESTIONS_SHOWN:
        render.talk(f"  and {len(questions) - _QUESTIONS_SHOWN} more questions, behind `# ?` in the mapping.")
    for place, hint in suggestion.hints.items():
        render.talk(f"  {suggestion.destination} wants {place}: {hint}.")
    target = str(written) if written is not None else f"{suggestion.name}.yaml"
    render.talk(
        f"Correct it, then: orderdrop mapping check {target}; orderdrop preview {file} --mapping {target}"
    )
