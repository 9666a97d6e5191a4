import type { ClientBase, PoolClient } from 'pg';
import type { KeyRing } from '../../access/key-ring.js';
import type { HubDatabase } from '../../database/database.js';
import { legalDate, type Clock } from '../../measures/clock.js';
import { repairLacks } from '../../measures/credit/credit-case.js';
import { isInFile, recordPeriod, recordRules, recordStepOf, type RecordFacts, type RecordState, type RecordStep } from '../../measures/credit/credit-record.js';
import type { SubjectKind } from '../../subjects/holder.js';
import { namedSubject, subjectLock } from '../named-subject.js';
import { digestOf, inWriterTransaction } from '../write.js';
import type { PenaltyKind, RecordCategory } from './codes.js';

/** A result as the unit that answers for it records it. Days are `YYYY-MM-DD`. */
export interface RecordedInformation {
  /** The unit's own number, without its code. */
  readonly number: string;
  readonly category: RecordCategory;
  readonly inspectionNo: string;
  readonly ground: string;
  readonly legalBasis: string;
  readonly documentNo: string;
  readonly problem: string | null;
  readonly handling: string;
  readonly district: string | null;
  readonly subjectKind: SubjectKind;
  readonly subjectName: string;
  readonly subjectCode: string | null;
  readonly penalties: readonly PenaltyKind[];
  readonly safetyField: boolean;
  readonly gravest: boolean;
  readonly decidedOn: string;
}

/** A step with what it records. Members that a step does not need are null or false. */
export interface TakenStep {
  readonly step: Exclude<RecordStep, 'EXPIRE'>;
  readonly on: string;
  readonly documentNo: string | null;
  readonly note: string | null;
  /** INFORM: last day of the defence. */
  readonly defenceUntil: string | null;
  /** CONFIRM: the subject was heard, or declared that it does not wish to be. */
  readonly heard: boolean;
  /** REPAIR: its conditions. */
  readonly conductCorrected: boolean;
  readonly dutiesMet: boolean;
  readonly promiseGiven: boolean;
}

/** Why nothing was written: a code, the clauses, and what to mend. */
export class RecordRefusal extends Error {
  override readonly name = 'RecordRefusal';

  constructor(
    readonly code: string,
    readonly clauses: readonly string[],
    readonly fields: readonly string[] = [],
  ) {
    super(code);
  }
}

/** Where a record stands after a write; the same again for a write that was made before. */
export interface RecordStanding {
  readonly recordNo: string;
  readonly state: RecordState;
}

interface StoredRecord extends RecordFacts {
  readonly id: string;
  readonly steps: number;
  readonly repairFrom: string | null;
}

interface Unit {
  readonly code: string;
}

/** Writes the credit records: every change of one is a step, by the rules of the measures and those of the database. */
export class RecordRegister {
  readonly #database: HubDatabase;
  readonly #keyRing: KeyRing;
  readonly #clock: Clock;

  constructor(database: HubDatabase, keyRing: KeyRing, clock: Clock) {
    this.#database = database;
    this.#keyRing = keyRing;
    this.#clock = clock;
  }

