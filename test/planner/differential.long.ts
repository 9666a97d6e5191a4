import { isObjectType, Kind, OperationTypeNode, parse, type NamedTypeNode, type TypeNode } from 'graphql';
import { readExamples } from '../../src/server/page/examples.js';
import { operations as workloads } from '../bench/workloads/workload.js';
import { asker } from '../boundary/hub-under-test.js';
import { catalogueWorld } from '../boundary/fixed-world.js';
import { plannerSide } from '../boundary/planner-sides.js';
import { Differential } from './differential/corpus.js';

/**
 * The planner against a naive interpreter in memory (test/boundary/expectation.ts, which loads nothing of it) and against
 * ordinary resolvers over the same declarations: data, order, nulls, page information, totals, denials, counts. Few worlds
 * in `npm run test:long`; as many as one likes with DIFFERENTIAL_WORLDS=….
 */
const worlds = Number(process.env['DIFFERENTIAL_WORLDS'] ?? '8');
const operationsPerWorld = 4;
const seed = Number(process.env['FAST_CHECK_SEED'] ?? '1');

let differential: Differential;

beforeAll(async () => {
  differential = await Differential.open();
});
afterAll(() => differential.close());

test(`${worlds} worlds × ${operationsPerWorld} operations: planner, resolvers and judge agree byte for byte`, async () => {
  const started = Date.now();
  for (let i = 0; i < worlds; i += 1) {
    const wrong = await differential.play(seed + i, operationsPerWorld);
    if (wrong !== null) throw new Error(wrong);
  }
  const { operations, refused, reads, planned, records, objects } = differential.compared;
  const share = planned / reads;
  process.stdout.write(
    `differential: seed ${seed}, ${worlds} worlds, ${operations} operations (${refused} refused), ${planned} of ${reads} reads planned (${(share * 100).toFixed(1)} %), ` +
      `${records} records, ${objects} objects, ${Math.round((Date.now() - started) / 1000)} s\n`,
  );
  expect(share).toBeGreaterThanOrEqual(0.9);
}, worlds * 3_000 + 60_000);

const samples: Readonly<Record<string, unknown>> = { String: '120101', ID: 'x', Int: 5, LegalDate: '2026-01-05', PermitItemCode: 'P01' };

function named(type: TypeNode): NamedTypeNode {
  return type.kind === Kind.NAMED_TYPE ? type : named(type.type);
}

/** Every operation of the bench and of the hub's own documents, with a value for each variable that has none. */
const documents = [
  ...Object.entries(workloads).map(([name, { query }]) => ({ name, query, as: 'HEPING_HRSS', bulk: true, variables: {} })),
  ...readExamples().map(({ name, document, as, variables }) => ({ name, query: document, as, bulk: false, variables })),
].filter(({ query }) => parse(query).definitions.some((one) => one.kind === Kind.OPERATION_DEFINITION && one.operation === OperationTypeNode.QUERY));

/** Answered by the reader of the change log, which is a plan of its own. */
const byTheFeed: ReadonlySet<string> = new Set(['changes']);

test.each(documents.map((one) => [one.name, one] as const))('%s is planned', async (_name, { query, as, bulk, variables }) => {
  const definitions = parse(query).definitions.flatMap((one) => (one.kind === Kind.OPERATION_DEFINITION ? (one.variableDefinitions ?? []) : []));
  const sampled = Object.fromEntries(definitions.filter(({ type }) => type.kind === Kind.NON_NULL_TYPE).map(({ variable, type }) => [variable.name.value, samples[named(type).name.value]]));
  const { roots } = await differential.plan({ ...asker(as), bulk }, { query, variables: { ...sampled, ...variables } });
  expect(roots.length).toBeGreaterThan(0);
  expect(roots.filter(({ key, form }) => (form === 'loaded' && !byTheFeed.has(key)) || form === 'denied')).toEqual([]);
  const read = new Set([...differential.side.parts.reads.keys()].map((coordinate) => coordinate.replace('Query.', '')));
  const asked = parse(query).definitions.flatMap((one) => (one.kind === Kind.OPERATION_DEFINITION ? one.selectionSet.selections : []));
  const reads = asked.filter((one) => one.kind === Kind.FIELD && read.has(one.name.value) && !byTheFeed.has(one.name.value));
  expect(roots.filter(({ form }) => form === 'planned')).toHaveLength(reads.length);
});

test('a field no table maps is left to its resolver, with what the viewer may read; everything around it is answered as ever', async () => {
  const plain = await plannerSide();
  const side = await plannerSide({
    parts: (parts) => {
      const permit = parts.schema.getType('Permit');
      if (!isObjectType(permit)) throw new Error('permits are objects');
      const { legalAuthority } = permit.getFields();
      if (legalAuthority) legalAuthority.resolve = (source: Readonly<Record<string, unknown>>) => `${String(source['decidedOn'])} ${String(source['content'])}`;
      const tables = new Map([...parts.tables].map(([type, table]) => [type, { ...table, columns: new Map([...table.columns].filter(([name]) => name !== 'legalAuthority')) }]));
      return { ...parts, tables };
    },
  });
  try {
    const query = (field: string): string =>
      `{ permits(first: 3, where: {item: {ne: P07}}) { totalCount nodes { id documentNo ${field} holder { name permits(last: 1, orderBy: [{field: ITEM}]) { nodes { item receivedAt } pageInfo { endCursor } } } decidedBy { code } actions { actedOn } } } }`;
    for (const one of [plain, side]) await one.load(catalogueWorld);
    for (const agency of ['HEPING_APPROVAL', 'HEPING_HRSS']) {
      const usual = await plain.answer(asker(agency), { query: query('') });
      const answer = await side.answer(asker(agency), { query: query('legalAuthority') });
      const rows = catalogueWorld.permits.filter(({ id }) => id <= 3);
      let at = 0;
      const without = answer.body.replace(/"legalAuthority":"([^"]*)",/g, (_, text: string) => {
        const row = rows[at++];
        const record = agency === 'HEPING_APPROVAL' && row?.decided_by === agency;
        expect(text).toBe(`${row?.decided_on ?? ''} ${record ? (row.content ?? '') : 'null'}`);
        return '';
      });
      expect(at).toBe(rows.length);
      expect(without).toBe(usual.body);
      expect([answer.records, answer.objects]).toEqual([usual.records, usual.objects]);
      expect([...answer.subjects].sort()).toEqual([...usual.subjects].sort());
    }
  } finally {
    await plain.close();
    await side.close();
  }
});

test('a list below counts where it is shown, not for every parent that a branch brought', async () => {
  await differential.side.load(catalogueWorld);
  // 文1 alone is on the page; the branch that shares 文2 brings a page of its own.
  const query = '{ permits(first: 1) { nodes { documentNo holder { permits(first: 5) { nodes { documentNo } } } } } }';
  const { body, records, subjects } = await differential.side.answer(asker('HEPING_APPROVAL'), { query });
  const { data } = JSON.parse(body) as { data: { permits: { nodes: { holder: { permits: { nodes: object[] } } }[] } } };
  const shown = 1 + (data.permits.nodes[0]?.holder.permits.nodes.length ?? 0);
  expect([records, subjects.length]).toEqual([shown, shown]);
  expect(new Set(subjects)).toEqual(new Set(['1']));
});
