// room SQLite
