"""Whether a name, an address or a trailer's value speaks of an AI tool rather than a person."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_FILLER = (
    r"(?:via|and|with|the|of|cli|code|pro|max|mini|flash|high|xhigh|low|medium|thinking|auto|web|app"
    r"|an?|ai|coding|tools?|agent|agents|bot|assistant|model|preview|latest|by|on|in|using|v?\d[\w.:-]*|[a-z]\d)"
)


@dataclass(frozen=True, slots=True)
class Words:
    """The vocabulary of unknown agents, compiled once from [generic] in ai_tools.toml."""

    strong: re.Pattern[str]  # no person is called so
    weak: re.Pattern[str]  # could be a person: the address must agree
    only: re.Pattern[str]  # nothing but tool words
    address: re.Pattern[str]  # an address that no person uses
    tag: re.Pattern[str]  # an address with the tag of a tool, such as jo+claude@example.org
    ending: re.Pattern[str]  # how a name of several words ends that is an agent's
    not_agents: re.Pattern[str]  # build agents and the like
    people: re.Pattern[str]  # a tool word that alone is a person's name
    sieve: str

    @classmethod
    def of(cls, generic: Mapping[str, Sequence[str]]) -> Words:
        """The vocabulary from its word lists."""
        strong, weak = "|".join(generic["strong"]), "|".join(generic["weak"])
        either = f"(?:{strong}|{weak})"
        return cls(
            strong=re.compile(rf"(?<!\w)(?:{strong})", re.IGNORECASE),
            weak=re.compile(rf"(?<![\w-])(?:{weak})(?![a-z])", re.IGNORECASE),
            only=re.compile(rf"^\W*{either}(?:[\W_]+(?:{either}|{_FILLER}))*\W*$", re.IGNORECASE),
            address=re.compile("|".join(generic["addresses"]), re.IGNORECASE),
            tag=re.compile(rf"[a-z._-]\+(?:{'|'.join(generic['tags'])})@", re.IGNORECASE),
            ending=re.compile(rf"\w[\s_-]+(?:{'|'.join(generic['endings'])})\W*$", re.IGNORECASE),
            not_agents=re.compile(rf"\b(?:{'|'.join(generic['not_agents'])})", re.IGNORECASE),
            people=re.compile(rf"^\W*(?:{'|'.join(generic['people'])})\W*$", re.IGNORECASE),
            sieve=rf"\b(?:{strong}|(?:{weak})\b)",
        )

    def is_agent(self, name: str, email: str) -> bool:
        """Whether an identity that no row knows looks like an agent's."""
        if self.strong.search(name) or self.tag.search(email):
            return True
        if self.not_agents.search(name):
            return False
        if self.ending.search(name):
            return True
        return bool(self.weak.search(name) and self.address.search(email))

    def is_tool(self, value: str) -> bool:
        """Whether a trailer's value (`Claude:claude-opus`, `Jo <jo@example.org>`) names a tool."""
        name, _, rest = value.partition("<")
        email = rest.partition(">")[0].strip()
        if self.strong.search(name):
            return True
        if email:
            return self.is_agent(name, email)
        if self.people.search(name):
            return False
        return bool(self.only.search(re.sub(r"\([^)]*\)", " ", name)))
