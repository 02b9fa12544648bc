"""Mappings on somebody's desk: suggested from a file or taken from the folder, changed as often as she likes, then saved."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain, count
from pathlib import Path

from orderdrop.core.identity import new_id
from orderdrop.errors import UsageError
from orderdrop.mapping.load import LoadedMapping
from orderdrop.mapping.model import FileOptions
from orderdrop.mapping.suggest.choose import Choice, chosen
from orderdrop.mapping.suggest.suggestion import Suggestion
from orderdrop.mapping.suggest.write import as_yaml
from orderdrop.pipeline.mappings.mapping_folder import (
    CannotWrite,
    ChangedMeanwhile,
    MappingFolder,
    Saved,
    save,
)
from orderdrop.pipeline.mappings.suggesting import earlier_mappings, guide_of, name_after, suggest_mapping
from orderdrop.pipeline.parts import Parts
from orderdrop.pipeline.uploads.drafts import Drafts


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingDraft:
    """A mapping that somebody writes: its text, and the text of the file that it began from (None: there was none).

    `name` is that of the file, None for a new mapping. `sample` is what the file is called that it was suggested from or
    is tried on, "" without one. `suggested` is the text as the suggestion makes it, before anything was written by hand.
    """

    id: str
    user: str
    created_at: datetime
    name: str | None
    text: str
    based_on: str | None = None
    sample: str = ""
    suggestion: Suggestion | None = None
    suggested: str = ""

    @property
    def by_hand(self) -> bool:
        """Whether the text says something else than the suggestion."""
        return self.text != self.suggested

    @property
    def changed(self) -> bool:
        """Whether there is anything to save."""
        return self.text != self.based_on


class MappingDrafts:
    """The drafts of a folder, and what is done with them."""

    def __init__(self, parts: Parts, mappings: MappingFolder, folder: Path) -> None:
        self._parts = parts
        self._mappings = mappings
        self._drafts = Drafts(folder, MappingDraft, parts.clock)

    def place(self) -> tuple[str, Path]:
        """A new draft's name, and where its file is to be written."""
        draft_id = new_id("m", self._parts.clock(), self._parts.random)
        return draft_id, self._drafts.begin(draft_id) / "file"

    def file(self, draft: MappingDraft) -> Path:
        """Where the file lies that it is tried on."""
        return self._drafts.place(draft.id) / "file"

    def find(self, draft_id: str) -> MappingDraft | None:
        """A draft by its id."""
        return self._drafts.find(draft_id)

    def of(self, user: str) -> list[MappingDraft]:
        """What somebody began and did not save, newest first."""
        return [draft for draft in self._drafts.all() if draft.user == user]

    def forget(self, draft_id: str) -> None:
        """Throw a draft away."""
        self._drafts.forget(draft_id)

    def suggest(
        self,
        draft_id: str,
        user: str,
        *,
        source: str,
        destination: str,
        name: str = "",
        options: FileOptions | None = None,
    ) -> MappingDraft:
        """Suggest a mapping for the file of a new draft; what it is called is told by `name`, else by the file.

        Raises FileRefused for a file that is no table, KeyError for a destination that is not there.
        """
        suggestion = suggest_mapping(
            self._drafts.place(draft_id) / "file",
            self._parts.destination(destination),
            earlier_mappings(self._mappings.folder, self._load, self._parts.destination),
            name or self._free(name_after(source)),
            options,
            source=source,
        )
        text = as_yaml(suggestion)
        return self._put(
            MappingDraft(
                id=draft_id,
                user=user,
                created_at=self._parts.clock(),
                name=None,
                text=text,
                sample=source,
                suggestion=suggestion,
                suggested=text,
            )
        )

    def edit(self, name: str, user: str, *, text: str | None = None) -> MappingDraft:
        """A draft of a mapping that there is, with another text (such as an older version's) where one is given.

        What somebody began and did not save is gone on with. Raises UsageError for a mapping that is not there.
        """
        there = self._mappings.text(name)
        if there is None:
            raise UsageError(
                f"There is no mapping {name} any more.",
                next_step="Look at the list of mappings for its new name.",
            )
        open_one = next((one for one in self.of(user) if one.name == name), None)
        if open_one is not None and text is None and open_one.changed:
            return open_one
        if open_one is not None:
            self.forget(open_one.id)
        draft_id, _ = self.place()
        return self._put(
            MappingDraft(
                id=draft_id,
                user=user,
                created_at=self._parts.clock(),
                name=name,
                text=there if text is None else text,
                based_on=there,
            )
        )

    def write(self, draft: MappingDraft, text: str) -> MappingDraft:
        """The draft with another text."""
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        whole = text if text.endswith("\n") or not text else f"{text}\n"
        return draft if whole == draft.text else self._put(replace(draft, text=whole))

    def choose(self, draft: MappingDraft, choices: Mapping[str, Choice]) -> MappingDraft:
        """What a person decided about the columns of a suggestion; the text is written anew."""
        if draft.suggestion is None:
            raise UsageError("This mapping was not suggested.", next_step="Change its text.")
        destination = self._parts.destination(draft.suggestion.destination)
        suggestion = chosen(draft.suggestion, choices, guide_of(destination))
        if suggestion == draft.suggestion and not draft.by_hand:
            return draft
        text = as_yaml(suggestion, corrected=True)
        return self._put(replace(draft, suggestion=suggestion, text=text, suggested=text))

    def tried_on(self, draft: MappingDraft, sample: str) -> MappingDraft:
        """The draft with a file to be tried on, which lies at its place already."""
        return self._put(replace(draft, sample=sample))

    def rebased(self, draft: MappingDraft, text: str | None) -> MappingDraft:
        """The draft as if it had begun from another text: the one that somebody else saved meanwhile (None: it is gone)."""
        return self._put(replace(draft, based_on=text))

    def save(self, draft: MappingDraft) -> Saved | ChangedMeanwhile | CannotWrite:
        """Save it as the mapping's new version; then the draft goes.

        Raises what `mapping_folder.save` raises, and UsageError where there is nothing to save.
        """
        if not draft.changed:
            raise UsageError(
                "The text is the same as before: there is nothing to save.",
                next_step="Change it first, or throw the draft away.",
            )
        result = save(self._parts, self._mappings, draft.text, name=draft.name, based_on=draft.based_on)
        if isinstance(result, Saved):
            self.forget(draft.id)
        return result

    def _put(self, draft: MappingDraft) -> MappingDraft:
        self._drafts.put(draft)
        return draft

    def _free(self, name: str) -> str:
        """The first name of a row that no mapping has: orders, orders-2, orders-3."""
        taken = self._mappings.names()
        more = (f"{name}-{number}" for number in count(2))
        return next(one for one in chain([name], more) if one not in taken)

    def _load(self, path: Path) -> LoadedMapping:
        return self._mappings.check(self._mappings.text(path.stem) or "", path.stem)
