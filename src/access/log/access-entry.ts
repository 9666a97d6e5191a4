import { createHmac, hash, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import type { AccessRecord } from './access-record.js';
import type { EvidenceKeys } from './evidence-keys.js';

/**
 * The canonical text of an entry: what is hashed is what is stored. `recorded`: the moment it goes into the chain,
 * milliseconds since 1970; `month` is its month.
 */
export function entryText(record: AccessRecord, recorded: number, month: string, keys: EvidenceKeys): string {
  return JSON.stringify({
    v: 2,
    agency: record.viewer.agency,
    account: sayable(record.viewer.account),
    role: record.viewer.role,
    purpose: record.purpose,
    case: record.caseNo === null ? null : sayable(record.caseNo),
    document: record.document,
    operation: record.operation === null ? null : sayable(record.operation),
    plan: record.plan?.digest ?? null,
    boundary: record.boundary,
    outcome: record.outcome,
    status: record.status,
    records: record.records,
    subjects: sortedNumbers(record.subjects),
    result: keys.digest(month, record.body),
    received: record.receivedAt,
    started: record.startedAt,
    executed: record.executedAt,
    recorded,
    ...(record.stream ? { stream: record.stream } : {}),
  });
}

/** Longer texts of callers are cut: an entry is small whatever a caller calls its case or its operation. */
const longestText = 256;

/** A text of a caller as JSON and PostgreSQL can hold it everywhere: no control characters, no half of a character. */
function sayable(text: string): string {
  const cut = text.length > longestText ? `${text.slice(0, longestText)}…` : text;
  return unsayable.test(cut) ? cut.replace(unsayableAll, '\u{FFFD}') : cut;
}

const unsayable = /[\p{Cc}\p{Cs}]/u;
const unsayableAll = /[\p{Cc}\p{Cs}]/gu;

/** Ids as ascending numbers, each once. Internal ids stay far below 2^53. */
function sortedNumbers(ids: readonly string[]): number[] {
  // As doubles: 1,000 ids of a wide page took 0.3 ms with a comparing function.
  const sorted = new Float64Array(ids.length);
  for (let i = 0; i < ids.length; i += 1) sorted[i] = Number(ids[i]);
  sorted.sort();
  const numbers: number[] = [];
  for (const id of sorted) if (id !== numbers.at(-1)) numbers.push(id);
  return numbers;
}

/** The month of a moment in UTC, `YYYY-MM`. */
export function monthOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 7);
}

/** Hash of an entry over the hash before it, its place and its text. Anybody can compute it; the signature is what counts. */
export function entryHash(previous: string, chain: number, position: bigint, entry: string): string {
  return hash('sha256', `${previous}\n${chain}\n${position}\n${entry}`, 'base64url');
}

/** Hash of an entry of the old form, keyed. */
export function oldEntryHash(key: KeyObject, previous: string, chain: number, position: bigint, entry: string): string {
  return createHmac('sha256', key).update(`${previous}\n${chain}\n${position}\n`).update(entry).digest('base64url');
}

/** What verification needs of an entry. Entries before form 2 have no `v` and call their moment `answered`. */
export interface EntryFacts {
  readonly form: 1 | 2;
  readonly plan: string | null;
  /** `YYYY-MM`. */
  readonly month: string;
}

const facts = z.union([
  z.object({ v: z.literal(2), plan: z.string().nullable(), recorded: z.number() }),
  z.object({ plan: z.string().nullable(), answered: z.number() }),
]);

/** The facts of an entry, or null for a text that is no entry. */
export function factsOf(entry: string): EntryFacts | null {
  try {
    const read = facts.safeParse(JSON.parse(entry));
    if (!read.success) return null;
    return 'recorded' in read.data
      ? { form: 2, plan: read.data.plan, month: monthOf(read.data.recorded) }
      : { form: 1, plan: read.data.plan, month: monthOf(read.data.answered) };
  } catch {
    return null;
  }
}