  /**
   * Records a result of a unit, with the period the paper of its day gives it. Throws RecordRefusal where the number is
   * taken by another result, the day is to come, or good information has a penalty.
   */
  async record({ code: organ }: Unit, result: RecordedInformation): Promise<RecordStanding> {
    const recordNo = `${organ}/${result.number}`;
    this.#assertNotToCome(result.decidedOn, 'decidedOn');
    if (result.category === 'GOOD' && result.penalties.length > 0) throw new RecordRefusal('RECORD_FIELD_UNFIT', ['XM-3.6.4a'], ['penalties']);
    const values = valuesOf(result);
    return this.#transaction(async (client) => {
      await client.query(subjectLock);
      const { rows: known } = await client.query<{ state: RecordState; same: boolean }>(
        `SELECT r.state, (r.category, r.inspection_no, r.ground, r.legal_basis, r.document_no, r.problem, r.handling, r.district, r.subject_kind, r.subject_name,
                          r.subject_code, r.penalties, r.safety_field, r.gravest, r.decided_on)
                IS NOT DISTINCT FROM ($2::text, $3::text, $4::text, $5::text, $6::text, $7::text, $8::text, $9::text, $10::text, $11::text,
                          $12::text, $13::text[], $14::boolean, $15::boolean, $16::date) AS same
           FROM hub.credit_record r WHERE r.record_no = $1`,
        [recordNo, ...values],
      );
      const [stored] = known;
      if (stored && !stored.same) throw new RecordRefusal('RECORD_NUMBER_TAKEN', ['XM-3.6.4a'], ['number']);
      if (stored) return { recordNo, state: stored.state };
      const subject = await namedSubject(client, this.#keyRing, result, { identifierScheme: 'CREDIT_RECORD', identifier: recordNo });
      const { severity, publicFrom, publicUntil, repairFrom } = recordPeriod(result);
      const { rows } = await client.query<{ id: string }>(
        `INSERT INTO hub.credit_record (record_no, category, inspection_no, ground, legal_basis, document_no, problem, handling, district, subject_kind, subject_name,
                                        subject_code, penalties, safety_field, gravest, decided_on,
                                        responsible_organ, jurisdiction, subject_id, severity, public_from, public_until, repair_from)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, 'CN-FJ-350200', $18, $19, $20, $21, $22) RETURNING id`,
        [recordNo, ...values, organ, subject, severity, publicFrom, publicUntil, repairFrom],
      );
      await writeStep(client, { id: rows[0]?.id ?? '', ordinal: 1, step: 'RECORD', from: 'NEW', to: 'RECORDED', organ }, result.decidedOn, ['XM-3.6.4a'], { documentNo: result.documentNo, note: null, digest: null });
      return { recordNo, state: 'RECORDED' };
    });
  }

  /**
   * Takes a step of a record this unit answers for. Throws RecordRefusal: RECORD_UNKNOWN for a record that is not its own,
   * the codes of `recordStepOf`, and the conditions of a repair that are not met, all of them at once.
   */
  async take({ code: organ }: Unit, recordNo: string, asked: TakenStep): Promise<RecordStanding> {
    const { step, on } = asked;
    this.#assertNotToCome(on, 'on');
    return this.#transaction(async (client) => {
      const record = await recordOf(client, recordNo, organ);
      if (!record) throw new RecordRefusal('RECORD_UNKNOWN', ['XM-3.6.4a'], ['recordNo']);
      if (await isRepeated(client, record, asked)) return { recordNo, state: record.state };
      const { clauses } = recordRules[step];
      const next = recordStepOf({ ...record, heard: record.heard || (step === 'CONFIRM' && asked.heard) }, { step, actor: { kind: 'ORGAN', agency: organ }, on });
      if (typeof next !== 'string') throw new RecordRefusal(next.code, next.clauses, ['step']);
      // What never stood in the file must not be told of as leaving it when the clock ends it.
      if (step === 'CONFIRM' && !isInFile({ state: 'CONFIRMED', publicUntil: record.publicUntil }, legalDate(this.#clock.now()))) throw new RecordRefusal('RECORD_OVER', clauses, ['step']);
      if (step === 'INFORM' && asked.defenceUntil === null) throw new RecordRefusal('RECORD_FIELD_MISSING', clauses, ['defenceUntil']);
      if (step === 'REPAIR') {
        const lacks = repairLacks({ repairFrom: record.repairFrom, conductCorrected: asked.conductCorrected, dutiesMet: asked.dutiesMet, promiseGiven: asked.promiseGiven }, on);
        if (lacks.length > 0) throw new RecordRefusal('RECORD_REPAIR_CONDITIONS', clauses, lacks);
      }
      await client.query(
        `UPDATE hub.credit_record SET state = $2, steps = steps + 1,
                informed_on = CASE $3 WHEN 'INFORM' THEN $4::date ELSE informed_on END,
                defence_until = CASE $3 WHEN 'INFORM' THEN $5::date ELSE defence_until END,
                heard = heard OR ($3 = 'CONFIRM' AND $6),
                confirmed_on = CASE $3 WHEN 'CONFIRM' THEN $4::date ELSE confirmed_on END,
                ended_on = CASE WHEN $3 IN ('REPAIR', 'WITHDRAW') THEN $4::date ELSE ended_on END
          WHERE id = $1`,
        [record.id, next, step, on, asked.defenceUntil, asked.heard],
      );
      await writeStep(client, { id: record.id, ordinal: record.steps + 1, step, from: record.state, to: next, organ }, on, clauses, { ...asked, digest: digestOf(asked) });
      return { recordNo, state: next };
    });
  }

  /**
   * Xiamen's credit division finds a confirmed record to be public credit information, which goes to the city's platform
   * from then on (XM-3.6.3b). Throws RecordRefusal: RECORD_UNKNOWN for one that does not stand in the credit file,
   * RECORD_FIELD_MISSING for a natural person without a reason (XM-3.6.3e), RECORD_NOT_PUBLIC for one that no paper gives
   * a period, because nothing says until when it may be shown.
   */
  async release({ code: organ }: Unit, recordNo: string, on: string, reason: string | null): Promise<RecordStanding> {
    const today = this.#assertNotToCome(on, 'on');
    return this.#transaction(async (client) => {
      const { rows } = await client.query<{ id: string; state: RecordState; kind: SubjectKind; category: RecordCategory; released: boolean; publicUntil: string | null }>(
        `SELECT id, state, subject_kind AS kind, category, channel = 'PUBLIC_CREDIT' AS released, public_until::text AS "publicUntil"
           FROM hub.credit_record WHERE record_no = $1 FOR UPDATE`,
        [recordNo],
      );
      const [record] = rows;
      // What the division does not see is unknown to it (B-40).
      if (!record || !isInFile(record, today)) throw new RecordRefusal('RECORD_UNKNOWN', ['XM-3.6.3b'], ['recordNo']);
      if (record.kind === 'NATURAL_PERSON' && (reason ?? '').trim() === '') throw new RecordRefusal('RECORD_FIELD_MISSING', ['XM-3.6.3e', 'A-48'], ['reason']);
      if (record.category !== 'GOOD' && record.publicUntil === null) throw new RecordRefusal('RECORD_NOT_PUBLIC', ['XM-3.6.3b'], ['recordNo']);
      if (!record.released) {
        await client.query(`UPDATE hub.credit_record SET channel = 'PUBLIC_CREDIT', released_by = $2, released_on = $3::date, release_reason = $4 WHERE id = $1`, [record.id, organ, on, reason]);
      }
      return { recordNo, state: record.state };
    });
  }

  /**
   * Ends the records whose last day has passed, at most `most` of them; several hubs may do so at once. Returns how many.
   * What it ends was shown to nobody but its unit since midnight: the boundary asks for the day, too.
   */
  async expire(most: number): Promise<number> {
    const today = legalDate(this.#clock.now());
    return this.#transaction(async (client) => {
      const { rows } = await client.query<{ id: string; steps: number }>(
        `SELECT id, steps FROM hub.credit_record WHERE over_on <= $1::date AND state = 'CONFIRMED' ORDER BY over_on, id LIMIT $2 FOR UPDATE SKIP LOCKED`,
        [today, most],
      );
      if (rows.length === 0) return 0;
      await client.query(`UPDATE hub.credit_record SET state = 'EXPIRED', steps = steps + 1, ended_on = over_on WHERE id = ANY ($1::bigint[])`, [rows.map(({ id }) => id)]);
      await client.query(
        `INSERT INTO hub.credit_record_step (record_id, ordinal, step, from_state, to_state, taken_by, on_day, clauses)
         SELECT i.id, i.steps + 1, 'EXPIRE', 'CONFIRMED', 'EXPIRED', 'CLOCK', $3::date, $4::text[] FROM unnest($1::bigint[], $2::int[]) AS i(id, steps)`,
        [rows.map(({ id }) => id), rows.map(({ steps }) => steps), today, recordRules.EXPIRE.clauses],
      );
      return rows.length;
    });
  }

  /** Returns today. */
  #assertNotToCome(day: string, field: string): string {
    const today = legalDate(this.#clock.now());
    if (day > today) throw new RecordRefusal('RECORD_DAY_TO_COME', ['XM-3.6.4a'], [field]);
    return today;
  }

  #transaction<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    // A rule of the table, such as a confirmation before the decision; what is no day at all is refused before.
    return inWriterTransaction(this.#database, work, { '23514': () => new RecordRefusal('RECORD_DAYS_UNFIT', ['XM-3.6.4a'], ['on']) });
  }
}

