import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { rotateKeys } from '../../src/access/key-rotation.js';
import { sealedTables } from '../../src/cli/keys.js';
import { withoutEvidence } from '../feed/evidence.js';
import { addPermits, addSubject } from '../feed/registry-rows.js';
import { RunningHub } from '../feed/running-hub.js';
import { waitFor } from '../support/wait-for.js';
import { Partner, watchPermits } from './partner.js';
import { PartnerNetwork } from './receiver.js';

let running: RunningHub;
let network: PartnerNetwork;
let holderId: string;
let next = 0;

beforeAll(async () => {
  network = new PartnerNetwork();
  running = await RunningHub.start({ network });
  holderId = await addSubject(running.database.pool(), '持有人甲');
}, 60_000);

const partners: Partner[] = [];

afterAll(async () => {
  await running.close();
  for (const { receiver } of partners) await receiver.stop();
});

async function join(agency: string): Promise<Partner> {
  const partner = await Partner.join(running, network, agency, `10.99.0.${(next += 1)}`);
  partners.push(partner);
  return partner;
}

/** Permits of Heping, one transaction each; returns their numbers. */
async function decide(count: number, more: Readonly<Record<string, string>> = {}): Promise<readonly string[]> {
  const numbers = Array.from({ length: count }, () => `文${randomUUID()}`);
  for (const documentNo of numbers) await addPermits(running.database.pool(), [{ documentNo, holderId, ...more }]);
  return numbers;
}

test('register, answer the challenge, get every change signed, in order and numbered, under the agency’s own boundary', async () => {
  const partner = await join('HEPING_HRSS');
  const { receiver } = partner;
  const id = await partner.register();
  await decide(1);
  expect((await partner.webhook(id)).state).toBe('PENDING');
  expect(receiver.received).toEqual([]);
  expect((await partner.mutate('verifyWebhook', id)).state).toBe('ACTIVE');

  const hidden = await decide(1, { district: '120102' });
  const numbers = await decide(3, { content: '审批意见' });
  await running.database.pool().query(`UPDATE hub.permit SET certificate_no = 'C-1' WHERE document_no = $1`, [numbers[1]]);
  await running.database.pool().query(`UPDATE hub.permit SET content = '内部' WHERE document_no = $1`, [numbers[1]]);
  await running.database.pool().query(`UPDATE hub.permit SET district = '120102', location = '120102' WHERE document_no = $1`, [numbers[2]]);
  await waitFor('five changes', () => receiver.changes.length >= 5);
  const seen = receiver.changes.map(({ data }) => data?.permitChanged);
  expect(seen.map((change) => [change?.kind, change?.number, change?.documentNo])).toEqual([
    ['ENTERED', 1, numbers[0]], ['ENTERED', 2, numbers[1]], ['ENTERED', 3, numbers[2]], ['CHANGED', 4, numbers[1]], ['LEFT', 5, numbers[2]],
  ]);
  expect(seen[3]?.permit).toEqual({ documentNo: numbers[1], item: 'P01', certificateNo: 'C-1', district: '120101', holder: { name: '持有人甲' } });
  expect(seen[4]?.permit).toBeNull();
  expect(JSON.stringify(receiver.received)).not.toContain(hidden[0]);
  for (const { number, cursor, data } of receiver.changes) expect([number, cursor]).toEqual([data?.permitChanged.number, data?.permitChanged.cursor]);
  // Each is signed, of now, with an id of its own.
  for (const { id: event, headers, signedBy, at, path } of receiver.received) {
    expect([headers['webhook-id'], signedBy.length, path, headers['content-type']]).toEqual([event, 1, '/in?a=1', 'application/json; charset=utf-8']);
    expect(Math.abs(Number(headers['webhook-timestamp']) * 1000 - at)).toBeLessThan(60_000);
  }
  expect(new Set(receiver.received.map(({ id: event }) => event)).size).toBe(receiver.received.length);
  // The stream goes on from a webhook's cursor.
  const stream = await running.subscribe('HEPING_HRSS', receiver.changes[3]?.cursor);
  expect((await running.change(stream)).kind).toBe('OPENED');
  expect(await running.event(stream)).toMatchObject({ kind: 'LEFT', number: 5, documentNo: numbers[2] });
  stream.close();
  // Every message stands in the evidence, in the agency's name.
  const entries = await running.entries();
  const mine = entries.filter(({ operation }) => operation === `POST webhook ${id}`);
  expect(withoutEvidence(receiver.received.map(({ text }) => text), mine, running.evidenceKeys)).toEqual([]);
  expect(mine.map(({ agency, records, outcome }) => [agency, records, outcome]).slice(0, 2)).toEqual([['HEPING_HRSS', 0, 'STREAM'], ['HEPING_HRSS', 1, 'STREAM']]);
  expect(mine.filter(({ plan }) => plan !== null)).toHaveLength(5);
  expect(await running.verify()).toMatchObject({ fault: null });
});

