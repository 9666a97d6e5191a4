import type { ClientBase, PoolClient } from 'pg';
import type { HubDatabase } from '../../database/database.js';
import { agencyOfCode, type AgencyRecord } from '../../measures/agencies.js';
import { isLegalDate, legalDate, type Clock } from '../../measures/clock.js';
import { answers, jointMeasureItemOf, type JointMeasureItem } from '../../measures/credit/joint-measure-catalogue.js';
import { measureRules, measureStepOf, type BureauStep, type MeasureState, type MeasureStep } from '../../measures/credit/joint-measure.js';
import { isListed, type EntryState } from '../../measures/credit/list-entry.js';
import { digestOf, inWriterTransaction } from '../write.js';
import { maySanction } from './entry-sight.js';

/** A measure as the organ that leads it begins it. Days are `YYYY-MM-DD`. */
export interface MeasureStart {
  /** The lead's own number, without its code. */
  readonly number: string;
  readonly entryNo: string;
  /** Code of the catalogue. */
  readonly code: string;
  readonly legalBasis: string;
  readonly documentNo: string;
  readonly on: string;
  /** Codes of the bureaus that are asked to take part; the lead takes the measure itself. */
  readonly cooperating: readonly string[];
}

/** A step of a bureau's own measure, and what was done, or why not. */
export interface MeasureStepAsked {
  readonly step: BureauStep;
  readonly on: string;
  readonly note: string | null;
}

/** Where a measure stands after a write; the same again for a write that was made before. */
export interface MeasureStanding {
  readonly measureNo: string;
  readonly state: MeasureState;
}

/** Why nothing was written: a code, the clauses, and what to mend. */
export class MeasureRefusal extends Error {
  override readonly name = 'MeasureRefusal';

  constructor(
    readonly code: string,
    readonly clauses: readonly string[],
    readonly fields: readonly string[] = [],
  ) {
    super(code);
  }
}

interface StoredEntry {
  readonly id: string;
  readonly jurisdiction: string;
  readonly list: string;
  readonly state: EntryState;
  readonly responsibleOrganCode: string;
  readonly channel: string;
  readonly subjectKind: string;
  readonly publishedOn: string | null;
  readonly validFrom: string | null;
  readonly validTo: string | null;
  readonly overOn: string | null;
}

interface StoredMeasure {
  readonly id: string;
  readonly steps: number;
  readonly state: MeasureState;
  readonly bureau: string;
  readonly code: string;
  readonly askedOn: string;
  readonly startedOn: string | null;
}

/** Writes joint measures. That they stop with their entry is the database's (`joint_measure_follows`), whoever writes. */
export class JointMeasureRegister {
  readonly #database: HubDatabase;
  readonly #clock: Clock;

  constructor(database: HubDatabase, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  /**
   * Begins a measure of the lead and asks other bureaus to take part, all of it or nothing. Returns the rows of the lead's
   * number. Throws MeasureRefusal: MEASURE_ENTRY_UNKNOWN for an entry the lead may not see, MEASURE_ENTRY_OVER for one
   * that is off the list, MEASURE_UNFIT where the catalogue does not fit it.
   */
  async start(lead: AgencyRecord, asked: MeasureStart): Promise<readonly MeasureStanding[]> {
    const { number, entryNo, code, on } = asked;
    const today = legalDate(this.#clock.now());
    const item = jointMeasureItemOf(code);
    if (!item) throw new MeasureRefusal('MEASURE_CODE_UNKNOWN', ['YZ-3.5d'], ['code']);
    if (!isLegalDate(on)) throw new MeasureRefusal('MEASURE_DATE_INVALID', item.clauses, ['on']);
    if (on > today) throw new MeasureRefusal('MEASURE_DAY_TO_COME', item.clauses, ['on']);
    const bureaus = [lead.code, ...[...new Set(asked.cooperating)].filter((bureau) => bureau !== lead.code).sort()];
    const digest = digestOf({ ...asked, cooperating: bureaus });
    return this.#transaction(async (client) => {
      // The same number sent twice at once: the second finds what the first wrote.
      await client.query(`SELECT pg_advisory_xact_lock(hashtextextended('hub.joint_measure ' || $1, 0))`, [`${lead.code}/${number}`]);
      const known = await knownUnder(client, lead.code, number);
      if (known.some((measure) => measure.digest !== digest)) throw new MeasureRefusal('MEASURE_NUMBER_TAKEN', ['YZ-3.5b'], ['number']);
      if (known.length > 0) return known.map(({ measureNo, state }) => ({ measureNo, state }));
      const entry = await entryBy(client, 'entry_no = $1', entryNo);
      // What the lead does not see is unknown to it.
      if (!entry || !maySanction(lead, seen(entry), today)) throw new MeasureRefusal('MEASURE_ENTRY_UNKNOWN', ['YZ-3.5d'], ['entryNo']);
      if (!isListed(entry, today)) throw new MeasureRefusal('MEASURE_ENTRY_OVER', ['YZ-3.5e', 'A-49'], ['entryNo']);
      if (!answers(item, entry)) throw new MeasureRefusal('MEASURE_UNFIT', item.clauses, ['code']);
      if (entry.publishedOn === null || on < entry.publishedOn) throw new MeasureRefusal('MEASURE_DAYS_UNFIT', item.clauses, ['on']);
      const blind = bureaus.filter((bureau) => !mayTakePart(bureau, entry, today));
      if (blind.length > 0) throw new MeasureRefusal('MEASURE_BUREAU_UNFIT', ['YZ-3.5d'], ['cooperating']);
      return this.#begin(client, lead.code, asked, item, entry.id, { bureaus, digest, today });
    });
  }

