import type pg from 'pg';
import type { HubDatabase } from '../../src/database/database.js';
import type { Random } from '../boundary/random.js';
import type { EntryRow } from './list-judge.js';
import { caseColumns, caseStep, caseStepColumns, grantedRepair, openCase, type CaseRows } from './world-cases.js';

/** A world of the lists: the rows of the tables as a test makes them up. */
export interface ListWorld {
  readonly subjects: readonly ListedSubject[];
  readonly entries: readonly EntryRow[];
}

export interface ListedSubject {
  readonly id: number;
  readonly kind: string;
  readonly name: string;
  readonly uscc: string | null;
}

/** The day of the worlds; entries end the day before, today, the day after, much later or never. */
export const worldDay = '2026-11-22';
export const lastDays = [null, '2026-11-21', worldDay, '2026-11-23', '2026-11-24', '2029-01-11'] as const;

/** Those who decide entries in the worlds: neighbours, the city, approval bureaus, and two of Xiamen. */
export const organs = ['HEPING_HRSS', 'HEDONG_HRSS', 'MUNI_HRSS', 'HEPING_APPROVAL', 'BINHAI_APPROVAL', 'FTZ_AIRPORT_APPROVAL', 'XM_HRSS', 'XM_SIMING_HRSS'] as const;
export const lists = ['RED', 'BLACK', 'BLACK', 'JUDGMENT_DEBTOR'] as const;
export const grounds = ['WAGE_ARREARS', 'FALSE_MATERIAL'] as const;
export const districts = ['120101', '120102', '350203', null] as const;
export const publicationDays = ['2026-02-01', '2026-03-15'] as const;

/** How entries come to stand where they stand, step by step. */
const lives = {
  PROPOSED: [], INFORMED: ['INFORM'], DROPPED: ['INFORM', 'DROP'], DECIDED: ['INFORM', 'DECIDE'], PUBLISHED: ['INFORM', 'DECIDE', 'PUBLISH'],
  OBJECTED: ['INFORM', 'DECIDE', 'PUBLISH', 'OBJECT'], REPAIRED: ['INFORM', 'DECIDE', 'PUBLISH', 'REPAIR'], EXPIRED: ['INFORM', 'DECIDE', 'EXPIRE'],
  REVOKED: ['INFORM', 'DECIDE', 'PUBLISH', 'REVOKE'], REMOVED: ['INFORM', 'DECIDE', 'PUBLISH', 'REVOKE', 'REMOVE'],
} as const;
export type State = keyof typeof lives;
export type Step = (typeof lives)[State][number] | 'UPHOLD';

const steps: Readonly<Record<Step, { readonly to: State; readonly by: 'RESPONSIBLE_ORGAN' | 'SUBJECT' | 'CLOCK' }>> = {
  INFORM: { to: 'INFORMED', by: 'RESPONSIBLE_ORGAN' }, DROP: { to: 'DROPPED', by: 'RESPONSIBLE_ORGAN' }, DECIDE: { to: 'DECIDED', by: 'RESPONSIBLE_ORGAN' },
  PUBLISH: { to: 'PUBLISHED', by: 'RESPONSIBLE_ORGAN' }, OBJECT: { to: 'OBJECTED', by: 'SUBJECT' }, UPHOLD: { to: 'PUBLISHED', by: 'SUBJECT' },
  REPAIR: { to: 'REPAIRED', by: 'RESPONSIBLE_ORGAN' }, EXPIRE: { to: 'EXPIRED', by: 'CLOCK' }, REVOKE: { to: 'REVOKED', by: 'RESPONSIBLE_ORGAN' },
  REMOVE: { to: 'REMOVED', by: 'RESPONSIBLE_ORGAN' },
};

/** The day after a day. */
export function dayAfter(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}

