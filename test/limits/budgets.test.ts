import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { Budgets } from '../../src/limits/budgets.js';
import { defaultLimits, loadLimitSettings } from '../../src/limits/settings.js';
import { Hub } from '../../src/server/hub.js';
import { readAnswer } from '../boundary/graphql-answer.js';
import { testDatabase } from '../support/test-database.js';

/** Budgets count objects, not requests, over all tokens of an agency. */

const start = Date.parse('2026-11-22T08:00:00Z');

class HandClock {
  at = start;
  now(): Date {
    return new Date(this.at);
  }
}

test('never more than the burst and what came back since, whatever is taken and given back (property)', () => {
  const setting = { perMinute: 600, burst: 100 };
  const step = fc.record({ wait: fc.integer({ min: 0, max: 20_000 }), ask: fc.integer({ min: 1, max: 100 }), unused: fc.integer({ min: 0, max: 100 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const clock = new HandClock();
      const budgets = new Budgets(() => setting, clock);
      let spent = 0;
      for (const { wait, ask, unused } of steps) {
        clock.at += wait;
        const seconds = budgets.take('A', ask);
        if (seconds === 0) {
          const back = Math.min(unused, ask);
          budgets.giveBack('A', back);
          spent += ask - back;
        } else {
          // What is promised is kept: nobody else takes in between.
          clock.at += seconds * 1_000;
          expect(budgets.take('A', ask)).toBe(0);
          spent += ask;
        }
        expect(spent).toBeLessThanOrEqual(setting.burst + ((clock.at - start) * setting.perMinute) / 60_000 + 1e-6);
        const { remaining } = budgets.balance('A');
        expect(remaining >= 0 && remaining <= setting.burst).toBe(true);
      }
    }),
  );
});

test('one agency’s budget is nothing to another, and a clock that goes back gives nothing', () => {
  const clock = new HandClock();
  const budgets = new Budgets((agency) => (agency === 'A' ? { perMinute: 60, burst: 10 } : { perMinute: 60, burst: 20 }), clock);
  expect([budgets.take('A', 10), budgets.take('A', 1), budgets.take('B', 20)]).toEqual([0, 1, 0]);
  clock.at -= 60_000;
  expect(budgets.take('A', 1)).toBe(1);
  clock.at += 61_000;
  expect(budgets.balance('A')).toEqual({ burst: 10, windowSeconds: 10, remaining: 1, resetSeconds: 9 });
});

describe('limits.yaml', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'concordat-limits-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test('without it the defaults hold for all; with it an agency overrides what all are held to', async () => {
    expect(loadLimitSettings(folder).of('MUNI_HRSS')).toEqual(defaultLimits);
    await writeFile(path.join(folder, 'limits.yaml'), 'objectsPerMinute: 1000\nagencies:\n  MUNI_HRSS: { documents: require, burst: 700000 }\n');
    const settings = loadLimitSettings(folder);
    expect(settings.of('HEPING_HRSS')).toEqual({ ...defaultLimits, budget: { perMinute: 1_000, burst: 600_000 } });
    expect(settings.of('MUNI_HRSS')).toEqual({ ...defaultLimits, budget: { perMinute: 1_000, burst: 700_000 }, documents: 'require' });
  });

  test.each([
    ['an unknown agency', 'agencies: { NOBODY: {} }'],
    ['an unknown key', 'objectsPerHour: 5'],
    ['no number', 'burst: many'],
    ['an unknown step', 'documents: always'],
    ['a burst that no operation of the limit fits in', 'burst: 100'],
    ['no YAML', 'burst: ['],
  ])('%s: the hub does not start', async (_name, text) => {
    await writeFile(path.join(folder, 'limits.yaml'), text);
    expect(() => loadLimitSettings(folder)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }) as Error);
  });
});

describe('on the wire', () => {
  let folder: string;
  let hub: Hub;
  let close: () => Promise<void>;
  const clock = new HandClock();
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'concordat-budget-'));
    await writeFile(path.join(folder, 'limits.yaml'), 'operationCost: 101\nburst: 120\nobjectsPerMinute: 60\nagencies:\n  HEDONG_HRSS: { objectsPerMinute: 60000 }\n');
    const database = await testDatabase();
    hub = await Hub.start(database, { dataFolder: folder, port: 0, clock });
    close = async () => {
      await hub.close();
      await database.close();
      await rm(folder, { recursive: true, force: true });
    };
  });
  afterAll(() => close());

  const ask = async (agency: string, query: string, lane = 'any', at = hub.url): Promise<{ readonly status: number; readonly headers: Headers; readonly body: string }> => {
    const response = await fetch(at, {
      method: 'POST',
      headers: { authorization: `Bearer ${await hub.issuer.issue(agency, null)}`, 'content-type': 'application/json', 'x-concordat-lane': lane },
      body: JSON.stringify({ query }),
    });
    return { status: response.status, headers: response.headers, body: await response.text() };
  };

  test('charged in advance, corrected after; used up, it refuses alike in both lanes and the stream, and says when to come back', async () => {
    clock.at += 3_600_000;
    const page = '{ permits(first: 100) { nodes { id } } }';
    // A page costs 101 in advance and, with nothing to see, 1 in the end: 19 fit before fewer than 101 are left.
    for (let i = 0; i < 19; i += 1) {
      const { status, headers } = await ask('HEPING_HRSS', page, i % 2 === 0 ? 'any' : 'apollo');
      expect([status, headers.get('ratelimit')]).toEqual([200, `"objects";r=${119 - i};t=${i + 1}`]);
    }
    expect((await ask('HEPING_HRSS', page)).status).toBe(200);
    const answers = [await ask('HEPING_HRSS', page), await ask('HEPING_HRSS', page, 'apollo')];
    for (const { status, headers, body } of answers) {
      expect([status, headers.get('retry-after'), headers.get('x-concordat-cost')]).toEqual([429, '1', null]);
      expect(readAnswer(body).errors[0]?.extensions).toEqual({ code: 'BUDGET_EXHAUSTED', requested: 101, retryAfter: 1, nextStep: expect.stringMatching(/^1 /) as unknown });
    }
    expect(answers[0]?.body).toBe(answers[1]?.body);
    // Cheaper ones still go; another agency has its own.
    expect((await ask('HEPING_HRSS', '{ viewer { principal } }')).status).toBe(200);
    expect((await ask('HEDONG_HRSS', page)).status).toBe(200);
    clock.at += 3_000;
    expect((await ask('HEPING_HRSS', page)).status).toBe(200);
  });

  test('a stream is paid for when it opens; refused documents are paid for too', async () => {
    clock.at += 3_600_000;
    const stream = hub.url.replace('/graphql', '/graphql/stream');
    for (let i = 0; i < 12; i += 1) expect((await ask('MUNI_HRSS', `{ nope${i} }`)).status).toBe(400);
    const { status, headers, body } = await ask('MUNI_HRSS', 'subscription { permitChanged { kind permit { id } } }', 'any', stream);
    expect([status, headers.get('retry-after') !== null, readAnswer(body).errors[0]?.extensions.code]).toEqual([429, true, 'BUDGET_EXHAUSTED']);
  });

  test('what fails under way is not charged for but for having been asked', async () => {
    clock.at += 3_600_000;
    const { headers } = await ask('HEDONG_HRSS', '{ permits(first: 100, after: "bad") { nodes { id } } }', 'apollo');
    expect(headers.get('ratelimit')).toBe('"objects";r=119;t=1');
  });
});
