import type { ClientBase, PoolClient } from 'pg';
import type { KeyRing } from '../../access/key-ring.js';
import type { HubDatabase } from '../../database/database.js';
import type { Clock } from '../../measures/clock.js';
import { legalDate } from '../../measures/clock.js';
import { entryRules, stepOf, type EntryState, type EntryStep } from '../../measures/credit/list-entry.js';
import type { SubjectKind } from '../../subjects/holder.js';
import { foldedName } from '../../subjects/names/folded-name.js';
import { lapseCases } from '../cases/lapse.js';
import { namedSubject, subjectLock } from '../named-subject.js';
import { ListRefusal } from '../refusal.js';
import { digestOf, inSavepoint, inWriterTransaction } from '../write.js';
import type { CreditList, Severity } from './codes.js';
import { lockedEntry, writeEntryStep, type StoredEntry } from './entry-steps.js';

/** An entry as the organ that answers for it proposes it. Days are `YYYY-MM-DD`. */
export interface ListProposal {
  /** The organ's own number, without its code. */
  readonly number: string;
  readonly list: CreditList;
  readonly ground: string;
  readonly legalBasis: string;
  readonly documentNo: string;
  readonly severity: Severity | null;
  readonly reason: string;
  readonly district: string | null;
  readonly subjectKind: SubjectKind;
  readonly subjectName: string;
  readonly subjectCode: string | null;
  readonly proposedOn: string;
}

/** A step with what it records. Members that a step does not need are null. Those of the clock and of a case are not among them. */
export interface ListStep {
  readonly step: Exclude<EntryStep, 'EXPIRE' | 'OBJECT' | 'UPHOLD' | 'REPAIR'>;
  readonly on: string;
  readonly documentNo: string | null;
  readonly note: string | null;
  /** INFORM: last day of the defence. */
  readonly defenceUntil: string | null;
  /** DECIDE: the subject was heard, or declared that it does not wish to be. */
  readonly heard: boolean;
  /** DECIDE: the period of the entry, and when repair may be applied for; an entry without end has no last day. */
  readonly validFrom: string | null;
  readonly validTo: string | null;
  readonly repairFrom: string | null;
}

/** Where an entry stands after a write; the same again for a write that was made before. */
export interface ListStanding {
  readonly entryNo: string;
  readonly state: EntryState;
}

/** Writes the lists: every change of an entry is a step, by the rules of the measures and those of the database. */
export class ListRegister {
  readonly #database: HubDatabase;
  readonly #keyRing: KeyRing;
  readonly #clock: Clock;
  readonly #within: PoolClient | null;

  constructor(database: HubDatabase, keyRing: KeyRing, clock: Clock, within: PoolClient | null = null) {
    this.#database = database;
    this.#keyRing = keyRing;
    this.#clock = clock;
    this.#within = within;
  }

  /** The same register inside a transaction of the caller's; what it refuses leaves that transaction as it was. */
  within(client: PoolClient): ListRegister {
    return new ListRegister(this.#database, this.#keyRing, this.#clock, client);
  }

  /** Stores a proposal of an organ. Throws ListRefusal where the number is taken by another proposal, or a day is to come. */
  async propose({ code: organ, jurisdiction }: { readonly code: string; readonly jurisdiction: string }, proposal: ListProposal): Promise<ListStanding> {
    const entryNo = `${organ}/${proposal.number}`;
    this.#assertNotToCome(proposal.proposedOn, 'proposedOn');
    return this.#transaction(async (client) => {
      await client.query(subjectLock);
      const { rows: known } = await client.query<{ state: EntryState; same: boolean }>(
        // What was proposed, not what the entry says by now: a case may have corrected it.
        `SELECT e.state, s.request_digest IS NOT DISTINCT FROM $2 AS same FROM hub.list_entry e JOIN hub.list_entry_step s ON s.entry_id = e.id AND s.ordinal = 1 WHERE e.entry_no = $1`,
        [entryNo, digestOf(proposal)],
      );
      const [stored] = known;
      if (stored && !stored.same) throw new ListRefusal('ENTRY_NUMBER_TAKEN', ['YZ-3.5b'], ['number']);
      if (stored) return { entryNo, state: stored.state };
      const subject = await namedSubject(client, this.#keyRing, proposal, { identifierScheme: 'LIST_ENTRY', identifier: entryNo });
      const { rows } = await client.query<{ id: string }>(
        `INSERT INTO hub.list_entry (entry_no, list, ground, legal_basis, document_no, severity, reason, district, subject_kind, subject_name, subject_code,
                                     proposed_on, responsible_organ, jurisdiction, subject_id, subject_folded)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) RETURNING id`,
        [entryNo, ...valuesOf(proposal), organ, jurisdiction, subject, foldedName(proposal.subjectName)],
      );
      const id = rows[0]?.id ?? '';
      await writeEntryStep(client, {
        id, ordinal: 1, step: 'PROPOSE', from: 'NEW', to: 'PROPOSED', takenBy: 'RESPONSIBLE_ORGAN', organ, on: proposal.proposedOn, clauses: ['YZ-3.5c'], documentNo: proposal.documentNo, digest: digestOf(proposal),
      });
      return { entryNo, state: 'PROPOSED' };
    });
  }