test('what fails is tried again with the same id, and nothing passes it', async () => {
  const partner = await join('HEDONG_HRSS');
  const { receiver } = partner;
  const id = await partner.active();
  const answers = [500, 'drop', 503, { status: 302, headers: { location: 'http://127.0.0.1/' } }, 404] as const;
  let asked = 0;
  receiver.answer = ({ type }) => (type === 'challenge' ? 204 : (answers[asked++] ?? 200));
  const numbers = await decide(3, { district: '120102', decidedBy: 'HEDONG_APPROVAL' });
  await waitFor('all three', async () => {
    await partner.hurry(id);
    return receiver.changes.length >= 8;
  });
  expect(receiver.changes.map(({ data }) => data?.permitChanged.documentNo)).toEqual([...Array.from({ length: 6 }, () => numbers[0]), numbers[1], numbers[2]]);
  expect(new Set(receiver.changes.slice(0, 6).map((message) => message.id)).size).toBe(1);
  expect(receiver.changes.map(({ number }) => number)).toEqual([1, 1, 1, 1, 1, 1, 2, 3]);
  expect(network.connected.filter((to) => !to.startsWith('10.99.'))).toEqual([]);
  await waitFor('the last is noted', async () => (await partner.webhook(id)).number === 3);
  expect(await partner.webhook(id)).toMatchObject({ state: 'ACTIVE', attempts: 0, failingSince: null });
});

const eventsShape = z.object({
  nodes: z.array(z.object({ id: z.string(), deliveredTo: z.number(), of: z.number(), deliveries: z.array(z.object({ webhook: z.string(), state: z.string(), attempts: z.number(), status: z.number().nullable(), fault: z.string().nullable() })) })),
  pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
});

async function events(partner: Partner, args: string): Promise<z.output<typeof eventsShape>> {
  return eventsShape.parse(await partner.call(`{ webhookEvents(${args}) { nodes { id deliveredTo of deliveries { webhook state attempts status fault number firstAt lastAt } } pageInfo { hasNextPage endCursor } } }`));
}

test('delivered to 7 of 7: an event by its messages to all webhooks of the agency', async () => {
  const partner = await join('NANKAI_HRSS');
  const ids = [];
  for (let i = 0; i < 7; i += 1) ids.push(await partner.active({ label: `第${i}路` }));
  await partner.mutate('pauseWebhook', ids[6] ?? '');
  const numbers = await decide(2, { district: '120104' });
  await waitFor('six of seven', async () => (await events(partner, 'first: 1')).nodes[0]?.deliveredTo === 6);
  expect((await events(partner, 'first: 5')).nodes.map(({ deliveredTo, of }) => [deliveredTo, of])).toEqual([[6, 7], [6, 7]]);
  await partner.mutate('resumeWebhook', ids[6] ?? '');
  await waitFor('seven of seven', async () => (await events(partner, 'first: 5')).nodes.every(({ deliveredTo, of }) => deliveredTo === 7 && of === 7));
  const page = await events(partner, 'first: 1');
  expect(page.pageInfo.hasNextPage).toBe(true);
  const older = await events(partner, `first: 1, after: "${page.pageInfo.endCursor ?? ''}"`);
  expect(older.pageInfo.hasNextPage).toBe(false);
  // All webhooks of the agency name the event alike.
  expect([older.nodes[0]?.id, page.nodes[0]?.id]).toEqual(numbers.map((no) => partner.receiver.changes.find(({ data }) => data?.permitChanged.documentNo === no)?.id));
  expect(partner.receiver.changes).toHaveLength(14);
  expect((await events(partner, `first: 5, webhook: "${ids[0] ?? ''}"`)).nodes).toHaveLength(2);
  expect((await events(partner, 'first: 5, state: DEAD')).nodes).toEqual([]);
});

