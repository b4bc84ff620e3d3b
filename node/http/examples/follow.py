"""Prints a cart as it changes, in Python: python3 follow.py http://localhost:8080/cart/byid/my-cart"""

import sys
import time
import urllib.request

last = ""
while True:
    try:
        request = urllib.request.Request(sys.argv[1] + "/events", headers={"Last-Event-ID": last})
        fields = {}
        for line in urllib.request.urlopen(request, timeout=60):
            name, _, value = line.decode().rstrip("\n").partition(": ")
            fields[name] = value
            if name == "":
                last = fields.get("id", last)
                if "data" in fields:
                    print(fields["event"], fields["data"], flush=True)
                fields = {}
    except Exception as error:
        print(error, file=sys.stderr, flush=True)
    time.sleep(1)
