SELECT name, owner FROM tasks WHERE name = ?