  /**
   * Takes a step of an entry this organ answers for; a case that is open when the organ revokes lapses. Throws ListRefusal:
   * ENTRY_UNKNOWN for an entry that is not its own, and the codes of `stepOf`.
   */
  async take({ code: organ }: { readonly code: string }, entryNo: string, asked: ListStep): Promise<ListStanding> {
    const { step, on } = asked;
    this.#assertNotToCome(on, 'on');
    return this.#transaction(async (client) => {
      const entry = await ownEntry(client, entryNo, organ);
      if (!entry) throw new ListRefusal('ENTRY_UNKNOWN', ['YZ-3.5b'], ['entryNo']);
      if (await isRepeated(client, entry, asked)) return { entryNo, state: entry.state };
      const facts = { ...entry, heard: entry.heard || (step === 'DECIDE' && asked.heard) };
      const next = stepOf(facts, { step, actor: { kind: 'ORGAN', agency: organ }, on });
      if (typeof next !== 'string') throw new ListRefusal(next.code, next.clauses, ['step']);
      // What was never on the list must not be told of as leaving it when the clock ends it.
      if (step === 'PUBLISH' && entry.validTo !== null && entry.validTo < legalDate(this.#clock.now())) throw new ListRefusal('ENTRY_OVER', entryRules.PUBLISH.clauses, ['step']);
      await client.query(
        `UPDATE hub.list_entry SET state = $2, steps = steps + 1,
                informed_on = CASE $3 WHEN 'INFORM' THEN $4::date ELSE informed_on END,
                defence_until = CASE $3 WHEN 'INFORM' THEN $5::date ELSE defence_until END,
                heard = heard OR ($3 = 'DECIDE' AND $6),
                decided_on = CASE $3 WHEN 'DECIDE' THEN $4::date ELSE decided_on END,
                valid_from = CASE $3 WHEN 'DECIDE' THEN $7::date ELSE valid_from END,
                valid_to = CASE $3 WHEN 'DECIDE' THEN $8::date ELSE valid_to END,
                repair_from = CASE $3 WHEN 'DECIDE' THEN $9::date ELSE repair_from END,
                published_on = CASE WHEN $3 = 'PUBLISH' THEN $4::date ELSE published_on END,
                ended_on = CASE WHEN $3 = 'REVOKE' THEN $4::date ELSE ended_on END,
                open_case = NULL, open_case_id = NULL
          WHERE id = $1`,
        [entry.id, next, step, on, required(step === 'INFORM', asked.defenceUntil, 'defenceUntil'), asked.heard,
          required(step === 'DECIDE', asked.validFrom, 'validFrom'), asked.validTo, asked.repairFrom],
      );
      const ordinal = entry.steps + 1;
      if (entry.openCase !== null) await lapseCases(client, [{ id: entry.id, ordinal }], organ, on);
      await writeEntryStep(client, {
        id: entry.id, ordinal, step, from: entry.state, to: next, takenBy: 'RESPONSIBLE_ORGAN', organ, on, clauses: entryRules[step].clauses,
        documentNo: asked.documentNo, note: asked.note, digest: digestOf(asked),
      });
      return { entryNo, state: next };
    });
  }

