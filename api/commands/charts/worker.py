"""The process that draws: reads a line of JSON {spec, format}, writes a line of JSON {size, seconds} and `size` bytes.

`renderer.py` starts it as a script. It ends when its input ends, or after it got no request for as many seconds as its
argument says, so that it takes memory only while somebody looks at pictures. Threads would draw more slowly.
"""

from __future__ import annotations

import json
import select
import sys
import time

import vl_convert

VERSION = "5.21"


def draw(spec: dict[str, object], form: str) -> bytes:
    """The picture; it asks no other machine for anything."""
    if form == "svg":
        picture: str = vl_convert.vegalite_to_svg(spec, vl_version=VERSION, allowed_base_urls=[])
        return picture.encode()
    drawn: bytes = vl_convert.vegalite_to_png(
        spec, vl_version=VERSION, scale=2, allowed_base_urls=[]
    )
    return drawn


def main(patience: float) -> None:
    """Draw what is asked for until there is no more, or nothing is asked for so many seconds."""
    while select.select([sys.stdin], [], [], patience)[0]:
        line = sys.stdin.buffer.readline()
        if not line:
            return
        began, asked = time.process_time(), json.loads(line)
        try:
            picture, fault = draw(asked["spec"], asked["format"]), None
        except ValueError as error:
            picture, fault = b"", str(error)[:500]
        head = {"size": len(picture), "seconds": time.process_time() - began, "fault": fault}
        sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + picture)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(float(sys.argv[1]))
