"""Values that cannot be meant, by what they should have been."""

from __future__ import annotations

LONG = "x" * 100_000

NO_MOMENTS = [
    "2027-03-01T09:00:00",
    "2027-03-01",
    "2027-13-01T09:00:00Z",
    "2027-02-29T09:00:00Z",
    "2027-03-01T25:00:00Z",
    "2027-03-01T09:00:00+25:00",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00+14:00",
    "tomorrow",
    "",
    "\0",
    "\ud800",
    LONG,
    0,
    -1,
    1e300,
    True,
    [],
    {},
]
NO_DATES = [
    "2027-02-29",
    "2027-3-1",
    "20270301",
    "2027-W09-1",
    "0001-01-01",
    "1899-12-31",
    "3000-01-01",
    "9999-12-31",
    "2027-03-01T00:00:00Z",
    "",
    "٢٠٢٧-٠٣-٠١",
    "\0",
    LONG,
    20270301,
    True,
    [],
]
NO_TIMES = [
    "9:00",
    "24:00",
    "09:60",
    "09:00:00",
    "0900",
    "",
    "noon",
    "٠٩:٠٠",
    "09:00\n",
    "\0",
    LONG,
    9,
    True,
    {},
]
NO_ZONES = [
    "",
    " ",
    "Nowhere/Atlantis",
    "../../etc/passwd",
    "/etc/localtime",
    "localtime",
    "posixrules",
    "Factory",
    "right/Europe/Rome",
    "Europe",
    "Europe/",
    "europe/rome",
    "Europe/Rome\0",
    "Europe/Rome ",
    "tzdata.zi",
    "+01:00",
    "UTC+1",
    "\ud800",
    LONG,
]
NO_EMAILS = [
    "",
    "grace",
    "@guests.example",
    "grace@",
    "grace@guests",
    "grace@guests..example",
    "grace@.example",
    "a b@guests.example",
    "grace@guests.example, heidi@guests.example",
    "Grace <grace@guests.example>",
    "grace@guests.example\nBcc: all@guests.example",
    "grace\0@guests.example",
    "grace\u0007@guests.example",
    "\ud800@guests.example",
    "x" * 65 + "@guests.example",
    LONG + "@guests.example",
]
NO_NAMES = ["", "   ", "\n", "\0", "A\0B", "A\u0007B", "A\nB", "A\x1bB", "\ud800", LONG, "x" * 201]
# The empty one first: where a text may be left out, it stands for none.
NO_TEXTS = ["", "   ", "\n\t", "A\0B", "A\u0007B", "A\x1b[31mB", "\ud800", LONG]
NO_KEYS = ["", "\0", "A\u0007", "\ud800", LONG, "x" * 256]
NO_DURATIONS = [0, -1, -30, 4, 481, 2**31 - 1, -(2**31)]
NO_LOCALES = ["", "e", "english", "en_US", "en-", "\0", "\ud800", "en" + "-abcde" * 10, LONG]
NO_INTS = [2**31, -(2**31) - 1, 10**30, 1.5, "1", True, [], {}]
NO_PHONES = [
    "",
    "1",
    "06 1234",
    "+",
    "+39",
    "+999999999999999",
    "+3906" + "1" * 20,
    "tel",
    "\0",
    "\ud800",
    LONG,
]
NO_URLS = [
    "",
    "calendars.example/feed.ics",
    "ftp://calendars.example/feed.ics",
    "file:///etc/passwd",
    "https://",
    "https://calendars.example\0/feed.ics",
    "https://calendars.example/\ud800",
    "https://calendars.example:99999/feed.ics",
    "https://[::1/feed.ics",
    "javascript:alert(1)",
    "https://calendars.example/" + LONG,
]
"""What is wrong with an address only a look at the network can tell; that is the job's."""
NO_WEEKDAYS = ["SOMEDAY", "monday", "", 1, None]
NO_BOOLEANS: list[object] = [None, "", "true", "false", 0, 1, [True], {}]
