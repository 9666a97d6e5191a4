import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { HubKeys } from '../../src/access/keys.js';
import { Tokens } from '../../src/access/tokens.js';
import { BoundaryDay } from '../../src/boundary/boundary-day.js';
import { textLog } from '../../src/log.js';
import { FixedClock } from '../../src/measures/clock.js';
import { OpenStreams } from '../../src/server/open-streams.js';
import { IdentityProvider, issuerName } from '../access/identity-provider.js';

/** Refreshes when a token asks for it, and forgets a key that is gone at once. */
const times = { refresh: 50, coolDown: 50, retry: 40, maxAge: 500, timeout: 400 };

let folder: string;
let provider: IdentityProvider;
let tokens: Tokens;
let streams: OpenStreams;
const clock = new FixedClock('2026-03-02T01:00:00Z');

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'concordat-open-streams-'));
});
beforeEach(async () => {
  clock.set('2026-03-02T01:00:00Z');
  provider = await IdentityProvider.start();
  const identity = { mode: 'production', audience: 'concordat', external: { issuer: issuerName, jwks: provider.url } } as const;
  tokens = await Tokens.open(identity, new HubKeys(folder), clock, textLog('error', () => undefined), times);
  streams = new OpenStreams(tokens, new BoundaryDay(clock, '1', () => '1'), () => undefined);
});
afterEach(async () => {
  streams.stop();
  tokens.close();
  await provider.stop();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs a stream that does nothing of its own until the hub ends it; its reason. */
const endOf = async (token: string): Promise<unknown> => {
  let reason: unknown;
  await streams.run(token, (ending) => new Promise((resolve) => ending.addEventListener('abort', () => resolve(void (reason = ending.reason)))));
  return reason;
};

const claims = { iat: Date.parse('2026-03-02T01:00:00Z') / 1000, exp: Date.parse('2026-03-02T02:00:00Z') / 1000 };

test('a stream past the end of its token is told that the token expired, also where nothing else looks', async () => {
  const token = await provider.token('first', claims);
  await tokens.verify(token);
  const ended = endOf(token);
  clock.set('2026-03-02T03:00:00Z');
  expect(await ended).toMatchObject({ code: 'TOKEN_EXPIRED' });
});

test('a stream whose token counts no longer before its end is told so', async () => {
  const token = await provider.token('first', claims);
  await tokens.verify(token);
  const ended = endOf(token);
  provider.withdraw('first');
  expect(await ended).toMatchObject({ code: 'TOKEN_REFUSED' });
});