  /**
   * Takes a step of this bureau's own measure. Throws MeasureRefusal: MEASURE_UNKNOWN for a measure that is not its own,
   * and the codes of `measureStepOf`.
   */
  async take(bureau: string, measureNo: string, asked: MeasureStepAsked): Promise<MeasureStanding> {
    const today = legalDate(this.#clock.now());
    const digest = digestOf(asked);
    return this.#transaction(async (client) => {
      // The entry is locked first, as by whoever ends it.
      const entry = await entryBy(client, 'id = (SELECT entry_id FROM hub.joint_measure WHERE measure_no = $1)', measureNo);
      const measure = await measureOf(client, measureNo, bureau);
      if (!entry || !measure) throw new MeasureRefusal('MEASURE_UNKNOWN', ['YZ-3.5b'], ['measureNo']);
      if (await isRepeated(client, measure.id, digest)) return { measureNo, state: measure.state };
      const next = measureStepOf({ ...measure, entry }, { ...asked, bureau, today });
      if (typeof next !== 'string') throw new MeasureRefusal(next.code, next.clauses, [next.field]);
      // Lifted between the last day of the entry and the clock's step: by the end of the entry, not by the bureau.
      const overOn = entry.overOn !== null && entry.overOn <= today ? entry.overOn : null;
      await client.query(
        `UPDATE hub.joint_measure SET state = $2, steps = steps + 1,
                started_on = CASE $3 WHEN 'START' THEN $4::date ELSE started_on END,
                feedback = coalesce($5, feedback), feedback_on = CASE WHEN $5::text IS NULL THEN feedback_on ELSE $4::date END,
                to_lift_since = CASE WHEN $3 = 'LIFT' THEN coalesce(to_lift_since, $6::date) ELSE to_lift_since END,
                lift_reason = CASE WHEN $3 = 'LIFT' THEN coalesce(lift_reason, CASE WHEN $6::date IS NULL THEN 'BY_BUREAU' ELSE 'EXPIRED' END) ELSE lift_reason END,
                lifted_on = CASE $3 WHEN 'LIFT' THEN $4::date ELSE lifted_on END
          WHERE id = $1`,
        [measure.id, next, asked.step, asked.on, asked.note, overOn],
      );
      const clauses = asked.step === 'START' ? (jointMeasureItemOf(measure.code)?.clauses ?? measureRules.START.clauses) : measureRules[asked.step].clauses;
      await writeSteps(client, [{ id: measure.id, ordinal: measure.steps + 1, step: asked.step, from: measure.state, to: next }], bureau, { on: asked.on, today, clauses, note: asked.note, digest });
      return { measureNo, state: next };
    });
  }

  async #begin(
    client: ClientBase,
    lead: string,
    { number, code, legalBasis, documentNo, on }: MeasureStart,
    { kind, clauses }: JointMeasureItem,
    entryId: string,
    { bureaus, digest, today }: { readonly bureaus: readonly string[]; readonly digest: string; readonly today: string },
  ): Promise<readonly MeasureStanding[]> {
    const { rows } = await client.query<{ id: string; measureNo: string; state: MeasureState }>(
      // What the entry says of itself the table fills in, from the row it has locked.
      `INSERT INTO hub.joint_measure (measure_no, number, entry_id, entry_no, entry_organ, jurisdiction, subject_id, code, kind, lead_organ, bureau, role, legal_basis,
                                      document_no, state, asked_on, started_on)
       SELECT e.lead || '/' || $2 || '/' || b, $2, $3, '', '', '', 0, $4, $5, e.lead, b, CASE b WHEN e.lead THEN 'RESPONSIBLE' ELSE 'COOPERATING' END, $6, $7,
              CASE b WHEN e.lead THEN 'STARTED' ELSE 'ASKED' END, $8::date, CASE b WHEN e.lead THEN $8::date END
         FROM (SELECT $1::text AS lead) e, unnest($9::text[]) WITH ORDINALITY AS u(b, place) ORDER BY place
       RETURNING id, measure_no AS "measureNo", state`,
      [lead, number, entryId, code, kind, legalBasis, documentNo, on, bureaus],
    );
    const steps = rows.map(({ id, state }): StepRow => ({ id, ordinal: 1, step: state === 'STARTED' ? 'BEGIN' : 'ASK', from: 'NEW', to: state }));
    await writeSteps(client, steps, lead, { on, today, clauses, note: null, digest });
    return rows.map(({ measureNo, state }) => ({ measureNo, state }));
  }

  #transaction<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    return inWriterTransaction(this.#database, work, {
      // The lead already asked this bureau for this on this entry.
      '23505': () => new MeasureRefusal('MEASURE_RUNNING', ['YZ-3.5b'], ['code']),
      // A rule of the table.
      '23514': () => new MeasureRefusal('MEASURE_DAYS_UNFIT', ['YZ-3.5e'], ['on']),
    });
  }
}

