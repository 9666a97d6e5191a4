import { standingOf } from '../../src/access/viewer.js';
import { Kind } from 'graphql';
import { changeView } from '../../src/boundary/view-names.js';
import { compileChange } from '../../src/feed/compile-change.js';
import type { BoundStatement } from '../../src/database/envelope.js';
import { changes } from '../../src/server/schema.js';
import { asker, type GraphQLCall } from '../boundary/hub-under-test.js';
import { sight, type Asker } from '../boundary/judge.js';
import { plannerSide, viewerOf, type PlannerSide } from '../boundary/planner-sides.js';
import { matches, type Filter } from '../boundary/expectation.js';
import type { PermitRow } from '../boundary/world.js';
import { explainAs, statementsOf, type Scan } from './explained.js';
import { largeWorld, loadRegistry } from './registry-of.js';

const world = largeWorld(30_000, 1);
/** Newest first, as every list is read. */
const ordered = [...world.permits].sort((a, b) => (a.decided_on === b.decided_on ? b.id - a.id : a.decided_on < b.decided_on ? 1 : -1));

let side: PlannerSide;

beforeAll(async () => {
  side = await plannerSide();
  await loadRegistry(side.database, world);
});

afterAll(() => side.close());

/** The part of the index a scan looked at, by the conditions EXPLAIN prints. */
function rangeOf(scan: Scan, values: readonly (string | null)[]): (row: PermitRow) => boolean {
  const valueOf = (text: string): string => {
    const parameter = /^\$(\d+)$/.exec(text);
    return parameter ? (values[Number(parameter[1]) - 1] ?? '') : text.replace(/^'(.*)'::\w+$/, '$1');
  };
  const conditions = [...scan.indexCondition.matchAll(/(\w+) (=|>=|<=) (\$\d+|'[^']*'::\w+)/g)].map(
    ([, column = '', operator = '', value = '']) => ({ column, operator, value: valueOf(value) }),
  );
  const cursor = /ROW\(decided_on, id\) < ROW\((\$\d+), (\$\d+)\)/.exec(scan.indexCondition);
  const after = cursor && { date: valueOf(cursor[1] ?? ''), id: Number(valueOf(cursor[2] ?? '')) };
  return (row) => {
    if (after && !(row.decided_on < after.date || (row.decided_on === after.date && row.id < after.id))) return false;
    const cells: Readonly<Record<string, unknown>> = { ...row };
    return conditions.every(({ column, operator, value }) => {
      const cell = String(cells[column]);
      return operator === '=' ? cell === value : operator === '>=' ? cell >= value : cell <= value;
    });
  };
}

/**
 * Rows of a scan that a scope predicate threw away: those it went through, newest first, that the caller's filters would
 * have let pass and that this viewer may not see through this branch. A bitmap goes through its whole range.
 */
function removedByScope(who: Asker, scan: Scan, values: readonly (string | null)[], filter: Filter): number {
  if (scan.relation !== 'permit') return scan.removed;
  const own = /decided_by = /.test(scan.indexCondition);
  const inRange = rangeOf(scan, values);
  const visited = ordered.filter(inRange).slice(0, scan.node === 'Index Scan' ? scan.kept + scan.removed : undefined);
  // A leg that is not read by decider stands for the relations that do not ask who decided; own decisions may be in it.
  const inScope = (row: PermitRow): boolean => (own ? sight(who, row) === 'record' : sight(who, { ...row, decided_by: '' }) === 'basic');
  const unseen = visited.filter((row) => matches(world, row, filter) && !inScope(row)).length;
  return Math.min(unseen, scan.removed);
}

const selection = '{ nodes { documentNo holder { name } decidedBy { nameZh } actions { action actedOn } } pageInfo { endCursor } }';
const page = 50;

const viewers = ['HEPING_APPROVAL', 'JIZHOU_APPROVAL', 'BINHAI_APPROVAL', 'FTZ_CBD_APPROVAL', 'HEPING_HRSS', 'BINHAI_HRSS', 'MUNI_HRSS'];
const filters: readonly Filter[] = [
  {}, { item: 'P02' }, { item: 'P03' }, { status: 'CANCELLED' }, { district: '120101' }, { district: '120116', item: 'P01' },
  { decidedFrom: '2019-01-01', decidedTo: '2021-01-01' }, { decidedTo: '2020-06-30', status: 'VALID' },
];

/** A filter as a literal; enumeration values stand without quotes. */
function literal(filter: Filter): string {
  const fields = Object.entries(filter).map(([name, value]) => `${name}: ${name === 'item' || name === 'status' ? value : JSON.stringify(value)}`);
  return fields.length === 0 ? '' : `, filter: {${fields.join(', ')}}`;
}

async function call(who: Asker, query: string): Promise<readonly [Scan, readonly (string | null)[]][]> {
  const bound = await statementsOf(side, who, { query });
  const scans = await Promise.all(bound.map(async (one) => (await explainAs(side.database, who, one)).map((scan) => [scan, one.values] as const)));
  return scans.flat().map(([scan, values]) => [scan, values]);
}

test.each(viewers)('%s: no scan of a list plan removes more rows by a scope predicate than twice the page, on page 1 and later', async (agency) => {
  const who = asker(agency);
  const tooMany: unknown[] = [];
  for (const filter of filters) {
    let after = '';
    for (const part of ['page 1', 'page 2', 'page 3']) {
      const query = `{ permits(first: ${page}${literal(filter)}${after}) ${selection} }`;
      for (const [scan, values] of await call(who, query)) {
        const removed = removedByScope(who, scan, values, filter);
        if (removed > 2 * page) tooMany.push({ filter, part, removed, scan });
      }
      const answer = JSON.parse((await side.ask(who, { query }, 'any')).body) as { data: { permits: { pageInfo: { endCursor: string | null } } } };
      const cursor = answer.data.permits.pageInfo.endCursor;
      if (cursor === null) break;
      after = `, after: ${JSON.stringify(cursor)}`;
    }
  }
  expect(tooMany).toEqual([]);
});

test.each(viewers)('%s: a look-up by number reads the rows of that number and no others', async (agency) => {
  const query: GraphQLCall = { query: '{ permit(documentNo: "N17") { documentNo holder { name } actions { action } } }' };
  for (const bound of await statementsOf(side, asker(agency), query)) {
    for (const scan of await explainAs(side.database, asker(agency), bound)) {
      if (scan.relation === 'agency') continue;
      expect(['Index Scan', 'Index Only Scan', 'Bitmap Heap Scan']).toContain(scan.node);
      expect(scan.kept + scan.removed).toBeLessThanOrEqual(10);
    }
  }
});

test.each(viewers)('%s: the permits of one company, one certificate or one holder are looked up, not searched for', async (agency) => {
  const who = asker(agency);
  for (const query of [
    '{ permits(first: 50, filter: {holderUscc: "U17"}) { nodes { id documentNo holder { name } } } }',
    '{ permits(first: 50, filter: {certificateNo: "C17"}) { nodes { id documentNo } } }',
    '{ permits(first: 50, filter: {documentNo: "N17"}) { nodes { id documentNo } } }',
    '{ subject(uscc: "U17") { id name uscc } }',
  ]) {
    for (const [scan] of await call(who, query)) {
      expect(['Index Scan', 'Index Only Scan']).toContain(scan.node);
      expect({ query, scan, few: scan.kept + scan.removed <= 60 }).toEqual({ query, scan, few: true });
    }
  }
});

test.each(viewers)('%s: a page of holders is read off an index in their order', async (agency) => {
  const who = asker(agency);
  let after = '';
  for (let part = 1; part <= 3; part += 1) {
    const query = `{ subjects(first: ${page}${after}) { nodes { id name } pageInfo { endCursor } } }`;
    for (const [scan] of await call(who, query)) {
      // A holder of this registry has three permits, nine tenths of them in Tianjin, few of one district twice.
      expect({ scan, few: scan.kept + scan.removed <= 6 * page }).toEqual({ scan, few: true });
    }
    const answer = JSON.parse((await side.ask(who, { query }, 'any')).body) as { data: { subjects: { pageInfo: { endCursor: string | null } } } };
    const cursor = answer.data.subjects.pageInfo.endCursor;
    if (cursor === null) break;
    after = `, after: ${JSON.stringify(cursor)}`;
  }
});

test.each(viewers)('%s: the first permits of each holder of a page are looked up by the holder', async (agency) => {
  const holders = 100;
  const below = 5;
  const query = `{ subjects(first: ${holders}) { nodes { id name permits(first: ${below}) { nodes { documentNo decidedBy { nameZh } actions { action } } } } } }`;
  for (const [scan] of await call(asker(agency), query)) {
    expect(['Index Scan', 'Index Only Scan']).toContain(scan.node);
    // Every statement repeats the page of holders (as above, three permits each), once per branch; below it each holder's own permits are read once per branch.
    if (scan.relation === 'permit') expect({ scan, few: scan.kept + scan.removed <= 2 * 6 * holders }).toEqual({ scan, few: true });
  }
});

test.each(['HEPING_HRSS', 'HEPING_APPROVAL', 'MUNI_HRSS'])('%s: a page of the feed reads the positions asked for and no others', async (agency) => {
  const written = 3_000;
  const owner = side.database.pool();
  await owner.query('ALTER TABLE hub.permit ENABLE TRIGGER USER');
  await owner.query(`DO $$ BEGIN FOR n IN 1..${written} LOOP UPDATE hub.permit SET certificate_no = 'x' || n || random() WHERE id = n; COMMIT; END LOOP; END $$`);
  await owner.query('VACUUM ANALYZE hub.feed_transaction, hub.feed_event');

  const who = asker(agency);
  const known = side.planner.admit('subscription { permitChanged { kind permit { documentNo holder { name } } } }');
  const operation = known.operation(null);
  const declaration = changes.get('permitChanged');
  const [root] = operation?.selectionSet.selections ?? [];
  if (!declaration || root?.kind !== Kind.FIELD) throw new Error('permitChanged is declared');
  const standing = standingOf(viewerOf(who));
  const allowed = new Set(side.parts.policy.coordinates().filter((coordinate) => side.parts.policy.decide(standing, coordinate).allowed));
  const change = compileChange({ ...side.parts, standing, fragments: {}, variables: {}, allowed }, declaration, 'permitChanged', [root]);
  const window = 400;
  const from = written / 2;
  const bound: BoundStatement = change.read(BigInt(from), BigInt(from + window), 200);
  const table = side.parts.tables.get('Permit');
  if (!table) throw new Error('permits have a table');
  expect(bound.statement.text).toContain(changeView(standing.principal, table));
  for (const scan of await explainAs(side.database, who, bound)) {
    if (!/^feed_(transaction|event)_/.test(scan.relation)) continue; // partitions of the months
    // EXPLAIN gives rows per loop, rounded up: one event a transaction may count as kept and as removed.
    expect({ scan, within: scan.kept <= window && scan.removed <= window }).toEqual({ scan, within: true });
  }
});
