"""A slow network between a browser and a server: a proxy for TCP with a delay and a limited rate.

Chromium's own emulation delays each request by as much as a request with a new connection costs. That is too slow for all
requests that reuse one. This proxy acts on the bytes of all connections, as a network does, and works with every browser.
"""

import asyncio
import threading

# Slow 4G, as Lighthouse defines it.
ROUND_TRIP_SECONDS = 0.150
DOWN_BYTES_PER_SECOND = 1_638_400 / 8
UP_BYTES_PER_SECOND = 750_000 / 8
CHUNK_BYTES_MAX = 1460


class Direction:
    """The bytes of all connections in one direction follow each other through one link."""

    def __init__(self, bytes_per_second: float) -> None:
        self.bytes_per_second = bytes_per_second
        self.is_free_at = 0.0

    def arrival(self, count: int, now: float) -> float:
        """Returns the time at which bytes that are sent now have arrived."""
        self.is_free_at = max(self.is_free_at, now) + count / self.bytes_per_second
        return self.is_free_at + ROUND_TRIP_SECONDS / 2


class SlowNetwork:
    """A proxy to the server at `url`. Its own address is `url`, too."""

    def __init__(self, url: str) -> None:
        host, port = url.removeprefix("http://").split(":")
        self.target = (host, int(port))
        self.down = Direction(DOWN_BYTES_PER_SECOND)
        self.up = Direction(UP_BYTES_PER_SECOND)
        self.connections = 0
        started = threading.Event()
        self.thread = threading.Thread(target=asyncio.run, args=[self.serve(started)], daemon=True)
        self.thread.start()
        assert started.wait(10)

    async def serve(self, started: threading.Event) -> None:
        self.loop = asyncio.get_running_loop()
        self.end = asyncio.Event()
        server = await asyncio.start_server(self.connect, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        started.set()
        await self.end.wait()

    async def connect(self, reader, writer) -> None:
        self.connections += 1
        # The handshake of TCP (RFC 9293, section 3.5) takes a round trip before the first byte of a request.
        await asyncio.sleep(ROUND_TRIP_SECONDS)
        server_reader, server_writer = await asyncio.open_connection(*self.target)
        await asyncio.gather(
            self.carry(reader, server_writer, self.up), self.carry(server_reader, writer, self.down)
        )

    async def carry(self, reader, writer, direction: Direction) -> None:
        """Passes bytes on in their order. Reading goes on while earlier bytes are on their way."""
        underway: asyncio.Queue = asyncio.Queue()

        async def deliver() -> None:
            while True:
                chunk, at = await underway.get()
                await asyncio.sleep(at - self.loop.time())
                if not chunk:
                    writer.close()
                    return
                writer.write(chunk)

        delivery = asyncio.create_task(deliver())
        try:
            while chunk := await reader.read(CHUNK_BYTES_MAX):
                underway.put_nowait((chunk, direction.arrival(len(chunk), self.loop.time())))
        except ConnectionError:
            # The other end is closed as after the last byte.
            pass
        underway.put_nowait((b"", direction.arrival(0, self.loop.time())))
        await delivery

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.end.set)
        self.thread.join(10)
