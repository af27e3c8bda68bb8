"""source/site.yml: what the site is called, where the course can be had, and the pages for teachers."""

from dataclasses import dataclass
from pathlib import Path

import yaml

from autograder.lessons.catalogue import ROOT
from autograder.problems import Problem, near

PLACE = "source/site.yml"
KINDS = {"title": str, "repository": str, "teach": list}


@dataclass(frozen=True)
class Settings:
    title: str
    repository: str = ""
    teach: tuple[str, ...] = ()


def settings(root=ROOT) -> Settings:
    """The settings in source/site.yml. Raises Problem with what is wrong in it."""
    try:
        found = yaml.safe_load(Path(root, PLACE).read_text(encoding="utf-8")) or {}
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise Problem(f"{PLACE} cannot be read: {str(error).splitlines()[0]}") from None
    if not isinstance(found, dict):
        raise Problem(f"{PLACE}: title: …, repository: … and teach: … are asked for")
    for name, value in found.items():
        if name not in KINDS:
            raise Problem(f"{PLACE}: there is no field {name!r}{near(name, KINDS)} (there are {', '.join(KINDS)})")
        if not isinstance(value, KINDS[name]):
            raise Problem(f"{PLACE}: {name} is {'a list of files' if KINDS[name] is list else 'a text'}, not {value!r}")
    if not found.get("title"):
        raise Problem(f"{PLACE}: the site has no title")
    for name in found.get("teach", []):
        place = name.partition("#")[0] if isinstance(name, str) else ""         # or a section of it: FILE.md#section
        if not place.endswith(".md") or not Path(root, place).is_file():
            raise Problem(f"{PLACE}: teach names {name!r}, and there is no such Markdown file")
    return Settings(found["title"], found.get("repository", "").rstrip("/"), tuple(found.get("teach", ())))
