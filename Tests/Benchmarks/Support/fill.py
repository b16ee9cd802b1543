"""Fills an empty database: fill.py DATABASE USERS TOKENS [WAITING].

Each user has a session and ten processed orders, whose rows are far from each other, as those of a shop are. WAITING more orders
wait for the accrual system. The sessions' tokens are the same in each database, and written to the file TOKENS, one in a line.
"""
import base64, hashlib, random, sqlite3, sys

database, users, tokens, waiting = sys.argv[1], int(sys.argv[2]), sys.argv[3], int((sys.argv[4:] or [0])[0])
random.seed(1)
texts = [base64.urlsafe_b64encode(random.randbytes(33))[:43].decode() for _ in range(users)]
open(tokens, "w").write("\n".join(texts))
connection = sqlite3.connect(database)
connection.executescript("PRAGMA synchronous = OFF; PRAGMA cache_size = -4000000;")
connection.execute("BEGIN")
ids = range(1, users + 1)
connection.executemany("INSERT INTO users (id, login, password_hash, created_at) VALUES (?, ?, '-', 0)",
                       ((user, f"user-{user}") for user in ids))
connection.executemany("INSERT INTO balances (user_id, current) VALUES (?, 729980)", ((user,) for user in ids))
connection.executemany("INSERT INTO sessions (token_hash, user_id, expires_at) VALUES (?, ?, 4000000000000)",
                       sorted((hashlib.sha256(text.encode()).digest(), user) for user, text in zip(ids, texts)))

def orders(first, count):
    return ((i, f"{(i * 2654435761) & 4294967295:010d}", 1 + i * 7919 % users, 1700000000000 + i * 1000)
            for i in range(first, first + count))

connection.executemany(
    "INSERT INTO orders (id, number, user_id, status, accrual, uploaded_at) VALUES (?, ?, ?, 3, 72998, ?)",
    orders(1, users * 10))
connection.executemany("INSERT INTO orders (id, number, user_id, status, accrual, uploaded_at) VALUES (?, ?, ?, 0, 0, ?)",
                       orders(users * 10 + 1, waiting))
# An index is made faster of rows that are there than with each of them. Uploads do not write to these.
indexes = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'ledger'").fetchall()
for name, _ in indexes:
    connection.execute(f"DROP INDEX {name}")
connection.execute(
    "INSERT INTO ledger (user_id, kind, order_number, amount, balance_after, created_at)"
    " SELECT user_id, 1, number, accrual, accrual, uploaded_at FROM orders INDEXED BY orders_by_id WHERE status = 3 ORDER BY id")
for _, sql in indexes:
    connection.execute(sql)
connection.execute("COMMIT")
