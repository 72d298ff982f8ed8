#!/bin/sh
# Times a million reads.
set -e
python3 -m timeit -s 'from cache import Store; s = Store(); s.put("a", 1)' 's.get("a")'
