-- SPDX-License-Identifier: Apache-2.0
--
-- The newest session whose epoch the agent said that it has on disk. 0: none that is known of.
ALTER TABLE node ADD COLUMN confirmed_epoch INTEGER NOT NULL DEFAULT 0;
