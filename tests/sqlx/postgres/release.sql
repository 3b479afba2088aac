-- All that is of one owner.
UPDATE tasks SET owner = NULL WHERE owner = $1
