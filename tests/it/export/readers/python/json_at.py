"""Prints the text at a path of a JSON file, then <END>."""
import json
import sys

value = json.load(open(sys.argv[1], encoding="utf-8"))
for step in sys.argv[2:]:
    value = value[int(step)] if isinstance(value, list) else value[step]
assert isinstance(value, str), value
sys.stdout.buffer.write((value + "<END>").encode())
