import { buildSchema, getOperationAST, OperationTypeNode, parse, validate } from 'graphql';
import { readFileSync } from 'node:fs';
import { agencyOfCode } from '../../src/measures/agencies.js';
import { personas, readExamples, type Example } from '../../src/server/page/examples.js';
import { prepared } from '../../src/server/page/assets/examples-list.js';
import { sampleHub, type SampleHub } from '../support/sample-hub.js';

/** Every example the page offers is one that works: against the schema, and against a hub with the sample rows. */

const examples = readExamples();
const cases = examples.map((example) => [example.name, example] as const);

describe('the examples of the page', () => {
  let running: SampleHub;

  beforeAll(async () => {
    running = await sampleHub();
  });
  afterAll(() => running.close());

  const variablesOf = (example: Example): Record<string, unknown> => {
    const district = agencyOfCode(example.as)?.district ?? null;
    const entries = Object.entries(example.variables).map(([name, value]) => [name, value === '{district}' ? district : value] as const);
    return Object.fromEntries(entries.filter(([, value]) => value !== null));
  };

  const ask = async (example: Example, path: string): Promise<Response> => {
    const token = await running.hub.issuer.issue(example.as, null);
    return fetch(`${running.origin}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: example.document, variables: variablesOf(example) }),
    });
  };

  test('every reader of the page has some', () => {
    expect(new Set(examples.map(({ persona }) => persona))).toEqual(new Set(personas));
  });

  test.each(cases)('%s is valid and names one operation', (_name, example) => {
    const schema = buildSchema(readFileSync(new URL('../../../schema/schema.graphql', import.meta.url), 'utf8'));
    const document = parse(example.document);
    expect(validate(schema, document)).toEqual([]);
    expect(getOperationAST(document)?.name?.value).toBeDefined();
  });

  test.each(cases)('%s answers with data; what it may not read is denied with its basis', async (_name, example) => {
    if (getOperationAST(parse(example.document))?.operation === OperationTypeNode.SUBSCRIPTION) {
      const response = await ask(example, '/graphql/stream');
      expect(response.status).toBe(200);
      const first = await response.body?.getReader().read();
      expect(new TextDecoder().decode(first?.value)).toContain('"OPENED"');
      return;
    }
    const response = await ask(example, '/graphql');
    const answer = (await response.json()) as {
      readonly data: Record<string, unknown>;
      readonly errors?: readonly { readonly extensions: Record<string, unknown> }[];
    };
    for (const error of answer.errors ?? []) expect(error.extensions).toMatchObject({ code: 'BOUNDARY_DENIED', basis: { rows: expect.arrayContaining([expect.stringMatching(/^B-\d\d$/)]) as unknown } });
    for (const value of Object.values(answer.data)) {
      expect(value).not.toBeNull();
      const nodes = (value as { readonly nodes?: readonly unknown[] }).nodes;
      if (nodes) expect(nodes.length).toBeGreaterThan(0);
    }
  });

  test('a variable that stands for the own district is filled in, and left out without one', () => {
    const example = examples.find(({ name }) => name === 'partner-1-newest');
    if (!example) throw new Error('partner-1-newest is gone');
    globalThis.document = { documentElement: { lang: 'zh-CN' } } as Document;
    expect(JSON.parse(prepared(example, '120116').variables)).toEqual({ district: '120116' });
    expect(prepared(example, null).variables).toBe('');
  });
});
