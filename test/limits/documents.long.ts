import { getIntrospectionQuery, parse } from 'graphql';
import fc from 'fast-check';
import { assertWithinLimits, variablesBeyondLimits } from '../../src/limits/document-limits.js';
import { limits } from '../../src/limits/limits.js';
import { limitExceeded } from '../../src/limits/refusals.js';
import { asker, HubUnderTest } from '../boundary/hub-under-test.js';
import { readAnswer } from '../boundary/graphql-answer.js';

/** One table of limits, for every document, on both lanes and the stream. */

const many = (count: number, text: (i: number) => string): string => Array.from({ length: count }, (_, i) => text(i)).join(' ');
const nested = (levels: number, name: (i: number) => string): string => `${many(levels, (i) => `{ ${name(i)}`)}${' }'.repeat(levels)}`;

/** The smallest document beyond each limit, and the largest within it. */
const documents: readonly (readonly [string, (n: number) => string])[] = [
  ['depth', (n) => nested(n, (i) => `a${i}`)],
  ['recursion', (n) => nested(n, () => 'permits').replace(/permits }/, 'permits { id } }')],
  ['rootFields', (n) => `{ ${many(n, (i) => `f${i}`)} }`],
  ['aliases', (n) => `{ viewer { ${many(n, (i) => `a${i}: role`)} } }`],
  ['fields', (n) => `{ viewer { ${many(n - 1, (i) => `f${i}`)} } }`],
  ['repeats', (n) => `{ viewer { ${many(n, () => 'role')} } }`],
  ['fragments', (n) => `{ viewer { role } } ${many(n, (i) => `fragment F${i} on ViewerInfo { role }`)}`],
  ['directives', (n) => `{ viewer { ${many(n, (i) => `f${i} @include(if: true)`)} } }`],
  ['valueDepth', (n) => `{ viewer(x: ${'['.repeat(n)}1${']'.repeat(n)}) { role } }`],
];

const found = (text: string): unknown => {
  try {
    assertWithinLimits(parse(text));
    return null;
  } catch (error) {
    return error instanceof Error && 'extensions' in error ? (error.extensions as { readonly limit?: unknown }).limit : error;
  }
};

test.each(documents)('%s: as many as the table says, and not one more', (name, of) => {
  const { limit } = limits[name as keyof typeof limits];
  expect([found(of(limit)), found(of(limit + 1))]).toEqual([null, name]);
});

test('fragments within fragments are counted spread out, each walked once', () => {
  const bomb = `{ viewer { ...F0 } } ${many(40, (i) => `fragment F${i} on ViewerInfo { role ...F${i + 1} ... { ...F${i + 1} } }`)} fragment F40 on ViewerInfo { role }`;
  const begin = performance.now();
  expect(found(bomb)).toBe('spreadFields');
  expect(performance.now() - begin).toBeLessThan(1_000);
});

test('depth and recursion are those of the whole path, through fragments', () => {
  const chain = many(20, (i) => `fragment F${i} on T { a${i} { ...F${i + 1} } }`);
  expect(found(`{ ...F0 } ${chain} fragment F20 on T { id }`)).toBe('depth');
  expect(found('{ permits { nodes { holder { ...H } } } } fragment H on Subject { permits { nodes { ...P } } } fragment P on Permit { holder { permits { nodes { id } } } }')).toBe('recursion');
  expect(found('{ permits { nodes { holder { permits { nodes { id } } } } } }')).toBeNull();
});

test('fragments spread within themselves are left to validation, and what clients send to read the schema fits', () => {
  expect(found('{ viewer { ...A } } fragment A on ViewerInfo { ...B } fragment B on ViewerInfo { ...A }')).toBeNull();
  expect(found(getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true, oneOf: true }))).toBeNull();
});

test('variables: depth, lists and texts', () => {
  const deep = (levels: number): unknown => (levels === 0 ? 1 : [deep(levels - 1)]);
  const beyond = (value: unknown): unknown => variablesBeyondLimits({ value })?.extensions['limit'] ?? null;
  expect([beyond(deep(16)), beyond(deep(17))]).toEqual([null, 'valueDepth']);
  expect([beyond(Array(10_000).fill('a')), beyond(Array(10_001).fill('a'))]).toEqual([null, 'listLength']);
  expect([beyond('x'.repeat(50_000)), beyond('x'.repeat(50_001))]).toEqual([null, 'textLength']);
});

test('any document is counted without a fault, whatever stands in it (property)', () => {
  const word = fc.constantFrom('{', '}', 'a', 'b:', '...F', 'fragment F on T {', '(x: [', '])', '@include(if: true)', '... {', 'query');
  fc.assert(
    fc.property(fc.array(word, { maxLength: 60 }), (words) => {
      let document;
      try {
        document = parse(words.join(' '));
      } catch {
        return;
      }
      try {
        assertWithinLimits(document);
      } catch (error) {
        expect(error).toBeInstanceOf(limitExceeded('depth').constructor);
      }
    }),
  );
});

