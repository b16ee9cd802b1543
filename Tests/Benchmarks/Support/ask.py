"""Sends requests over 16 connections, one after another on each: ask.py URL TOKENS CUSTOMERS PATH COUNT SEED.

Each request presents one of the first CUSTOMERS sessions of the file TOKENS, at random. The path `uploads` stands for uploads of
new order numbers. All responses have to be successful.
"""
import random, socket, sys, urllib.parse

CONNECTIONS = 16
url, tokens, customers, path, count, seed = sys.argv[1:]
tokens = open(tokens).read().split()[:int(customers)]
random.seed(int(seed))


def luhn(digits):
    """Appends the check digit."""
    doubled = [int(digit) * (2 if index % 2 == 0 else 1) for index, digit in enumerate(reversed(digits))]
    return digits + str(-sum(value - 9 if value > 9 else value for value in doubled) % 10)


def request():
    session = f"Authorization: {random.choice(tokens)}"
    if path != "uploads":
        return f"GET {path} HTTP/1.1\r\nHost: shop\r\n{session}\r\n\r\n"
    number = luhn(f"8{random.randrange(10**14):014d}")
    return f"POST /api/user/orders HTTP/1.1\r\nHost: shop\r\n{session}\r\nContent-Length: {len(number)}\r\n\r\n{number}"


def receive(connection):
    """Receives a response, and returns its status."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536) or sys.exit("the server closed a connection")
    head, _, body = received.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    while len(body) < int((lengths or [0])[0]):
        body += connection.recv(65536) or sys.exit("the server closed a connection")
    return int(head.split(b" ", 2)[1])


address = urllib.parse.urlsplit(url)
connections = [socket.create_connection((address.hostname, address.port)) for _ in range(CONNECTIONS)]
for _ in range(0, int(count), CONNECTIONS):
    for connection in connections:
        connection.sendall(request().encode())
    for connection in connections:
        status = receive(connection)
        if status not in (200, 202, 204):
            sys.exit(f"{path}: {status}")
