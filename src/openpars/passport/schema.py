"""What the index holds of an activity: its fields, and how texts become words."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from tantivy import Filter, Index, Schema, SchemaBuilder, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from openpars.rulebook import VERSION

#: Raised when documents are made in another way from the same answers; every index is then made anew.
_SHAPE = 1
#: Words of so many bytes are not indexed, nor longer ones.
LONGEST_WORD = 60


@dataclass(frozen=True, slots=True)
class Words:
    """Texts that are searched by their words, whose places are known, so that phrases are found."""

    name: str
    analyzer: Literal["words", "stems"] = "words"
    places: bool = True


@dataclass(frozen=True, slots=True)
class Choice:
    """Texts that are chosen as they stand, and counted."""

    name: str


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number to compare with, and to sort by."""

    name: str
    signed: bool = True
    stored: bool = False


FIELDS: tuple[Words | Choice | Number, ...] = (
    Number("activity_id", signed=False, stored=True),
    # What the document was made of: `listed.stamp`.
    Number("stamp"),
    Words("title"),
    Words("title_stem", "stems"),
    Words("provider"),
    Words("description_stem", "stems"),
    Words("specialties"),
    # City, and state and country by code and name.
    Words("place"),
    # Format, delivery, boards, credit types, practice areas, programs, joint providers.
    Words("other"),
    # ACLS for an Advanced Cardiac Life Support.
    Words("initials", places=False),
    # As the vocabularies have them; a state by its code, in the USA alone; a credit type as "ABIM: Medical Knowledge".
    Choice("format"),
    Choice("delivery"),
    Choice("country"),
    Choice("state"),
    Choice("fee"),
    Choice("registration"),
    Choice("board"),
    Choice("credit_type"),
    Choice("specialty"),
    Choice("provider_number"),
    # "yes", or nothing.
    Choice("rems"),
    Choice("mips"),
    # Days since 1 January 1970.
    Number("starts"),
    Number("ends"),
    # Seconds since then.
    Number("ends_at"),
    Number("created"),
    # Hundredths of a credit.
    Number("credits", signed=False),
)

#: Of two indexes with the same version either can be read; one of another version is made anew.
SCHEMA_VERSION = sha256(repr((_SHAPE, LONGEST_WORD, VERSION, FIELDS)).encode()).hexdigest()[:16]


def build() -> Schema:
    """Return the fields as the index declares them."""
    builder = SchemaBuilder()
    for field in FIELDS:
        match field:
            case Words(name, analyzer, places):
                option = "position" if places else "basic"
                builder.add_text_field(name, tokenizer_name=analyzer, index_option=option)
            case Choice(name):
                builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
            case Number(name, signed, stored):
                add = builder.add_integer_field if signed else builder.add_unsigned_field
                add(name, stored=stored, indexed=True, fast=True)
    return builder.build()


def analyzers(index: Index) -> None:
    """Tell an index how texts become words; it has to be told each time it is opened."""
    index.register_tokenizer("words", word_analyzer())
    index.register_tokenizer("stems", stem_analyzer())


def word_analyzer() -> TextAnalyzer:
    """Return what makes words of a text: in small letters, without accents."""
    return _words().build()


def stem_analyzer() -> TextAnalyzer:
    """Return what makes the stems of English words of a text."""
    return _words().filter(Filter.stemmer("english")).build()


def _words() -> TextAnalyzerBuilder:
    return (
        TextAnalyzerBuilder(Tokenizer.simple())
        .filter(Filter.remove_long(LONGEST_WORD))
        .filter(Filter.lowercase())
        .filter(Filter.ascii_fold())
    )
