"""Prints the text at a path of a YAML file; with --end, <END> after it."""
import sys

import yaml

path = [step for step in sys.argv[2:] if step != "--end"]
value = yaml.safe_load(open(sys.argv[1], encoding="utf-8"))
for step in path:
    value = value[step]
assert isinstance(value, str), value
sys.stdout.buffer.write((value + ("<END>" if "--end" in sys.argv else "\n")).encode())
