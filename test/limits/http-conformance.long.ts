import { createRequire } from 'node:module';
import type * as Audits from 'graphql-http';
import { readAnswer } from '../boundary/graphql-answer.js';
import { asker, HubUnderTest } from '../boundary/hub-under-test.js';

/**
 * GraphQL over HTTP, by the audits of the specification's own suite, on both lanes with the same expectations: the short
 * lane takes what was asked before, so every audit runs twice against it.
 */

// Through the CommonJS entry: the ESM one would bring a second copy of graphql into the test.
const { serverAudits } = createRequire(import.meta.url)('graphql-http') as typeof Audits;

let hub: HubUnderTest;
let token: string;
beforeAll(async () => {
  hub = await HubUnderTest.start();
  token = await hub.token(asker('MUNI_HRSS'));
});
afterAll(() => hub.close());

const names = serverAudits({ url: 'http://localhost' }).map(({ id, name }) => [id, name] as const);

/** The audit as the lane answers it: its outcome and reason, without what differs from run to run. */
async function outcomeOf(id: string, lane: string): Promise<{ readonly status: string; readonly reason: string | null }> {
  const audit = serverAudits({
    url: hub.hub.url,
    fetchFn: (url: string, init: RequestInit = {}) =>
      fetch(url, { ...init, headers: { ...(init.headers as Record<string, string> | undefined), authorization: `Bearer ${token}`, 'x-concordat-lane': lane } }),
  }).find((one) => one.id === id);
  if (!audit) throw new Error(`no audit ${id}`);
  const result = await audit.fn();
  return { status: result.status, reason: 'reason' in result ? result.reason : null };
}

/** Where the specification says SHOULD or MAY and the hub does otherwise, with the reason. */
const refusalsAre400 = { status: 'warn', why: 'a refused request is told by its status whatever the media type; the later media type asks for it' };
const noBareGet = { status: 'notice', why: 'a GET without a header that a form cannot send is refused: a page of another site must not ask with the reader’s rights' };
const expected: Readonly<Record<string, { readonly status: string; readonly why: string }>> = {
  '572B': refusalsAre400, FDE2: refusalsAre400, '7B9B': refusalsAre400, '5A70': noBareGet, D6D5: noBareGet, '6A70': noBareGet,
};

test.each(names)('%s %s: alike in both lanes, and no MUST is missed', async (id) => {
  const apollo = await outcomeOf(id, 'apollo');
  const [first, second] = [await outcomeOf(id, 'any'), await outcomeOf(id, 'any')];
  expect([first, second]).toEqual([apollo, apollo]);
  expect({ ...apollo, id }).toMatchObject({ id, status: expected[id]?.status ?? 'ok' });
});

test('limits, refusals and denials have the same status, type and bytes in both lanes', async () => {
  const documents = ['{', '{ nothing }', '{ viewer { role role } }', `{ ${'viewer { role } '.repeat(31)} }`, 'query A { viewer { role } } query B { viewer { role } }', '{ permits(first: 0) { nodes { id } } }', '{ permits(first: 1, after: "x") { nodes { id } } }', '{ certificateStock(item: P01) { used } }', 'subscription { permitChanged { kind } }', 'mutation { __typename }'];
  for (const query of documents) {
    const answers = [await hub.ask(token, { query }, 'apollo'), await hub.ask(token, { query }), await hub.ask(token, { query })];
    expect(new Set(answers.map((answer) => JSON.stringify([query, answer]))).size).toBe(1);
    for (const { extensions } of readAnswer(answers[0]?.body ?? '').errors) expect([query, Object.keys(extensions).includes('http')]).toEqual([query, false]);
  }
});