describe('on the wire', () => {
  let hub: HubUnderTest;
  let token: string;
  beforeAll(async () => {
    hub = await HubUnderTest.start();
    token = await hub.token(asker('HEPING_HRSS'));
  });
  afterAll(() => hub.close());

  const beyond: readonly (readonly [string, string])[] = [
    ...documents.map(([name, of]) => [name, of(limits[name as keyof typeof limits].limit + 1)] as const),
    ['depth', nested(1_600, () => 'a')],
    ['documentTokens', `{ viewer { ${many(4_999, () => 'role')} } }`],
    ['documentLength', `{ viewer { role } } # ${'x'.repeat(50_000)}`],
  ];

  test.each(beyond)('%s: refused alike on both lanes and the stream, and in subscriptions and mutations', async (name, query) => {
    for (const text of [query, query.replace(/^\{/, 'mutation {'), query.replace(/^\{/, 'subscription {')]) {
      const answers = [await hub.ask(token, { query: text }, 'any'), await hub.ask(token, { query: text }, 'apollo'), await ask(`${hub.hub.url}/stream`, text)];
      for (const { status, body } of answers) {
        expect([status, readAnswer(body).errors.map(({ extensions }) => extensions['limit'])]).toEqual([400, [name]]);
        expect(body).not.toContain('"http"');
      }
      expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    }
  });

  test('a text nested beyond the stack of the parser is refused like any other', async () => {
    const query = `{ viewer(x: ${'['.repeat(2_450)}1${']'.repeat(2_450)}) { role } }`;
    for (const lane of ['any', 'apollo'] as const) {
      const { status, body } = await hub.ask(token, { query }, lane);
      expect([status, readAnswer(body).errors[0]?.extensions.code]).toEqual([400, 'LIMIT_EXCEEDED']);
    }
  });

  test('variables beyond the limits are refused in both lanes, also of a known document', async () => {
    const query = 'query ($o: String!, $v: VariablesObject) { explainAccess(operation: $o, variables: $v) { operation } }';
    const deep = JSON.parse(`${'{"a":'.repeat(2_000)}1${'}'.repeat(2_000)}`) as unknown;
    for (const lane of ['any', 'apollo', 'any'] as const) {
      for (const variables of [{ o: '{ viewer { role } }', v: deep }, { o: 'x'.repeat(60_000) }]) {
        const { status, body } = await hub.ask(token, { query, variables }, lane);
        expect([status, readAnswer(body).errors[0]?.extensions.code]).toEqual([400, 'LIMIT_EXCEEDED']);
      }
      expect(readAnswer((await hub.ask(token, { query, variables: { o: '{ viewer { role } }' } }, lane)).body).errors).toEqual([]);
    }
  });

  test('validation errors are bounded, suggest nothing, and name nothing of the schema to an outsider', async () => {
    const outsider = await hub.token(asker('US_OFLC'));
    const typo = `{ ${many(40, (i) => `permit${i}(documentNo: "1") { contnt }`)} clausess }`;
    for (const url of [hub.hub.url, `${hub.hub.url}/stream`]) {
      const told = readAnswer((await ask(url, typo)).body).errors;
      expect(told.length).toBeLessThanOrEqual(limits.validationErrors.limit + 1);
      expect(told.map(({ extensions }) => extensions.code)).toEqual(told.map(() => 'GRAPHQL_VALIDATION_FAILED'));
      expect(JSON.stringify(told)).not.toMatch(/did you mean/i);
      expect(told[0]?.message).toMatch(/permit0/);
      const hidden = (await ask(url, '{ permit(documentNo: 1) { contnt } }', outsider)).body;
      expect(hidden).not.toMatch(/Permit|contnt|did you mean/);
      expect(readAnswer(hidden).errors[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
    }
    const variables = { query: 'query ($f: PermitFilter) { permits(first: 1, filter: $f) { nodes { id } } }', variables: { f: { statsu: 'VALID', item: 'P1' } } };
    for (const [asked, told] of [[token, true], [outsider, false]] as const) {
      const answers = [await hub.ask(asked, variables), await hub.ask(asked, variables, 'apollo'), await hub.ask(asked, variables)];
      expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
      expect([answers[0]?.status, answers[0]?.body.includes('PermitFilter'), /did you mean/i.test(answers[0]?.body ?? '')]).toEqual([400, told, false]);
    }
  });

  async function ask(url: string, query: string, as = token): Promise<{ readonly status: number; readonly body: string }> {
    const response = await fetch(url, { method: 'POST', headers: { authorization: `Bearer ${as}`, 'content-type': 'application/json' }, body: JSON.stringify({ query }) });
    return { status: response.status, body: await response.text() };
  }
});