function valuesOf(result: RecordedInformation): readonly (string | boolean | null | readonly string[])[] {
  const { category, inspectionNo, ground, legalBasis, documentNo, problem, handling, district, subjectKind, subjectName, subjectCode, penalties, safetyField, gravest, decidedOn } = result;
  return [category, inspectionNo, ground, legalBasis, documentNo, problem, handling, district, subjectKind, subjectName, subjectCode, [...new Set(penalties)].sort(), safetyField, gravest, decidedOn];
}

async function recordOf(client: ClientBase, recordNo: string, organ: string): Promise<StoredRecord | null> {
  const { rows } = await client.query<StoredRecord>(
    `SELECT id, steps, state, responsible_organ AS "responsibleOrgan", heard, informed_on::text AS "informedOn", defence_until::text AS "defenceUntil",
            public_until::text AS "publicUntil", repair_from::text AS "repairFrom"
       FROM hub.credit_record WHERE record_no = $1 AND responsible_organ = $2 FOR UPDATE`,
    [recordNo, organ],
  );
  return rows[0] ?? null;
}

/** Whether the record's last step is this one, to the letter: a caller that got no answer asks again. */
async function isRepeated(client: ClientBase, { id, steps }: StoredRecord, asked: TakenStep): Promise<boolean> {
  const { rowCount } = await client.query('SELECT FROM hub.credit_record_step WHERE record_id = $1 AND ordinal = $2 AND request_digest = $3', [id, steps, digestOf(asked)]);
  return rowCount === 1;
}

interface StepRow {
  readonly id: string;
  readonly ordinal: number;
  readonly step: string;
  readonly from: string;
  readonly to: string;
  readonly organ: string;
}

async function writeStep(
  client: ClientBase,
  { id, ordinal, step, from, to, organ }: StepRow,
  on: string,
  clauses: readonly string[],
  { documentNo, note, digest }: Pick<TakenStep, 'documentNo' | 'note'> & { readonly digest: string | null },
): Promise<void> {
  await client.query(
    `INSERT INTO hub.credit_record_step (record_id, ordinal, step, from_state, to_state, taken_by, organ, on_day, clauses, document_no, note, request_digest)
     VALUES ($1, $2, $3, $4, $5, 'RESPONSIBLE_ORGAN', $6, $7::date, $8::text[], $9, $10, $11)`,
    [id, ordinal, step, from, to, organ, on, clauses, documentNo, note, digest],
  );
}