/** A random proposal. `subjects`: whom it may be about. */
export function randomProposal(random: Random, id: number, number: string, subjects: readonly ListedSubject[], organ: string = random.pick(organs)): EntryRow {
  const subject = random.pick(subjects);
  const xiamen = organ.startsWith('XM_');
  const isPublic = xiamen && random.chance(0.5);
  return {
    id, jurisdiction: xiamen ? 'CN-FJ-350200' : 'CN-TJ', list: random.pick(lists), entry_no: `${organ}/${number}`, ground: random.pick(grounds),
    legal_basis: random.text(), document_no: random.text(), severity: random.chance(0.7) ? random.pick(['MINOR', 'ORDINARY', 'SERIOUS']) : null, reason: random.text(),
    responsible_organ: organ, district: random.pick(districts), subject_id: subject.id, subject_kind: subject.kind, subject_name: random.text(), subject_code: subject.uscc,
    channel: isPublic ? 'PUBLIC_CREDIT' : 'INTERNAL', released_by: isPublic ? 'XM_CREDIT_DIV' : null, released_on: isPublic ? '2026-02-01' : null,
    release_reason: isPublic ? random.text() : null, subject_folded: random.text(),
    state: 'PROPOSED', steps: 1, ...hiddenCells(random), informed_on: null, defence_until: null, decided_on: null, published_on: null,
    valid_from: null, valid_to: null, repair_from: null, ended_on: null, open_case: null,
  };
}

/** Cells that are no field of the schema. */
export function hiddenCells(random: Random): Pick<EntryRow, 'proposed_on' | 'heard'> {
  return { proposed_on: random.pick(['2026-01-04', '2026-01-05']), heard: random.chance(0.5) };
}

/** The organ's own record of the procedure, as far as it may vary while the entry is on the list. */
export function procedureCells(random: Random): Pick<EntryRow, 'informed_on' | 'defence_until' | 'repair_from'> {
  return { informed_on: random.pick(['2026-01-05', '2026-01-06']), defence_until: random.pick(['2026-01-08', '2026-01-09']), repair_from: random.pick([null, '2026-07-12', '2026-08-12']) };
}

/** The entry after a step. `day`: when it takes effect, which a repair, a revocation and an expiry record. */
export function stepped(random: Random, entry: EntryRow, step: Step, day: string): EntryRow {
  const next = { ...entry, state: steps[step].to, steps: entry.steps + 1, open_case: step === 'OBJECT' ? 'OBJECTION' : null };
  if (step === 'INFORM') return { ...next, ...procedureCells(random), repair_from: null };
  if (step === 'DECIDE') return { ...next, decided_on: '2026-01-12', valid_from: random.pick(['2026-01-12', '2026-02-01']), valid_to: random.pick(lastDays), repair_from: random.pick([null, '2026-07-12']) };
  if (step === 'PUBLISH') return { ...next, published_on: random.pick(publicationDays) };
  if (step === 'EXPIRE') return { ...next, ended_on: entry.valid_to === null ? day : dayAfter(entry.valid_to) };
  return step === 'REPAIR' || step === 'REVOKE' ? { ...next, ended_on: day } : next;
}

/** A random entry anywhere in its life, mostly published; what was decided may begin only after today. */
export function randomEntry(random: Random, id: number, number: string, subjects: readonly ListedSubject[]): EntryRow {
  const proposal = randomProposal(random, id, number, subjects);
  const life: readonly Step[] = random.chance(0.55) ? lives.PUBLISHED : lives[random.pick(Object.keys(lives) as State[])];
  const entry = life.reduce((row, step) => stepped(random, row, step, '2026-05-01'), proposal);
  if (entry.state === 'PUBLISHED' && random.chance(0.2)) return { ...entry, open_case: 'REPAIR' };
  return entry.state === 'DECIDED' && random.chance(0.3) ? { ...entry, valid_from: '2026-11-23', valid_to: null } : entry;
}

const entryColumns: readonly (keyof EntryRow)[] = [
  'id', 'jurisdiction', 'list', 'entry_no', 'ground', 'legal_basis', 'document_no', 'severity', 'reason', 'responsible_organ', 'district', 'subject_id', 'subject_kind',
  'subject_name', 'subject_folded', 'subject_code', 'channel', 'released_by', 'released_on', 'release_reason', 'state', 'steps', 'proposed_on', 'informed_on', 'defence_until', 'heard', 'decided_on', 'published_on', 'valid_from',
  'valid_to', 'repair_from', 'ended_on', 'open_case',
];