test('a message that is refused goes to the dead letters, the next ones go on, and it can be sent again', async () => {
  const partner = await join('HEXI_HRSS');
  const { receiver } = partner;
  const id = await partner.active();
  let poisoned = '';
  receiver.answer = ({ data }) => (data?.permitChanged.documentNo === poisoned ? 422 : 204);
  const [first, second, third] = [`文${randomUUID()}`, `文${randomUUID()}`, `文${randomUUID()}`];
  poisoned = second;
  for (const documentNo of [first, second, third]) await addPermits(running.database.pool(), [{ documentNo, holderId, district: '120103' }]);
  await waitFor('the third', async () => {
    await partner.hurry(id);
    return receiver.documents.includes(third);
  });
  expect(receiver.changes.filter(({ data }) => data?.permitChanged.documentNo === second)).toHaveLength(6);
  await waitFor('noted', async () => (await partner.webhook(id)).number === 3);
  expect(await partner.webhook(id)).toMatchObject({ state: 'ACTIVE', deadLetters: 1 });
  const [dead] = (await events(partner, 'first: 5, state: DEAD')).nodes;
  expect(dead?.deliveries).toMatchObject([{ webhook: id, state: 'DEAD', attempts: 6, status: 422 }]);
  // Once more in vain, then in earnest: with its own id and number.
  const sent = receiver.changes.length;
  expect(await partner.call('mutation ($id: ID!, $event: ID) { redeliverWebhook(id: $id, event: $event) }', { id, event: dead?.id })).toBe(1);
  await waitFor('refused again', async () => receiver.changes.length > sent && (await partner.webhook(id)).deadLetters === 1);
  poisoned = '';
  expect(await partner.call('mutation ($id: ID!) { redeliverWebhook(id: $id) }', { id })).toBe(1);
  await waitFor('taken', async () => (await partner.webhook(id)).deadLetters === 0 && (await events(partner, 'first: 3')).nodes.every(({ deliveredTo }) => deliveredTo === 1));
  expect(receiver.changes.at(-1)).toMatchObject({ id: dead?.id, number: 2 });
  expect((await partner.webhook(id)).number).toBe(3);
});

test('a receiver that refuses everything loses nothing: the webhook is suspended behind three dead letters', async () => {
  const partner = await join('HONGQIAO_HRSS');
  const { receiver } = partner;
  const id = await partner.active();
  receiver.answer = () => 400;
  const numbers = await decide(5, { district: '120106' });
  expect((await partner.until(id, 'SUSPENDED')).suspension?.code).toBe('REFUSING');
  expect((await partner.webhook(id)).deadLetters).toBe(3);
  receiver.answer = () => 204;
  receiver.received.length = 0;
  expect((await partner.mutate('resumeWebhook', id)).state).toBe('ACTIVE');
  await partner.call('mutation ($id: ID!) { redeliverWebhook(id: $id) }', { id });
  await waitFor('all five', () => new Set(receiver.documents).size === 5);
  expect([...receiver.documents].sort()).toEqual([...numbers].sort());
});

test('410, and three days without an answer, suspend a webhook; it goes on where it stood', async () => {
  const partner = await join('JINNAN_HRSS');
  const { receiver } = partner;
  const id = await partner.active();
  receiver.answer = () => 410;
  const numbers = await decide(2, { district: '120112' });
  expect((await partner.until(id, 'SUSPENDED')).suspension?.code).toBe('GONE');
  receiver.answer = () => 500;
  await partner.mutate('resumeWebhook', id);
  await waitFor('a failure', async () => (await partner.webhook(id)).failingSince !== null);
  await running.database.pool().query(`UPDATE hub.webhook SET failing_since = now() - interval '73 hours' WHERE id = $1`, [id]);
  expect((await partner.until(id, 'SUSPENDED')).suspension?.code).toBe('UNREACHABLE');
  receiver.answer = () => 204;
  receiver.received.length = 0;
  await partner.mutate('resumeWebhook', id);
  await waitFor('both', () => receiver.changes.length === 2);
  expect(receiver.documents).toEqual(numbers);
});