function mayTakePart(code: string, entry: StoredEntry, today: string): boolean {
  const agency = agencyOfCode(code);
  return agency?.code === code && maySanction(agency, seen(entry), today);
}

/** What the boundary of entries looks at (entry-sight.ts). */
function seen({ jurisdiction, list, state, responsibleOrganCode, channel, overOn }: StoredEntry): Readonly<Record<string, string | null>> {
  return { jurisdiction, list, state, responsibleOrganCode, channel, overOn };
}

/** The entry, kept from leaving the list until the transaction ends. `by`: a condition on $1. */
async function entryBy(client: ClientBase, by: string, value: string): Promise<StoredEntry | null> {
  const { rows } = await client.query<StoredEntry>(
    `SELECT id, jurisdiction, list, state, responsible_organ AS "responsibleOrganCode", channel, subject_kind AS "subjectKind", published_on::text AS "publishedOn",
            valid_from::text AS "validFrom", valid_to::text AS "validTo", over_on::text AS "overOn"
       FROM hub.list_entry WHERE ${by} FOR SHARE`,
    [value],
  );
  return rows[0] ?? null;
}

async function measureOf(client: ClientBase, measureNo: string, bureau: string): Promise<StoredMeasure | null> {
  const { rows } = await client.query<StoredMeasure>(
    `SELECT id, steps, state, bureau, code, asked_on::text AS "askedOn", started_on::text AS "startedOn" FROM hub.joint_measure WHERE measure_no = $1 AND bureau = $2 FOR UPDATE`,
    [measureNo, bureau],
  );
  return rows[0] ?? null;
}

async function knownUnder(client: ClientBase, lead: string, number: string): Promise<readonly (MeasureStanding & { readonly digest: string | null })[]> {
  const { rows } = await client.query<MeasureStanding & { digest: string | null }>(
    `SELECT m.measure_no AS "measureNo", m.state, s.request_digest AS digest
       FROM hub.joint_measure m JOIN hub.joint_measure_step s ON s.measure_id = m.id AND s.ordinal = 1 WHERE m.lead_organ = $1 AND m.number = $2 ORDER BY m.id`,
    [lead, number],
  );
  return rows;
}

/** Whether the measure took this step before, to the letter: a caller that got no answer asks again. */
async function isRepeated(client: ClientBase, id: string, digest: string): Promise<boolean> {
  const { rowCount } = await client.query('SELECT FROM hub.joint_measure_step WHERE measure_id = $1 AND request_digest = $2', [id, digest]);
  return rowCount === 1;
}

interface StepRow {
  readonly id: string;
  readonly ordinal: number;
  readonly step: MeasureStep;
  readonly from: MeasureState | 'NEW';
  readonly to: MeasureState;
}

async function writeSteps(
  client: ClientBase,
  steps: readonly StepRow[],
  organ: string,
  { on, today, clauses, note, digest }: { readonly on: string; readonly today: string; readonly clauses: readonly string[]; readonly note: string | null; readonly digest: string },
): Promise<void> {
  for (const { id, ordinal, step, from, to } of steps) {
    await client.query(
      `INSERT INTO hub.joint_measure_step (measure_id, ordinal, step, from_state, to_state, taken_by, organ, on_day, recorded_on, clauses, note, request_digest)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8::date, $9::date, $10::text[], $11, $12)`,
      [id, ordinal, step, from, to, measureRules[step].by, organ, on, today, clauses, note, digest],
    );
  }
}
