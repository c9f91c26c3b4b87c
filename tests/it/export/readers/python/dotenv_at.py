"""Prints a variable of a .env file as python-dotenv reads it, then <END>."""
import sys

from dotenv import dotenv_values

value = dotenv_values(sys.argv[1], interpolate=True, encoding="utf-8")[sys.argv[2]]
sys.stdout.buffer.write((value + "<END>").encode())