test('keys overlap: both sign, then the new one alone; with no overlap the old one stops at once', async () => {
  const partner = await join('BEICHEN_HRSS');
  const { receiver } = partner;
  const id = await partner.active();
  const [first = ''] = receiver.keys.keys();
  const rotate = async (hours: number): Promise<string> => {
    const key = z.object({ id: z.string(), secret: z.string() }).parse(await partner.call(`mutation ($id: ID!) { rotateWebhookKey(id: $id, overlapHours: ${hours}) { id secret } }`, { id }));
    receiver.keys.set(key.id, key.secret);
    return key.id;
  };
  const second = await rotate(24);
  await decide(1, { district: '120113' });
  await waitFor('signed by both', () => receiver.changes.length === 1);
  expect(receiver.changes[0]?.signedBy).toEqual([first, second]);
  expect(receiver.changes[0]?.headers['concordat-key-ids']).toBe(`${first} ${second}`);
  expect((await partner.webhook(id)).keys.map((key) => [key.id, key.until === null])).toEqual([[first, false], [second, true]]);
  const third = await rotate(0);
  await decide(1, { district: '120113' });
  await waitFor('signed by the third', () => receiver.changes.length === 2);
  expect(receiver.changes[1]?.signedBy).toEqual([third]);
  await expect(rotate(169)).rejects.toThrow('BAD_USER_INPUT');
});

test('replay from a cursor: the same events with the same ids and numbers; without one, on from now', async () => {
  const partner = await join('XIQING_HRSS');
  const { receiver } = partner;
  const id = await partner.active();
  const numbers = await decide(4, { district: '120111' });
  await waitFor('four', () => receiver.changes.length === 4);
  const before = receiver.changes.map((message) => [message.id, message.number, message.data?.permitChanged.documentNo]);
  await partner.mutate('replayWebhook', id, `, after: "${receiver.changes[1]?.cursor ?? ''}"`);
  await waitFor('two again', () => receiver.changes.length === 6);
  expect(receiver.changes.slice(4).map((message) => [message.id, message.number, message.data?.permitChanged.documentNo])).toEqual(before.slice(2));
  expect(receiver.documents).toEqual(numbers);
  await partner.mutate('pauseWebhook', id);
  await decide(2, { district: '120111' });
  await partner.mutate('replayWebhook', id);
  expect((await partner.webhook(id)).state).toBe('PAUSED');
  await partner.mutate('resumeWebhook', id);
  const [last] = await decide(1, { district: '120111' });
  await waitFor('the last', () => receiver.documents.includes(last));
  expect(receiver.documents).toEqual([...numbers, last]);
  // A cursor of another agency, or no cursor, moves nothing.
  const other = await join('DONGLI_HRSS');
  const theirs = await other.active();
  for (const cursor of [receiver.changes[0]?.cursor, 'x', '']) {
    await expect(other.mutate('replayWebhook', theirs, `, after: "${cursor ?? ''}"`)).rejects.toThrow('BAD_CURSOR');
  }
});