/** Writes worlds and single changes into a database, past the register and at the hand of its owner. */
export class ListWriter {
  readonly #client: pg.PoolClient;
  /** How the triggers are set. */
  #set: 'ENABLE' | 'DISABLE' = 'ENABLE';
  #cases = 0;

  private constructor(client: pg.PoolClient) {
    this.#client = client;
  }

  static async open(database: HubDatabase): Promise<ListWriter> {
    const client = await database.pool(undefined, 4).connect();
    // Cases are written whole, not step by step; their keys hold all the same.
    for (const table of ['credit_case', 'credit_case_step']) await client.query(`ALTER TABLE hub.${table} DISABLE TRIGGER USER`);
    return new ListWriter(client);
  }

  /** Replaces the lists by a world without a word to the change log, and keeps the hub's clock from ending any of it. */
  async load({ subjects, entries }: ListWorld): Promise<void> {
    await this.#rollBack();
    await this.#triggers('DISABLE');
    await this.transaction(async () => {
      await this.#clear(subjects);
      const behind = entries.map((entry) => this.#caseBehind(entry));
      const marked = entries.map((entry, i) => ({ ...entry, open_case_id: entry.open_case === null ? null : behind[i]?.row.id }));
      if (entries.length > 0) await this.#insert('list_entry', [...entryColumns, 'open_case_id'], marked);
      await this.#insertCases(behind.flatMap((one) => one ?? []));
      await this.#insertSteps(entries.flatMap(chainOf));
    });
    await this.#client.query('BEGIN');
    await this.#client.query('SELECT FROM hub.list_entry FOR UPDATE');
  }

  /** Empties the lists; from here on the change log hears of what is written. */
  async begin(subjects: readonly ListedSubject[]): Promise<void> {
    await this.#rollBack();
    await this.#triggers('DISABLE');
    await this.transaction(() => this.#clear(subjects));
    await this.#triggers('ENABLE');
  }

  async transaction(work: () => Promise<void>): Promise<void> {
    await this.#client.query('BEGIN');
    await work();
    await this.#client.query('COMMIT');
  }

  async propose(entry: EntryRow): Promise<void> {
    await this.#insert('list_entry', entryColumns, [entry]);
    await this.#insertSteps(chainOf(entry));
  }

  async take(after: EntryRow, step: Step, from: string): Promise<void> {
    await this.amend(after, step === 'OBJECT' ? this.#cases + 1 : null);
    if (step === 'OBJECT' || step === 'REPAIR') await this.#insertCases([this.#caseBehind(after)].flatMap((one) => one ?? []));
    else if (from === 'OBJECTED') await this.#close(after, step);
    await this.#insertSteps([stepRow(after, after.steps, step, from)]);
  }

  /** Ends the open objection of an entry: taken back, or with the entry. */
  async #close(entry: EntryRow, step: Step): Promise<void> {
    const name = step === 'UPHOLD' ? 'WITHDRAW' : 'LAPSE';
    const { rows } = await this.#client.query<{ id: number }>(
      `UPDATE hub.credit_case SET state = $2, steps = 2, closed_on = filed_on WHERE open_on = $1 RETURNING id::int`, [entry.id, name === 'WITHDRAW' ? 'WITHDRAWN' : 'LAPSED'],
    );
    await this.#insert('credit_case_step', caseStepColumns, rows.map(({ id }) => caseStep(id, 'OBJECTION', entry, 2, name, 'FILED', steps[step].by, entry.steps)));
  }

  /** The case behind what an entry is: objected to, repaired, or to be repaired. */
  #caseBehind(entry: EntryRow): CaseRows | null {
    if (entry.state !== 'REPAIRED' && entry.open_case === null) return null;
    const id = (this.#cases += 1);
    if (entry.state === 'REPAIRED') return grantedRepair(id, entry, entry.steps);
    return entry.open_case === 'REPAIR' ? openCase(id, 'REPAIR', entry, null) : openCase(id, 'OBJECTION', entry, entry.steps);
  }

  async #insertCases(cases: readonly CaseRows[]): Promise<void> {
    if (cases.length === 0) return;
    await this.#insert('credit_case', caseColumns, cases.map(({ row }) => row));
    await this.#insert('credit_case_step', caseStepColumns, cases.flatMap((one) => one.steps));
  }

