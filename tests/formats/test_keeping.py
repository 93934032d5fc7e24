"""What has no field is kept by a name of its own, however many would have the same."""

import time
from itertools import islice, product

from openpars.formats.keeping import flattened


def test_names_that_are_taken_get_numbers() -> None:
    given = [("Tag", {"": "a", " ": "b"}), ("Tag (2)", "c")]
    assert flattened(given, beside={"Tag": "before"}) == {
        "Tag": "before",
        "Tag (2)": "a",
        "Tag (3)": "b",
        "Tag (2) (2)": "c",
    }


def test_many_of_one_name_take_no_longer_each_than_a_few() -> None:
    blanks = "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u2000\u2001\u2002\u2003"
    names = ["".join(name) for name in islice(product(blanks, repeat=4), 30_000)]
    began = time.process_time()
    flat = flattened([("Tag", dict.fromkeys(names, "x"))])
    # Looking for a free number from the first one on took minutes.
    assert (len(flat), "Tag (30000)" in flat) == (30_000, True)
    assert time.process_time() - began < 5
