SELECT name, owner FROM tasks WHERE name = ?1
