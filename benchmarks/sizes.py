"""How much history the rows stand on."""

from benchmarks.events import Size

# The same density at two sizes: how cost grows with the number of guilds.
SMALL = Size("small", guilds=100, violations=100_000, days=90)
WIDE = Size("wide", guilds=1_000, violations=1_000_000, days=90)
# The same guilds and density, ten times as long.
SHORT = Size("short", guilds=100, violations=30_000, days=90)
LONG = Size("long", guilds=100, violations=300_000, days=900)
# One guild's list, and a tenth of it.
SHALLOW = Size("shallow", guilds=1, violations=100_000, days=90)
DEEP = Size("deep", guilds=1, violations=1_000_000, days=90)
