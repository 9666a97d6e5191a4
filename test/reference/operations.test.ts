import { allClauses } from '../../src/measures/clauses.js';
import { asker, HubUnderTest, type LaneName } from '../boundary/hub-under-test.js';

interface Answer {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
}

let hub: HubUnderTest;
/** A foreign register has no right on any record: what is open to it is open to everybody. */
let stranger: string;

beforeAll(async () => {
  hub = await HubUnderTest.start();
  stranger = await hub.token(asker('US_OFLC'));
});
afterAll(() => hub.close());

async function ask(query: string, variables: Readonly<Record<string, unknown>> = {}, lane: LaneName = 'any'): Promise<Answer> {
  return JSON.parse((await hub.ask(stranger, { query, variables }, lane)).body) as Answer;
}

interface Page {
  readonly nodes: readonly { readonly id: string }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

describe('reference data in GraphQL', () => {
  it('SX-3.1.1.1a: pages through all 359 clauses, for a viewer who may see no record at all', async () => {
    const ids: string[] = [];
    for (let after: string | null | undefined; after !== null; ) {
      const { data } = await ask('query ($after: String) { clauses(first: 100, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }', { after });
      const page = data?.['clauses'] as Page;
      ids.push(...page.nodes.map(({ id }) => id));
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    }
    expect(ids).toEqual(allClauses().map(({ id }) => id));
  });

  it('filters clauses by document, kind, class and city, also by variables in both lanes', async () => {
    const query = `query ($document: SourceDocument, $kind: ClauseKind, $hub: HubClass, $city: City) {
      clauses(last: 100, document: $document, kind: $kind, hub: $hub, city: $city) { edges { cursor node { id document kind hub city } } pageInfo { hasPreviousPage startCursor } }
    }`;
    const variables = { document: 'XM', kind: 'DEADLINE', hub: 'CORE', city: 'XIAMEN' };
    const answers = [await ask(query, variables, 'apollo'), await ask(query, variables), await ask(query, variables)];
    const wanted = allClauses().filter(({ document, kind, hub }) => document === 'XM' && kind === 'DEADLINE' && hub === 'CORE');
    for (const { data } of answers) {
      const edges = (data?.['clauses'] as { edges: { node: object }[] }).edges;
      expect(edges.map(({ node }) => node)).toEqual(wanted.map(({ id, document, kind, hub, city }) => ({ id, document, kind, hub, city })));
    }
    await expect(ask(query, { document: 'XM', city: 'TIANJIN' })).resolves.toMatchObject({ data: { clauses: { edges: [] } } });
  });

  it('answers one clause with its words, parties, rule and rulings, and one ruling with its clauses', async () => {
    const { data } = await ask(`{
      clause(id: "XT-5.1.2c") { id place textZh textMode textEn force parties { from to } data { entity fields } rule responsible rulings }
      ruling(id: "A-01") { title clauses problem ruling why }
      none: clause(id: "XT-0") { id }
    }`);
    expect(data).toMatchObject({
      clause: {
        textMode: 'QUOTE',
        force: 'MUST',
        parties: { from: ['BINHAI_APPROVAL', 'FTZ_APPROVAL'] },
        rule: { due: { days: 3, calendar: 'natural' }, altReading: { calendar: 'working' } },
        rulings: ['A-01', 'A-02', 'A-07', 'A-58', 'A-68', 'A-70'],
      },
      ruling: { clauses: ['XT-5.1.2c'] },
      none: null,
    });
  });

  it('answers rulings, the catalogue, supervision items, divisions and industries', async () => {
    const { data, errors } = await ask(`{
      rulings(first: 100) { nodes { id } pageInfo { hasNextPage hasPreviousPage } }
      enforcementCatalogue(first: 100, category: PERMIT) { nodes { code nameZh permitItem publishWithinWorkingDays responsibleCodes } }
      supervisionItems { seq class classZh nameZh nameEn inspectorPool objectKind subItemCount tianjinPermit }
      past: divisions(city: XIAMEN, at: "2003-01-01") { code nameZh until now }
      industrySections { code form2Row { row labelZh doubtful reason } splits { code form2Row { row doubtful } } }
    }`);
    expect(errors).toBeUndefined();
    expect((data?.['rulings'] as Page).nodes).toHaveLength(68);
    expect(data?.['enforcementCatalogue']).toMatchObject({ nodes: [{ code: 'XK-01', permitItem: 'P01', publishWithinWorkingDays: 7 }, { code: 'XK-02' }] });
    expect(data?.['supervisionItems']).toHaveLength(23);
    expect(data?.['past']).toContainEqual({ code: '350205', nameZh: '杏林区', until: 2003, now: '350205' });
    expect(data?.['industrySections']).toContainEqual({
      code: 'S',
      form2Row: { row: 20, labelZh: '十九、公共管理和社会组织', doubtful: false, reason: null },
      splits: [{ code: 'S94', form2Row: { row: 18, doubtful: false } }],
    });
  });

  it('XT-5.1.2c, A-01: dueDate answers both readings, each with its clause and rulings', async () => {
    const query = `query ($from: LegalDate!, $trigger: String) {
      dueDate(clause: "XT-5.1.2c", from: $from, trigger: $trigger) { clause from countedFrom readings { kind standing due provisional clauses rulings } }
    }`;
    await expect(ask(query, { from: '2020-04-03' })).resolves.toMatchObject({
      data: {
        dueDate: {
          readings: [
            { kind: 'NATURAL_DAYS', standing: 'STATED', due: '2020-04-07', provisional: false, rulings: ['A-01', 'A-02', 'A-68'] },
            { kind: 'WORKING_DAYS', standing: 'ALTERNATIVE', due: '2020-04-09' },
          ],
        },
      },
    });
    await expect(ask(query, { from: '2026-12-26' })).resolves.toMatchObject({ data: { dueDate: { readings: [{ provisional: true }, { provisional: true }] } } });
    await expect(ask(query, { from: '2020-04-03', trigger: 'permit.revoked' })).resolves.toMatchObject({
      data: { dueDate: { readings: [{ standing: 'POLICY_DEFAULT' }, { standing: 'POLICY_DEFAULT' }] } },
    });
    await expect(ask('{ dueDate(clause: "XM-3.6.3c", from: "2017-06-01", defenceUntil: "2017-06-16") { readings { due movedFrom } } }')).resolves.toMatchObject({
      data: { dueDate: { readings: [{ due: '2017-06-19', movedFrom: '2017-06-15' }] } },
    });
  });

  it.each([
    ['{ dueDate(clause: "XT-0", from: "2020-01-01") { from } }', 'CLAUSE_UNKNOWN'],
    ['{ dueDate(clause: "XT-2.1", from: "2020-01-01") { from } }', 'DUE_DATE_NOT_SET'],
    ['{ dueDate(clause: "YZ-2.3e", from: "9999-12-31") { from } }', 'DUE_DATE_INVALID'],
    ['{ dueDate(clause: "XT-A3.5b", from: "2020-12-31") { from } }', 'DUE_DATE_NOT_IN_PERIOD'],
    ['{ dueDate(clause: "YZ-2.3e", from: "2020-01-01", trigger: "x") { from } }', 'DUE_DATE_TRIGGER_UNKNOWN'],
    ['{ clauses { nodes { id } } }', 'BAD_PAGE_SIZE'],
    ['{ rulings(first: 1, after: "AAAA") { nodes { id } } }', 'BAD_CURSOR'],
  ])('%s is refused with %s, in Chinese and English', async (query, code) => {
    const { data, errors } = await ask(query);
    expect(Object.values(data ?? {})).toEqual([null]);
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual([code]);
    expect(errors?.[0]?.message).toMatch(/^.*\p{Script=Han}.* · [A-Z]/u);
  });
});
