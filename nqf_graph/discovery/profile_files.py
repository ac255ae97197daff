"""The things of a profile as files beside the dumps of a state: `nqf-elm.ttl`, `nqf-elm.left-out.json` and so on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from nqf_graph.discovery.dumps import Dump, File, described
from nqf_graph.discovery.names import Names
from nqf_graph.discovery.profiles import Profile, Selection, everything
from nqf_graph.formats import JSON, JSON_LD, Format, write_graph
from nqf_graph.questions import SystemQueries
from nqf_graph.store import Store


def profile_dumps(profiles: Mapping[str, Profile]) -> tuple[Dump, ...]:
    """The files that every state has by its profiles."""
    found = []
    for token, profile in profiles.items():
        for form in profile.files:
            found.append(Dump(f"nqf-{token}.{form.suffix}", form, profile=profile.iri, title=profile.title))
        if profile.files and profile.required:
            found.append(Dump(f"nqf-{token}.left-out.json", JSON, title=profile.title))
    return tuple(found)


def written(profile: Profile, selection: Selection, form: Format, prefixes: Mapping[str, str]) -> bytes:
    """The statements of a profile in one of its formats; the same statements give the same bytes."""
    context = profile.context(selection.triples, prefixes) if form is JSON_LD else None
    return write_graph(selection.triples, form, {**prefixes, **profile.prefixes}, context)


def left_out(profile: Profile, selection: Selection) -> bytes:
    """What a file of a profile does not hold, and why, as JSON."""
    told = {
        "profile": profile.iri,
        "leftOut": [gap.as_dict() for gap in selection.left_out],
        "incomplete": [gap.as_dict() for gap in selection.incomplete],
    }
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()


@dataclass(frozen=True)
class ProfileFiles:
    """Writes the files of `profiles` for the publication with these `names`."""

    names: Names
    system: SystemQueries
    profiles: Mapping[str, Profile]

    @property
    def dumps(self) -> tuple[Dump, ...]:
        """The files that it writes."""
        return profile_dumps(self.profiles)

    def contents(self, store: Store) -> Iterator[tuple[str, bytes]]:
        """The names and bytes of the files of what `store` holds now."""
        for token, profile in self.profiles.items():
            if not profile.files:
                continue
            selection = everything(store, self.system, profile, self.names.own)
            for form in profile.files:
                yield f"nqf-{token}.{form.suffix}", written(profile, selection, form, self.names.prefixes)
            if profile.required:
                yield f"nqf-{token}.left-out.json", left_out(profile, selection)


def write_files(contents: Mapping[str, bytes], folder: Path) -> tuple[File, ...]:
    """Write files, by name, to a folder."""
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return tuple(described(folder / name) for name in contents)