test('the challenge: an echo, a wrong key, another status or a redirect is no answer', async () => {
  const partner = await join('WUQING_HRSS');
  const { receiver } = partner;
  const id = await partner.register();
  const [keyId = '', secret = ''] = [...receiver.keys][0] ?? [];
  for (const answer of [
    200, 500, { status: 200, body: '{"response":""}' }, { status: 200, body: 'null' }, { status: 307, headers: { location: 'http://10.99.0.1/' } },
  ] as const) {
    receiver.answer = () => answer;
    await expect(partner.mutate('verifyWebhook', id)).rejects.toThrow('WEBHOOK_CHALLENGE_FAILED');
  }
  receiver.answer = ({ text, challenge }) => ({ status: 200, body: receiver.received.length % 2 ? text : JSON.stringify({ response: challenge }) });
  for (let i = 0; i < 2; i += 1) await expect(partner.mutate('verifyWebhook', id)).rejects.toThrow('WEBHOOK_CHALLENGE_FAILED');
  receiver.answer = () => 204;
  receiver.keys.set(keyId, `whsec_${Buffer.alloc(32).toString('base64')}`);
  await expect(partner.mutate('verifyWebhook', id)).rejects.toThrow('WEBHOOK_CHALLENGE_FAILED');
  await expect(partner.mutate('resumeWebhook', id)).rejects.toThrow('WEBHOOK_NOT_VERIFIED');
  await expect(partner.mutate('replayWebhook', id)).rejects.toThrow('WEBHOOK_NOT_VERIFIED');
  expect((await partner.webhook(id)).state).toBe('PENDING');
  receiver.keys.set(keyId, secret);
  expect((await partner.mutate('verifyWebhook', id)).state).toBe('ACTIVE');
  expect((await partner.mutate('verifyWebhook', id)).state).toBe('ACTIVE');
});

test('an address that was not approved is never registered, dialled or resolved; an approval that is withdrawn ends deliveries', async () => {
  const partner = await join('BAODI_HRSS');
  const { receiver } = partner;
  const looked = network.lookedUp.length;
  for (const url of ['http://10.99.0.1/', 'http://other.example/', `https://${partner.host}/`, `http://${partner.host}:8080/`, 'http://localhost/', 'http://169.254.169.254/latest/meta-data', `http://user@${partner.host}/`]) {
    await expect(partner.register({ url })).rejects.toThrow('WEBHOOK_TARGET_REFUSED');
  }
  // Another agency's approval is not one's own.
  const other = await join('NINGHE_HRSS');
  await expect(partner.register({ url: `http://${other.host}/` })).rejects.toThrow('WEBHOOK_TARGET_REFUSED');
  expect(network.lookedUp.length).toBe(looked);

  const id = await partner.active();
  await decide(1, { district: '120115' });
  await waitFor('one', () => receiver.changes.length === 1);
  // The name comes to point elsewhere: at the hub's own machine, at its link, at an address outside the range.
  // Before a translator the hub has an address that none of its interfaces knows of.
  network.ownRanges = [{ base: [10, 99, 250, 0], bits: 24 }];
  for (const [address, fault] of [['10.99.250.7', 'ADDRESS_OWN'], ['127.0.0.1', 'ADDRESS_LOOPBACK'], ['169.254.169.254', 'ADDRESS_LINK_LOCAL'], ['::ffff:127.0.0.1', 'ADDRESS_LOOPBACK'], ['10.98.0.1', 'ADDRESS_NOT_APPROVED']] as const) {
    const dialled = network.connected.length;
    const entries = (await running.entries()).filter(({ operation }) => operation === `POST webhook ${id}`).length;
    network.names.set(partner.host, [address]);
    await decide(1, { district: '120115' });
    expect((await partner.until(id, 'SUSPENDED')).suspension?.code).toBe('TARGET_REFUSED');
    expect(network.connected.length).toBe(dialled);
    expect((await running.entries()).filter(({ operation }) => operation === `POST webhook ${id}`)).toHaveLength(entries);
    expect((await events(partner, 'first: 1, state: FAILING')).nodes[0]?.deliveries[0]?.fault).toBe(fault);
    network.names.set(partner.host, [partner.address]);
    await partner.mutate('resumeWebhook', id);
    await waitFor('delivered again', async () => (await events(partner, 'first: 1, state: FAILING')).nodes.length === 0);
  }
  await partner.approvals.withdraw({ agency: 'BAODI_HRSS', host: partner.host, port: 80 }, 'test');
  await decide(1, { district: '120115' });
  expect((await partner.until(id, 'SUSPENDED')).suspension?.code).toBe('TARGET_REFUSED');
  expect(receiver.changes).toHaveLength(6);
});

