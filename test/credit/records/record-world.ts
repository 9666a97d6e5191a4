import type pg from 'pg';
import type { HubDatabase } from '../../../src/database/database.js';
import type { Random } from '../../boundary/random.js';
import { dayAfter, worldDay, type ListedSubject } from '../list-world.js';
import type { RecordRow } from './record-judge.js';

/** A world of the credit records: the rows of the tables as a test makes them up. */
export interface RecordWorld {
  readonly subjects: readonly ListedSubject[];
  readonly records: readonly RecordRow[];
}

/** Last days of records: the day before, today, the day after, much later. */
const lastDays = ['2026-11-21', worldDay, '2026-11-23', '2027-01-11'] as const;

export const units = ['XM_HRSS', 'XM_SIMING_HRSS', 'XM_JIMEI_HRSS'] as const;
export const grounds = ['WAGE_ARREARS', 'LATE_REPORT'] as const;
export const districts = ['350203', '350211', null] as const;
const penaltySets = [[], ['WARNING'], ['CONFISCATION', 'FINE'], ['LICENCE_REVOCATION']] as const;

/** How records come to stand where they stand. */
const lives = {
  RECORDED: [], INFORMED: ['INFORM'], CONFIRMED: ['INFORM', 'CONFIRM'], REPAIRED: ['INFORM', 'CONFIRM', 'REPAIR'], EXPIRED: ['INFORM', 'CONFIRM', 'EXPIRE'], WITHDRAWN: ['INFORM', 'CONFIRM', 'WITHDRAW'],
} as const;
type State = keyof typeof lives;
const ends: Readonly<Record<string, State>> = { INFORM: 'INFORMED', CONFIRM: 'CONFIRMED', REPAIR: 'REPAIRED', EXPIRE: 'EXPIRED', WITHDRAW: 'WITHDRAWN' };

/** Released as public credit information, or not. */
export function releaseCells(released: boolean): Pick<RecordRow, 'channel' | 'released_by' | 'released_on' | 'release_reason'> {
  return released
    ? { channel: 'PUBLIC_CREDIT', released_by: 'XM_CREDIT_DIV', released_on: '2026-02-01', release_reason: 'R' }
    : { channel: 'INTERNAL', released_by: null, released_on: null, release_reason: null };
}

/** Whether a paper or its category lets it be released. */
export function mayBeReleased({ confirmed_on: confirmedOn, category, public_until: publicUntil }: RecordRow): boolean {
  return confirmedOn !== null && (category === 'GOOD' || publicUntil !== null);
}

/** Cells that are no field of the schema. */
export function hiddenCells(random: Random): Pick<RecordRow, 'heard' | 'safety_field' | 'gravest'> {
  return { heard: random.chance(0.5), safety_field: random.chance(0.5), gravest: random.chance(0.5) };
}

/** The unit's own record of the procedure, as far as it may vary while the record stands in the file. */
export function procedureCells(random: Random, record: RecordRow): Pick<RecordRow, 'informed_on' | 'defence_until' | 'repair_from'> {
  return {
    informed_on: random.pick(['2026-01-13', '2026-01-14']), defence_until: random.pick(['2026-01-16', '2026-01-17']),
    repair_from: record.severity === null ? null : random.pick([null, '2026-04-12', '2026-07-12']),
  };
}

/** A random record anywhere in its life, mostly confirmed. */
export function randomRecord(random: Random, id: number, number: string, subjects: readonly ListedSubject[]): RecordRow {
  const unit = random.pick(units);
  const subject = random.pick(subjects);
  const category = random.pick(['GOOD', 'WARNING', 'REMINDER']);
  const penalties = category === 'GOOD' ? [] : random.pick(penaltySets);
  const [severity, last] = penalties.length === 0 ? [null, null] : [random.pick(['MINOR', 'ORDINARY', 'SERIOUS']), random.chance(0.8) ? random.pick(lastDays) : null];
  const state: State = random.chance(0.55) ? 'CONFIRMED' : random.pick(Object.keys(lives) as State[]);
  const stands: State = state === 'EXPIRED' && last === null ? 'CONFIRMED' : state;
  const base: RecordRow = {
    id, jurisdiction: 'CN-FJ-350200', record_no: `${unit}/${number}`, category, inspection_no: random.text(), ground: random.pick(grounds), legal_basis: random.text(), document_no: random.text(),
    problem: random.chance(0.5) ? random.text() : null, handling: random.text(), responsible_organ: unit, district: random.pick(districts), subject_id: subject.id, subject_kind: subject.kind,
    subject_name: random.text(), subject_code: subject.uscc, penalties, severity, decided_on: '2026-01-12', public_from: last === null ? null : '2026-01-12', public_until: last,
    ...hiddenCells(random), repair_from: severity === null ? null : random.pick([null, '2026-07-12']), informed_on: null, defence_until: null, confirmed_on: null, ...releaseCells(false),
    state: stands, steps: lives[stands].length + 1, ended_on: null,
  };
  const informed = stands === 'RECORDED' ? base : { ...base, ...procedureCells(random, base) };
  const confirmed = stands === 'RECORDED' || stands === 'INFORMED' ? informed : { ...informed, confirmed_on: random.pick(['2026-01-20', '2026-01-31']) };
  const released = { ...confirmed, ...releaseCells(mayBeReleased(confirmed) && random.chance(0.5)) };
  if (stands === 'EXPIRED') return { ...released, ended_on: dayAfter(last ?? worldDay) };
  return stands === 'REPAIRED' || stands === 'WITHDRAWN' ? { ...released, ended_on: '2026-05-01' } : released;
}