  /** Other cells, and no step. `opened`: the case that is opened with it. */
  async amend(after: EntryRow, opened: number | null = null): Promise<void> {
    const columns = entryColumns.filter((column) => column !== 'id').join(', ');
    await this.#client.query(
      `UPDATE hub.list_entry e SET (${columns}) = (SELECT ${columns} FROM jsonb_populate_record(NULL::hub.list_entry, $1)),
              open_case_id = CASE WHEN $4 THEN coalesce($3::bigint, e.open_case_id) END WHERE e.id = $2`,
      [JSON.stringify(after), after.id, opened, after.open_case !== null],
    );
  }

  async close(): Promise<void> {
    await this.#rollBack();
    this.#client.release();
  }

  async #rollBack(): Promise<void> {
    await this.#client.query('ROLLBACK');
  }

  async #clear(subjects: readonly ListedSubject[]): Promise<void> {
    // An entry and its last step name each other; both go.
    await this.#client.query('SET CONSTRAINTS ALL DEFERRED');
    await this.#client.query(`WITH known AS (DELETE FROM hub.list_entry_known), gone AS (DELETE FROM hub.list_entry_step), cases AS (DELETE FROM hub.credit_case), taken AS (DELETE FROM hub.credit_case_step)
       DELETE FROM hub.list_entry`);
    await this.#client.query('DELETE FROM hub.subject');
    await this.#insert('subject', ['id', 'kind', 'name', 'uscc'], subjects);
  }

  async #triggers(what: 'ENABLE' | 'DISABLE'): Promise<void> {
    if (what === this.#set) return;
    this.#set = what;
    for (const table of ['list_entry', 'list_entry_step', 'subject']) await this.#client.query(`ALTER TABLE hub.${table} ${what} TRIGGER USER`);
  }

  async #insert(table: string, columns: readonly string[], rows: readonly object[]): Promise<void> {
    const list = columns.join(', ');
    await this.#client.query(`INSERT INTO hub.${table} (${list}) OVERRIDING SYSTEM VALUE SELECT ${list} FROM jsonb_populate_recordset(NULL::hub.${table}, $1)`, [JSON.stringify(rows)]);
  }

  async #insertSteps(rows: readonly object[]): Promise<void> {
    if (rows.length === 0) return;
    const columns = ['entry_id', 'ordinal', 'step', 'from_state', 'to_state', 'taken_by', 'organ', 'on_day', 'recorded_at', 'clauses'].join(', ');
    // Behind a step stands the step of a case that names it.
    await this.#client.query(
      `INSERT INTO hub.list_entry_step (${columns}, case_id, case_ordinal, case_kind, case_step)
       SELECT ${columns.split(', ').map((column) => `s.${column}`).join(', ')}, c.case_id, c.ordinal, c.kind, c.step
         FROM jsonb_populate_recordset(NULL::hub.list_entry_step, $1) s LEFT JOIN hub.credit_case_step c ON c.entry_id = s.entry_id AND c.entry_ordinal = s.ordinal`,
      [JSON.stringify(rows)],
    );
  }
}

/** The steps that led to where an entry stands. */
function chainOf(entry: EntryRow): object[] {
  let state = 'PROPOSED';
  const proposed = { ...stepRow(entry, 1, 'INFORM', 'NEW'), step: 'PROPOSE', to_state: state };
  const life: readonly Step[] = Object.entries(lives).find(([end]) => end === entry.state)?.[1] ?? [];
  return [proposed, ...life.map((step, i) => {
    const row = stepRow(entry, i + 2, step, state);
    state = steps[step].to;
    return row;
  })];
}

function stepRow({ id, responsible_organ: organ }: EntryRow, ordinal: number, step: Step, from: string): object {
  const { to, by } = steps[step];
  return {
    entry_id: id, ordinal, step, from_state: from, to_state: to, taken_by: by, organ: by === 'RESPONSIBLE_ORGAN' ? organ : null,
    on_day: '2026-01-12', recorded_at: '2026-01-12T00:00:00Z', clauses: ['A-49'],
  };
}