test('what the boundary denies, what is no subscription, and a place of the caller’s are refused at the registration', async () => {
  const partner = await join('JIZHOU_HRSS');
  const refused = (query: string, more: Readonly<Record<string, unknown>> = {}): Promise<string> =>
    partner.register({ query, ...more }).then(() => 'registered', (error: unknown) => (error instanceof Error ? error.message : ''));
  expect(await refused('subscription { permitChanged { kind permit { documentNo content } } }')).toBe('BOUNDARY_DENIED');
  expect(await refused('subscription { permitChanged { kind permit { holder { identityMask } } } }')).toBe('BOUNDARY_DENIED');
  expect(await refused('{ permits(first: 1) { nodes { id } } }')).toBe('OPERATION_NOT_SERVED_HERE');
  expect(await refused('subscription { permitChanged(after: "x") { kind } }')).toBe('WEBHOOK_DOCUMENT_UNFIT');
  expect(await refused('subscription { permitChanged { kind permit { actions { action } } } }')).toBe('NOT_IN_FEED');
  expect(await refused('subscription { permitChanged { kynd } }')).not.toBe('registered');
  expect(await refused('nonsense')).not.toBe('registered');
  expect(await refused(watchPermits, { variables: { city: 'x' } })).toBe('BAD_USER_INPUT');
  expect(await refused(watchPermits, { label: '' })).toBe('BAD_USER_INPUT');
  expect(await refused(watchPermits, { label: '一\u0007' })).toBe('BAD_USER_INPUT');
  // An agency that is shown no permit has nothing to subscribe to.
  const foreign = await join('US_OFLC');
  await expect(foreign.register()).rejects.toThrow('BOUNDARY_DENIED');
});

test('webhooks are their agency’s administrators’: to everybody else they do not exist', async () => {
  const partner = await join('JINGHAI_HRSS');
  const id = await partner.active();
  const stranger = await join('HEPING_HRSS');
  for (const name of ['pauseWebhook', 'resumeWebhook', 'verifyWebhook', 'replayWebhook']) {
    expect(await stranger.call(`mutation ($id: ID!) { ${name}(id: $id) { id } }`, { id })).toBeNull();
  }
  expect(await stranger.call('mutation ($id: ID!) { removeWebhook(id: $id) }', { id })).toBe(false);
  expect(await stranger.call('mutation ($id: ID!) { redeliverWebhook(id: $id) }', { id })).toBeNull();
  expect(await stranger.call('mutation ($id: ID!) { rotateWebhookKey(id: $id) { secret } }', { id })).toBeNull();
  expect(await stranger.call('query ($id: ID!) { webhook(id: $id) { id } }', { id })).toBeNull();
  for (const odd of ['', '1', 'a\u0000b', "' OR true --"]) expect(await partner.call('query ($id: ID!) { webhook(id: $id) { id } }', { id: odd })).toBeNull();
  expect(JSON.stringify(await stranger.call('{ webhooks { id } }'))).not.toContain(id);
  // In no other role, and not as the agency itself.
  for (const token of [await running.token('JINGHAI_HRSS'), await running.hub.issuer.issue('JINGHAI_HRSS', 'AUDITOR'), await running.hub.issuer.issue('JINGHAI_HRSS', 'ANALYST')]) {
    const { errors } = await partner.ask('{ webhooks { id } }', {}, token);
    expect(errors?.map(({ extensions }) => extensions['code'])).toEqual(['BOUNDARY_DENIED']);
  }
  expect((await partner.webhook(id)).state).toBe('ACTIVE');
  // The administrator sees no record for all that.
  const { errors } = await partner.ask('{ permits(first: 1) { nodes { documentNo } } }');
  expect(errors?.map(({ extensions }) => extensions['code'])).toEqual(['BOUNDARY_DENIED']);
  expect(await partner.call('{ webhookTargets { host port ranges plainHttp } }')).toEqual([{ host: partner.host, port: 80, ranges: ['10.99.0.0/16'], plainHttp: true }]);
  expect(await partner.call('mutation ($id: ID!) { removeWebhook(id: $id) }', { id })).toBe(true);
  expect(await partner.call('{ webhooks { id } }')).toEqual([]);
});

