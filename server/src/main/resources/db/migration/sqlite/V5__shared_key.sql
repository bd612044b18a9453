-- When two agents were last seen to run with one key, and where they connected from.
ALTER TABLE node ADD COLUMN shared_key_time INTEGER;
ALTER TABLE node ADD COLUMN shared_key_addresses TEXT NOT NULL DEFAULT '';
