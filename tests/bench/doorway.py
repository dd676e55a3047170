#!/usr/bin/env python3
"""A TCP doorway: who connects to ADDRESS and DOOR is let through to PORT of loopback, and is somebody of this machine there. Load
generators in another network namespace come in by it, since the server counts what strangers ask for.  doorway.py ADDRESS DOOR PORT"""

import asyncio
import sys


async def carry(reader, writer):
    try:
        while piece := await reader.read(65_536):
            writer.write(piece)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


async def let_through(reader, writer, port):
    inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port)
    await asyncio.gather(carry(reader, inner_writer), carry(inner_reader, writer))


async def main(address, door, port):
    server = await asyncio.start_server(lambda reader, writer: let_through(reader, writer, port), address, door)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