test('challenges are counted: twelve an hour for a webhook, sixty for an agency, also at once and over webhooks that are gone', async () => {
  const partner = await join('HEBEI_HRSS');
  const { receiver } = partner;
  receiver.answer = () => 500;
  const outcome = (id: string): Promise<string> => partner.mutate('verifyWebhook', id).then(({ state }) => state, (error: unknown) => (error instanceof Error ? error.message : ''));
  const id = await partner.register();
  const outcomes = await Promise.all(Array.from({ length: 15 }, () => outcome(id)));
  expect(outcomes.filter((one) => one === 'WEBHOOK_CHALLENGE_FAILED')).toHaveLength(12);
  expect(outcomes.filter((one) => one === 'WEBHOOK_CHALLENGE_LIMIT')).toHaveLength(3);
  expect(receiver.received).toHaveLength(12);
  const { errors } = await partner.ask('mutation ($id: ID!) { verifyWebhook(id: $id) { id } }', { id });
  expect(errors?.map(({ extensions }) => [extensions['code'], Number(extensions['retryAfter']) > 3_000])).toEqual([['WEBHOOK_CHALLENGE_LIMIT', true]]);
  // A webhook registered anew has challenges of its own, until the agency has had all of its.
  for (let more = 0; more < 4; more += 1) {
    const again = await partner.register();
    for (let i = 0; i < 12; i += 1) expect(await outcome(again)).toBe('WEBHOOK_CHALLENGE_FAILED');
    await partner.call('mutation ($id: ID!) { removeWebhook(id: $id) }', { id: again });
  }
  const last = await partner.register();
  expect(await outcome(last)).toBe('WEBHOOK_CHALLENGE_LIMIT');
  expect(receiver.received).toHaveLength(60);
  // Another agency has its own; and an hour later both count no more.
  const other = await join('HEDONG_HRSS');
  await other.active();
  await running.database.pool().query(`UPDATE hub.webhook_challenge SET at = at - interval '61 minutes' WHERE agency = 'HEBEI_HRSS'`);
  receiver.answer = () => 204;
  expect(await outcome(last)).toBe('ACTIVE');
});

test('at most twenty webhooks of an agency, also when they are registered at once', async () => {
  const partner = await join('BINHAI_HRSS');
  const outcomes = await Promise.all(Array.from({ length: 24 }, () => partner.register().then(() => 'registered', (error: unknown) => (error instanceof Error ? error.message : ''))));
  expect(outcomes.filter((outcome) => outcome === 'registered')).toHaveLength(20);
  expect(outcomes.filter((outcome) => outcome === 'WEBHOOK_LIMIT')).toHaveLength(4);
});

test('keys, address and variables lie sealed, and move to a new key of the hub', async () => {
  const partner = await join('MUNI_HRSS');
  const { receiver } = partner;
  const id = await partner.active({ url: `http://${partner.host}/secret-path?token=abc` });
  const [secret = ''] = receiver.keys.values();
  const { rows } = await running.database.pool().query<{ text: string }>('SELECT w::text AS text FROM hub.webhook w WHERE id = $1', [id]);
  for (const part of [secret, secret.slice(6), 'secret-path', 'token=abc', 'permitChanged']) expect(rows[0]?.text).not.toContain(part);
  expect((await rotateKeys(running.database, running.folder, sealedTables, { retire: true })).retired.length).toBeGreaterThan(0);
  const [documentNo] = await decide(1);
  await waitFor('delivered with the re-sealed secret', () => receiver.documents.includes(documentNo));
  expect(receiver.changes.at(-1)?.signedBy).toHaveLength(1);
  await expect(running.database.pool().query(`UPDATE hub.webhook SET sealed = (SELECT sealed FROM hub.webhook WHERE id <> $1 LIMIT 1) WHERE id = $1`, [id])).resolves.toBeDefined();
  // A seal that was moved opens nowhere: nothing is sent with it.
  const sent = receiver.received.length;
  await decide(1);
  const { errors } = await partner.ask('query ($id: ID!) { webhook(id: $id) { id } }', { id });
  expect(errors).toHaveLength(1);
  expect(JSON.stringify(errors)).not.toContain('SEAL');
  expect(receiver.received.length).toBe(sent);
  await running.database.pool().query('DELETE FROM hub.webhook WHERE id = $1', [id]);
});