const columns: readonly (keyof RecordRow)[] = [
  'id', 'jurisdiction', 'record_no', 'category', 'inspection_no', 'ground', 'legal_basis', 'document_no', 'problem', 'handling', 'responsible_organ', 'district', 'subject_id', 'subject_kind',
  'subject_name', 'subject_code', 'penalties', 'safety_field', 'gravest', 'severity', 'decided_on', 'public_from', 'public_until', 'repair_from', 'informed_on', 'defence_until', 'heard',
  'confirmed_on', 'channel', 'released_by', 'released_on', 'release_reason', 'state', 'steps', 'ended_on',
];

/** Writes worlds into a database, past the register and at the hand of its owner. */
export class RecordWriter {
  readonly #client: pg.PoolClient;

  private constructor(client: pg.PoolClient) {
    this.#client = client;
  }

  static async open(database: HubDatabase): Promise<RecordWriter> {
    const client = await database.pool(undefined, 4).connect();
    for (const table of ['credit_record', 'credit_record_step', 'subject']) await client.query(`ALTER TABLE hub.${table} DISABLE TRIGGER USER`);
    return new RecordWriter(client);
  }

  /** Replaces the records by a world without a word to the change log, and keeps the hub's clock from ending any of it. */
  async load({ subjects, records }: RecordWorld): Promise<void> {
    await this.#client.query('ROLLBACK');
    await this.#client.query('BEGIN');
    // A record and its last step name each other; both go.
    await this.#client.query('SET CONSTRAINTS ALL DEFERRED');
    await this.#client.query('WITH gone AS (DELETE FROM hub.credit_record_step) DELETE FROM hub.credit_record');
    await this.#client.query('DELETE FROM hub.subject');
    await this.#insert('subject', ['id', 'kind', 'name', 'uscc'], subjects);
    await this.#insert('credit_record', columns, records);
    await this.#insert('credit_record_step', ['record_id', 'ordinal', 'step', 'from_state', 'to_state', 'taken_by', 'organ', 'on_day', 'clauses'], records.flatMap(chainOf));
    await this.#client.query('COMMIT');
    await this.#client.query('BEGIN');
    await this.#client.query('SELECT FROM hub.credit_record FOR UPDATE');
  }

  async close(): Promise<void> {
    await this.#client.query('ROLLBACK');
    this.#client.release();
  }

  async #insert(table: string, list: readonly string[], rows: readonly object[]): Promise<void> {
    if (rows.length === 0) return;
    const names = list.join(', ');
    await this.#client.query(`INSERT INTO hub.${table} (${names}) OVERRIDING SYSTEM VALUE SELECT ${names} FROM jsonb_populate_recordset(NULL::hub.${table}, $1)`, [JSON.stringify(rows)]);
  }
}

/** The steps that led to where a record stands. */
function chainOf({ id, state: stands, responsible_organ: organ }: RecordRow): object[] {
  const common = { record_id: id, on_day: '2026-01-12', clauses: ['XM-3.6.4a'] };
  const first = { ...common, ordinal: 1, step: 'RECORD', from_state: 'NEW', to_state: 'RECORDED', taken_by: 'RESPONSIBLE_ORGAN', organ };
  const life: readonly string[] = Object.entries(lives).find(([end]) => end === stands)?.[1] ?? [];
  return [first, ...life.map((step, i) => ({
    ...common, ordinal: i + 2, step, from_state: ends[life[i - 1] ?? ''] ?? 'RECORDED', to_state: ends[step],
    ...(step === 'EXPIRE' ? { taken_by: 'CLOCK', organ: null } : { taken_by: 'RESPONSIBLE_ORGAN', organ }),
  }))];
}
