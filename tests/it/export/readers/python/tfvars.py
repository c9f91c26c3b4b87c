"""Prints a variable of a .tfvars file as a parser of HCL reads it; with --end, <END> after it."""
import sys

import hcl2

name = [step for step in sys.argv[2:] if step != "--end"][0]
options = hcl2.SerializationOptions(strip_string_quotes=True)
value = hcl2.load(open(sys.argv[1], encoding="utf-8"), serialization_options=options)[name]
# The parser leaves these two to the evaluation of templates.
value = value.replace("$${", "${").replace("%%{", "%{")
sys.stdout.buffer.write((value + ("<END>" if "--end" in sys.argv else "\n")).encode())
