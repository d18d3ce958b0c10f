#!/usr/bin/python3
"""python3 verify.py [--json] [--authority BASE64KEY] [--policy FILE] [--program LIST]… BUNDLES…
python3 verify.py open --share FILE … [--lost DEVICE]… [the same options] BUNDLES…"""
import sys

from sandogh_verify.main import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
