import type pg from 'pg';
import { readerRole } from '../boundary/view-names.js';
import type { Principal } from '../boundary/declaration.js';
import type { HubDatabase } from '../database/database.js';

/** Plans on pipelined connections are of known small cost; one that runs longer than this delays all behind it. */
export const statementTimeoutMs = 2_000;

/** An ad-hoc statement delays nobody on its connection; longer ones belong into an export. */
export const adHocTimeoutMs = 30_000;

const common = [
  'default_transaction_isolation=repeatable\\ read',
  'default_transaction_read_only=on',
  'jit=off',
  'datestyle=ISO',
  'timezone=UTC',
];

const small = [
  ...common,
  `statement_timeout=${statementTimeoutMs}`,
  // Plans are index-shaped for any value; planning again per value costs more than it wins.
  'plan_cache_mode=force_generic_plan',
  // A page is read off one index in its order and joined row by row, whatever the statistics say. They mislead here: plan
  // and row security both state the scope, the estimate counts it twice, and a bitmap of a whole district looks cheap.
  'enable_bitmapscan=off',
  'enable_seqscan=off',
  'enable_hashjoin=off',
  'enable_mergejoin=off',
  // Rows decide, not pages. An index led by a column that nearly always holds one value (the jurisdiction) counts as
  // ordered like the table, so that reading all of it looked cheaper than the twentieth of another that is wanted.
  'seq_page_cost=0.1',
  'random_page_cost=0.1',
];

const adHoc = [
  ...common,
  `statement_timeout=${adHocTimeoutMs}`,
  // Asked once: planned for its values, the viewer's settings included, which are set before it is planned.
  'plan_cache_mode=force_custom_plan',
  // Three of them at a time, each with a few sorts or hashes: at most about 200 MB.
  'work_mem=16MB',
  // The cores are for the small plans beside it.
  'max_parallel_workers_per_gather=0',
];

/** Settings of a pipelined connection of a viewer class: its reader role, read only, one snapshot per envelope, index-shaped plans. */
export function readerConfig(database: HubDatabase, principal: Principal): pg.ClientConfig {
  return sessionConfig(database, principal, small);
}

/** Settings of an exclusive connection of a viewer class: the same role and snapshot, and any form of plan. */
export function exclusiveConfig(database: HubDatabase, principal: Principal): pg.ClientConfig {
  return sessionConfig(database, principal, adHoc);
}

function sessionConfig(database: HubDatabase, principal: Principal, options: readonly string[]): pg.ClientConfig {
  const base = database.clientConfig(readerRole(principal));
  return { ...base, options: [base.options ?? '', ...options.map((o) => `-c ${o}`)].join(' ').trim() };
}