  /**
   * Xiamen's credit division finds a listed entry to be public credit information, which goes to the city's platform from
   * then on (XM-3.6.3b). Of a natural person it says why (XM-3.6.3e). Throws ListRefusal ENTRY_UNKNOWN
   * for one that is not on a list of Xiamen, ENTRY_FIELD_MISSING without a reason where one is needed.
   */
  async release({ code: organ }: { readonly code: string }, entryNo: string, on: string, reason: string | null): Promise<ListStanding> {
    this.#assertNotToCome(on, 'on');
    return this.#transaction(async (client) => {
      const { rows } = await client.query<{ id: string; state: EntryState; kind: SubjectKind; released: boolean; listed: boolean }>(
        `SELECT e.id, e.state, e.subject_kind AS kind, e.channel = 'PUBLIC_CREDIT' AS released,
                e.list <> 'JUDGMENT_DEBTOR' AND e.state IN ('PUBLISHED', 'OBJECTED') AND (e.over_on IS NULL OR e.over_on > $3::date) AS listed
           FROM hub.list_entry e JOIN hub.agency a ON a.code = $2 WHERE e.entry_no = $1 AND e.jurisdiction = a.jurisdiction FOR UPDATE OF e`,
        [entryNo, organ, on],
      );
      const [entry] = rows;
      // What the division does not see on the lists is unknown to it (B-40).
      if (!entry?.listed) throw new ListRefusal('ENTRY_UNKNOWN', ['XM-3.6.3b'], ['entryNo']);
      if (entry.kind === 'NATURAL_PERSON' && (reason ?? '').trim() === '') throw new ListRefusal('ENTRY_FIELD_MISSING', ['XM-3.6.3e', 'A-48'], ['reason']);
      if (!entry.released) {
        await client.query(`UPDATE hub.list_entry SET channel = 'PUBLIC_CREDIT', released_by = $2, released_on = $3::date, release_reason = $4 WHERE id = $1`, [entry.id, organ, on, reason]);
      }
      return { entryNo, state: entry.state };
    });
  }

  /**
   * Ends the entries whose last day has passed, at most `most` of them; several hubs may do so at once. Returns how many.
   * What it ends was shown to nobody since midnight: the boundary asks for the day, too.
   */
  async expire(most: number): Promise<number> {
    const today = legalDate(this.#clock.now());
    return this.#transaction(async (client) => {
      const { rows } = await client.query<{ id: string; steps: number; state: string }>(
        `SELECT id, steps, state FROM hub.list_entry
          WHERE over_on <= $1::date AND state IN ('DECIDED', 'PUBLISHED', 'OBJECTED') ORDER BY over_on, id LIMIT $2 FOR UPDATE SKIP LOCKED`,
        [today, most],
      );
      if (rows.length === 0) return 0;
      await client.query(`UPDATE hub.list_entry SET state = 'EXPIRED', steps = steps + 1, ended_on = over_on, open_case = NULL, open_case_id = NULL WHERE id = ANY ($1::bigint[])`, [rows.map(({ id }) => id)]);
      await lapseCases(client, rows.map(({ id, steps }) => ({ id, ordinal: steps + 1 })), null, today);
      await client.query(
        `INSERT INTO hub.list_entry_step (entry_id, ordinal, step, from_state, to_state, taken_by, on_day, clauses, case_id, case_ordinal, case_kind, case_step)
         SELECT i.id, i.steps + 1, 'EXPIRE', i.state, 'EXPIRED', 'CLOCK', $4::date, $5::text[], c.case_id, c.ordinal, c.kind, c.step
           FROM unnest($1::bigint[], $2::int[], $3::text[]) AS i(id, steps, state) LEFT JOIN hub.credit_case_step c ON c.entry_id = i.id AND c.entry_ordinal = i.steps + 1`,
        [rows.map(({ id }) => id), rows.map(({ steps }) => steps), rows.map(({ state }) => state), today, entryRules.EXPIRE.clauses],
      );
      return rows.length;
    });
  }

  #assertNotToCome(day: string, field: string): void {
    if (day > legalDate(this.#clock.now())) throw new ListRefusal('ENTRY_DAY_TO_COME', ['YZ-3.5c'], [field]);
  }

  #transaction<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    return this.#within ? inSavepoint(this.#within, work, asRefusal) : inWriterTransaction(this.#database, work, asRefusal);
  }
}

/** A rule of the table, such as an end before the beginning; what is no day at all is refused before. */
const asRefusal = { '23514': () => new ListRefusal('ENTRY_DAYS_UNFIT', ['YZ-3.5c', 'A-49'], ['on']) };

function valuesOf(proposal: ListProposal): readonly (string | null)[] {
  const { list, ground, legalBasis, documentNo, severity, reason, district, subjectKind, subjectName, subjectCode, proposedOn } = proposal;
  return [list, ground, legalBasis, documentNo, severity, reason, district, subjectKind, subjectName, subjectCode, proposedOn];
}

async function ownEntry(client: ClientBase, entryNo: string, organ: string): Promise<StoredEntry | null> {
  // The number begins with the organ's code: no entry of others is locked.
  return entryNo.startsWith(`${organ}/`) ? lockedEntry(client, { entryNo }) : null;
}

/** Whether the entry's last step is this one, to the letter: a caller that got no answer asks again. */
async function isRepeated(client: ClientBase, { id, steps }: StoredEntry, asked: ListStep): Promise<boolean> {
  const { rowCount } = await client.query('SELECT FROM hub.list_entry_step WHERE entry_id = $1 AND ordinal = $2 AND request_digest = $3', [id, steps, digestOf(asked)]);
  return rowCount === 1;
}

function required(needed: boolean, value: string | null, field: string): string | null {
  if (needed && value === null) throw new ListRefusal('ENTRY_FIELD_MISSING', ['YZ-3.5c'], [field]);
  return value;
}
