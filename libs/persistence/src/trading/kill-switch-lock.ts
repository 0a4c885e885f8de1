/**
 * Key of the advisory lock between kill switches and claims, which has no other meaning. A claim holds it shared until its
 * commit; whoever engages a switch holds it alone until the switch is committed. So a claim either committed before, or
 * sees the switch.
 */
export const KILL_SWITCH_LOCK = 7_310_402_001;

export const TAKE_KILL_SWITCH_LOCK = `SELECT pg_advisory_xact_lock(${KILL_SWITCH_LOCK})`;
