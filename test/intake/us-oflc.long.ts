import { access, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { HubDatabase } from '../../src/database/database.js';
import { testDatabase } from '../support/test-database.js';
import { TestIntake } from './permit-file.js';

// This module runs as dist/test/intake/…; the whole file lies beside the project, a choice of its rows inside it.
const whole = (name: string) => fileURLToPath(new URL(`../../../../shared/data/us-oflc-h2/${name}`, import.meta.url));
const fixture = (name: string) => fileURLToPath(new URL(`../../../test/fixtures/${name}`, import.meta.url));

const decisions = ['Certified, Temporary', 'Denied, Temporary'];

/** The file the tests read: the whole register, or, outside CI, the fixture where it is not at hand. */
async function registerFile(name: string, rows: string): Promise<{ readonly file: string; readonly isWhole: boolean }> {
  const present = await access(whole(name)).then(
    () => true,
    () => false,
  );
  if (present) return { file: whole(name), isWhole: true };
  if (process.env['CI'] === 'true') {
    throw new Error(`${name} is not beside the project (../shared/data/us-oflc-h2): in CI the whole register is required.`);
  }
  return { file: fixture(rows), isWhole: false };
}

/** An independent reading: split by hand, no parser of the product. */
function naiveRows(text: string): Record<string, string>[] {
  const [head = '', ...lines] = text.split(/\r?\n/).filter((line) => line !== '');
  const names = head.split(',');
  return lines.map((line) => {
    const cells: string[] = [''];
    let quoted = false;
    for (const character of line) {
      if (character === '"') quoted = !quoted;
      else if (character === ',' && !quoted) cells.push('');
      else cells.push((cells.pop() ?? '') + character);
    }
    return Object.fromEntries(names.map((name, index) => [name, cells[index] ?? '']));
  });
}

function countBy<T>(list: readonly T[], key: (entry: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const entry of list) counts[key(entry)] = (counts[key(entry)] ?? 0) + 1;
  return counts;
}

describe('the register of H-2B labour certifications', () => {
  let database: HubDatabase;
  let intake: TestIntake;
  let file: string;
  let isWhole: boolean;
  let rows: Record<string, string>[];

  beforeAll(async () => {
    ({ file, isWhole } = await registerFile('H-2B_FY2003.csv', 'us-oflc-h2b-rows.csv'));
    rows = naiveRows(await readFile(file, 'utf8'));
    database = await testDatabase();
    intake = await TestIntake.begin(database);
    intake.clock.set('2026-11-22T00:00:00Z');
  });
  afterAll(async () => {
    await intake.remove();
    await database.close();
  });

  async function counts(sql: string): Promise<Record<string, number>> {
    const found = await database.pool().query<{ key: string; n: string }>(sql);
    return Object.fromEntries(found.rows.map(({ key, n }) => [key, Number(n)]));
  }

  test('is stored row by row, with counts by status equal to an independent count', async () => {
    const ledger = await intake.take(file, 'us-oflc-h2b');
    const expected = countBy(rows, (row) => row['Last_Sig_Event'] ?? '');
    const decided = rows.filter((row) => decisions.includes(row['Last_Sig_Event'] ?? ''));
    expect(ledger.byStatus).toEqual(expected);
    expect(ledger).toMatchObject({
      read: rows.length,
      stored: decided.length,
      applications: rows.length - decided.length,
      duplicate: 0,
      rejected: 0,
    });
    if (isWhole) expect([ledger.stored, ledger.applications]).toEqual([8067, 250]);

    expect(await counts('SELECT outcome AS key, count(*) AS n FROM hub.permit GROUP BY 1')).toEqual({
      GRANTED: expected['Certified, Temporary'],
      REFUSED: expected['Denied, Temporary'],
    });
    expect(await counts('SELECT action AS key, count(*) AS n FROM hub.permit_action GROUP BY 1')).toEqual({
      GRANT: expected['Certified, Temporary'],
      REFUSAL: expected['Denied, Temporary'],
    });
    expect(await counts('SELECT state AS key, count(*) AS n FROM hub.permit_application GROUP BY 1')).toEqual({
      RECEIVED: expected['Received Regional Office'],
      WITHDRAWN: expected['Withdrawn'],
      REMANDED_TO_EMPLOYER: expected['Remand Issued to Employer'],
      REMANDED_TO_STATE: expected['Remand Issued to State'],
      RECRUITMENT_REDUCTION_DENIED: expected['Reduction in Recruitment Denied'],
    });
    expect(await counts('SELECT location AS key, count(*) AS n FROM hub.permit GROUP BY 1')).toEqual(
      countBy(decided, (row) => `US-${row['Emp_State'] ?? ''}`),
    );
  });

  test('A-69 is kept apart from Tianjin: own jurisdiction, item, scheme and organ, no status', async () => {
    const own = `concat_ws(' ', jurisdiction, item, identifier_scheme, decided_by, legal_authority, coalesce(status, 'null'))`;
    expect(Object.keys(await counts(`SELECT ${own} AS key, count(*) AS n FROM hub.permit GROUP BY 1`))).toEqual([
      'US US-H2B US-OFLC-CASE US_OFLC US_OFLC null',
    ]);
  });

  test('keeps both rows of a case number that stands twice, as parts 1 and 2', async () => {
    const twice = Object.entries(countBy(rows, (row) => row['Case_Num'] ?? '')).filter(([, n]) => n === 2);
    expect(twice.length).toBe(isWhole ? 11 : 2);
    const parts = await database.pool().query<{ document_no: string }>('SELECT document_no FROM hub.permit WHERE document_part = 2');
    expect(parts.rows.map((row) => row.document_no).sort()).toEqual(twice.map(([number]) => number).sort());
  });

  test('dates are read as written: 10/01/02 is 2002-10-01', async () => {
    const [first] = rows.filter((row) => decisions.includes(row['Last_Sig_Event'] ?? ''));
    const [month, day, year] = (first?.['Last_Event_Date'] ?? '').slice(0, 8).split('/');
    const found = await database
      .pool()
      .query<{ day: string }>('SELECT decided_on::text AS day FROM hub.permit WHERE document_no = $1', [first?.['Case_Num']]);
    expect(found.rows[0]?.day).toBe(`20${year ?? ''}-${month ?? ''}-${day ?? ''}`);
  });

  test('taken in again is all duplicates', async () => {
    const events = 'SELECT $$events$$ AS key, count(*) AS n FROM hub.feed_event';
    const before = await counts(events);
    const ledger = await intake.take(file, 'us-oflc-h2b');
    expect(ledger).toMatchObject({ stored: 0, updated: 0, applications: 0, applicationUpdates: 0, rejected: 0 });
    expect(ledger.duplicate + ledger.applicationDuplicates).toBe(rows.length);
    expect(ledger.firstTakenAt).toBe('2026-11-22T00:00:00.000Z');
    expect(await counts(events)).toEqual(before);
  });

  test('an application that moved on is updated, an unknown status is rejected', async () => {
    const header = 'Case_Num,Last_Sig_Event,Last_Event_Date,Emp_Name,Emp_City,Emp_State,Occ_Title';
    const row = (status: string, date: string) => `${header}\nX1,"${status}",${date},Farm,Town,TX,Hand\n`;
    await intake.take(await intake.write(row('Received Regional Office', '10/01/02 00:00:00')), 'us-oflc-h2b');
    const moved = await intake.take(await intake.write(row('Withdrawn', '10/05/02 00:00:00')), 'us-oflc-h2b');
    expect(moved).toMatchObject({ applicationUpdates: 1 });
    const unknown = await intake.take(await intake.write(row('constructor', '13/05/02 00:00:00')), 'us-oflc-h2b');
    expect(unknown.rejections.map(({ field, code }) => [field, code])).toEqual([
      ['Last_Event_Date', 'DATE_INVALID'],
      ['Last_Sig_Event', 'VALUE_UNKNOWN'],
    ]);
  });
});

describe('the register of H-2A labour certifications', () => {
  let database: HubDatabase;
  let intake: TestIntake;
  let file: string;
  let isWhole: boolean;
  let rows: Record<string, string>[];

  beforeAll(async () => {
    ({ file, isWhole } = await registerFile('H2a_FY2007.csv', 'us-oflc-h2a-rows.csv'));
    rows = naiveRows(await readFile(file, 'utf8'));
    database = await testDatabase();
    intake = await TestIntake.begin(database);
  });
  afterAll(async () => {
    await intake.remove();
    await database.close();
  });

  const query = async (sql: string) => (await database.pool().query<Record<string, string>>(sql)).rows;
  const parts = () => query('SELECT document_no, document_part, holder_id, content FROM hub.permit ORDER BY id');

  test('is recognised by its header and stored row by row: every row of a joint application keeps its holder', async () => {
    const ledger = await intake.take(file);
    expect(ledger).toMatchObject({ profile: 'us-oflc-h2a', read: rows.length, stored: rows.length, rejected: 0, doubtful: 0 });
    if (isWhole) expect(ledger.byStatus).toEqual({ 'Certified - Full': 7341, Denied: 249, 'Certified - Partial': 150 });
    const stored = await query(`SELECT p.document_no || '|' || s.name AS row FROM hub.permit p JOIN hub.subject s ON s.id = p.holder_id ORDER BY 1`);
    expect(stored.map(({ row }) => row).sort()).toEqual(rows.map((row) => `${row['CASE_NO'] ?? ''}|${row['EMPLOYER_NAME'] ?? ''}`).sort());
    const numbered = await query('SELECT count(*) AS n FROM (SELECT document_no FROM hub.permit GROUP BY 1 HAVING max(document_part) <> count(*)) x');
    expect(numbered).toEqual([{ n: '0' }]);
  });

  test('a partial certification keeps the numbers of workers asked and granted', async () => {
    const [partial] = rows.filter((row) => row['CASE_STATUS'] === 'Certified - Partial');
    const found = await query(`SELECT outcome, content FROM hub.permit WHERE document_no = '${partial?.['CASE_NO'] ?? ''}'`);
    const asked = Number(partial?.['NBR_WORKERS_REQUESTED']);
    const granted = Number(partial?.['NBR_WORKERS_CERTIFIED']);
    expect(granted).toBeLessThan(asked);
    expect(found).toContainEqual({
      outcome: 'GRANTED',
      content: `${partial?.['JOB_TITLE'] ?? ''}; Certified - Partial; workers requested ${asked}, certified ${granted}`,
    });
  });

  test('parts are the same when the file comes again, and when its rows come in another order', async () => {
    const before = await parts();
    expect(await intake.take(file)).toMatchObject({ stored: 0, updated: 0, duplicate: rows.length });
    expect(await parts()).toEqual(before);
    // Rows that name the same employer twice in one case are told apart by their order; the others may come in any.
    const [header = '', ...lines] = (await readFile(file, 'utf8')).split(/\r?\n/).filter((line) => line !== '');
    const caseAndHolder = (row: Record<string, string>) => ['CASE_NO', 'EMPLOYER_NAME', 'EMPLOYER_CITY'].map((name) => row[name]).join('|');
    const seen = countBy(rows, caseAndHolder);
    const single = lines.filter((_, index) => seen[caseAndHolder(rows[index] ?? {})] === 1);
    const reversed = await intake.write([header, ...single.reverse()].join('\n'));
    expect(await intake.take(reversed)).toMatchObject({ stored: 0, updated: 0, duplicate: single.length });
    expect(await parts()).toEqual(before);
  });
});
