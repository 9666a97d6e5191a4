import { connect as connectTo } from 'node:net';
import { createClient, type Client } from 'graphql-ws';
import WebSocket from 'ws';
import { z } from 'zod';
import { settingsOf, defaultLimits } from '../../src/limits/settings.js';
import { FixedClock } from '../../src/measures/clock.js';
import { waitFor } from '../support/wait-for.js';
import { withoutEvidence } from './evidence.js';
import { addPermits, addSubject } from './registry-rows.js';
import { RunningHub, watchPermits, type Change } from './running-hub.js';

let running: RunningHub;
const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  await running.close();
});

const address = (): string => running.hub.url.replace(/^http/, 'ws');

async function connect(agency: string): Promise<Client> {
  const token = await running.token(agency);
  const client = createClient({ url: address(), webSocketImpl: WebSocket, connectionParams: { authorization: `Bearer ${token}` }, retryAttempts: 0 });
  closing.push(() => client.dispose());
  return client;
}

interface Following {
  next(): Promise<Change>;
  leave(): Promise<unknown>;
}

/** A subscription of the real client; errors of a frame are thrown as their codes. */
function follow(client: Client, after?: string, query = watchPermits): Following {
  const stream = client.iterate<{ permitChanged: Change }>({ query, variables: after === undefined ? {} : { after } });
  return {
    next: async () => {
      const result = await stream.next();
      if (result.done === true) throw new Error('the stream is complete');
      const { data, errors } = result.value;
      if (!data) throw new Error(errors?.map(({ extensions }) => String(extensions?.['code'])).join() ?? 'no data');
      return data.permitChanged;
    },
    leave: () => stream.return?.() ?? Promise.resolve(),
  };
}

const brief = ({ kind, number, documentNo }: Change): unknown[] => [kind, number, documentNo ?? null];

const message = z.object({ type: z.string(), id: z.string().optional() });

/** A connection by hand: what it says, in order, and how it is closed. */
async function byHand(headers: Readonly<Record<string, string>> = {}, offered = 'graphql-transport-ws') {
  const socket = new WebSocket(address(), offered, { headers });
  closing.push(() => socket.terminate());
  const said: { type: string; id?: string | undefined; text: string }[] = [];
  socket.on('message', (data: Buffer) => {
    const text = data.toString();
    said.push({ ...message.parse(JSON.parse(text)), text });
  });
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  return { socket, said, closed, say: (one: object) => socket.send(JSON.stringify(one)) };
}

/** A connection by hand that is acknowledged. */
async function acknowledged(agency: string) {
  const hand = await byHand({ authorization: `Bearer ${await running.token(agency)}` });
  hand.say({ type: 'connection_init' });
  await waitFor('the acknowledgement', () => hand.said.length === 1, 10);
  return hand;
}

describe('subscriptions over WebSocket', () => {
  beforeEach(async () => {
    running = await RunningHub.start({ heartbeatMs: 60_000 });
  });

  test('the graphql-ws client reads what SSE reads, goes on from the cursor of either, and both have their evidence', async () => {
    const pool = running.database.pool();
    const holderId = await addSubject(pool, '甲');
    const client = await connect('HEPING_HRSS');
    const web = follow(client);
    expect(await web.next()).toMatchObject({ kind: 'OPENED', number: 0 });
    const sse = await running.subscribe('HEPING_HRSS');
    await running.event(sse);
    await addPermits(pool, [0, 1, 2].map((i) => ({ documentNo: `A${i}`, holderId, certificateNo: `c${i}` })));
    const overWeb = [await web.next(), await web.next(), await web.next()];
    const overSse = [await running.event(sse), await running.event(sse), await running.event(sse)];
    expect(overWeb).toEqual(overSse);
    expect(overWeb.map(brief)).toEqual([['ENTERED', 1, 'A0'], ['ENTERED', 2, 'A1'], ['ENTERED', 3, 'A2']]);

    const resumed = follow(client, overSse[0]?.cursor);
    expect(brief(await resumed.next())).toEqual(['OPENED', 1, null]);
    expect([brief(await resumed.next()), brief(await resumed.next())]).toEqual([['ENTERED', 2, 'A1'], ['ENTERED', 3, 'A2']]);
    const back = await running.subscribe('HEPING_HRSS', overWeb[1]?.cursor);
    expect(brief(await running.event(back))).toEqual(['OPENED', 2, null]);
    expect(brief(await running.event(back))).toEqual(['ENTERED', 3, 'A2']);
    // Two transports, four streams, one execution: three frames in the evidence, and each body that left has its entry.
    const frames = (await running.entries()).filter(({ records }) => records === 1);
    expect(frames.length).toBe(3);
    expect(withoutEvidence(new Set(running.released), await running.entries(), running.evidenceKeys)).toEqual([]);
    await web.leave();
    await resumed.leave();
  });

  test('a token in the header does as well; several subscriptions of one connection do not disturb each other', async () => {
    const pool = running.database.pool();
    const holderId = await addSubject(pool, '号'.repeat(3_000));
    const { say, said } = await acknowledged('MUNI_HRSS');
    say({ type: 'ping' });
    say({ type: 'subscribe', id: 'wide', payload: { query: 'subscription { permitChanged { kind number permit { documentNo holder { name } } } }' } });
    say({ type: 'subscribe', id: 'narrow', payload: { query: 'subscription { permitChanged { number } }' } });
    await waitFor('both to open', () => said.length === 4);
    await addPermits(pool, Array.from({ length: 40 }, (_, i) => ({ documentNo: `D${i}`, holderId })));
    await waitFor('all frames', () => said.length === 84);
    expect(said.slice(0, 2).map(({ type }) => type)).toEqual(['connection_ack', 'pong']);
    for (const id of ['wide', 'narrow']) {
      const numbers = said.filter((one) => one.id === id).map(({ text }) => Number(/"number":(\d+)/.exec(text)?.[1]));
      expect(numbers).toEqual(Array.from({ length: 41 }, (_, i) => i));
    }
    say({ type: 'complete', id: 'wide' });
    await addPermits(pool, [{ documentNo: 'E', holderId }]);
    await waitFor('the other to go on', () => said.length === 85);
    expect(said.at(-1)?.id).toBe('narrow');
  });

  test('what is denied, unknown or no subscription does not open, and the connection goes on', async () => {
    const { say, said } = await acknowledged('HEPING_HRSS');
    const asked = [
      ['subscription { permitChanged { permit { content } } }', 'BOUNDARY_DENIED'],
      ['subscription { nothing }', 'GRAPHQL_VALIDATION_FAILED'],
      ['{ viewer { principal } }', 'OPERATION_NOT_SERVED_HERE'],
      ['subscription {', 'GRAPHQL_PARSE_FAILED'],
      ['subscription { permitChanged(after: "x") { number } }', 'CURSOR_INVALID'],
    ] as const;
    for (const [query, code] of asked) {
      say({ type: 'subscribe', id: query, payload: { query } });
      await waitFor(code, () => said.some(({ id, text }) => id === query && text.includes(`"${code}"`)));
    }
    expect(said.filter(({ type }) => type === 'error').length).toBe(4);
    expect(said.filter(({ type }) => type === 'complete').length).toBe(1);
    // Each refusal stands in the evidence, and nothing that was refused opened a stream.
    expect((await running.entries()).filter(({ outcome }) => outcome === 'DENIED').length).toBe(1);
    expect((await running.entries()).filter(({ outcome }) => outcome === 'REFUSED').length).toBe(3);
  });

  test('connections that keep no rule are closed with the code of the protocol', async () => {
    const token = await running.token('HEPING_HRSS');
    const none = await byHand();
    none.say({ type: 'connection_init', payload: {} });
    expect(await none.closed).toBe(4401);
    const wrong = await byHand({ authorization: `Bearer ${token}` });
    wrong.say({ type: 'connection_init', payload: { authorization: 'Bearer nonsense' } });
    expect(await wrong.closed).toBe(4401);
    const early = await byHand({ authorization: `Bearer ${token}` });
    early.say({ type: 'subscribe', id: '1', payload: { query: watchPermits } });
    expect(await early.closed).toBe(4401);
    const broken = await byHand();
    broken.say({ type: 'hello' });
    expect(await broken.closed).toBe(4400);
    const twice = await byHand({ authorization: `Bearer ${token}` });
    twice.say({ type: 'connection_init' });
    twice.say({ type: 'connection_init' });
    expect(await twice.closed).toBe(4429);
    const same = await byHand({ authorization: `Bearer ${token}` });
    same.say({ type: 'connection_init' });
    await waitFor('the acknowledgement', () => same.said.length === 1);
    for (let i = 0; i < 2; i += 1) same.say({ type: 'subscribe', id: '1', payload: { query: watchPermits } });
    expect(await same.closed).toBe(4409);
    const large = await byHand();
    large.say({ type: 'ping', payload: { text: 'x'.repeat(300_000) } });
    expect(await large.closed).toBe(1009);
    const silent = await byHand({ authorization: `Bearer ${token}` });
    expect(await silent.closed).toBe(4408);
  });

  test('no upgrade for another site, another protocol or another address', async () => {
    const token = `Bearer ${await running.token('HEPING_HRSS')}`;
    await expect(byHand({ authorization: token, origin: 'https://elsewhere.example' })).rejects.toThrow('403');
    await expect(byHand({ authorization: token }, 'graphql-ws')).rejects.toThrow('400');
    const { host } = new URL(running.hub.url);
    expect((await byHand({ authorization: token, origin: `http://${host}` })).socket.protocol).toBe('graphql-transport-ws');
  });

  test('a request that offers another upgrade, as Java’s client does with HTTP/2, is answered as if it had not', async () => {
    const token = await running.token('HEPING_HRSS');
    const { hostname, port } = new URL(running.hub.url);
    const ask = (query: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const socket = connectTo(Number(port), hostname);
        closing.push(() => socket.destroy());
        let text = '';
        socket.on('data', (chunk: Buffer) => {
          text += chunk.toString();
          if (text.includes('\r\n\r\n{') && text.endsWith('}')) resolve(text);
        });
        socket.once('error', reject);
        const body = JSON.stringify({ query });
        const head = ['POST /graphql HTTP/1.1', `Host: ${hostname}:${port}`, 'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA',
          `Authorization: Bearer ${token}`, 'Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`];
        // The body in two parts, so that one comes with the head and one behind it.
        socket.write(`${head.join('\r\n')}\r\n\r\n${body.slice(0, 10)}`, () => setImmediate(() => socket.write(body.slice(10))));
      });
    const answer = await ask('{ viewer { principal } }');
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(answer).toContain('"principal":"DISTRICT_HRSS"');
    expect(await ask(`{ viewer { principal } } # ${'x'.repeat(40_000)}`)).toContain('"principal":"DISTRICT_HRSS"');
  });

  test('a hub that stops tells every stream, resumable, and closes with 1012', async () => {
    const { say, said, closed } = await acknowledged('HEPING_HRSS');
    say({ type: 'subscribe', id: '1', payload: { query: watchPermits } });
    await waitFor('the stream to open', () => said.length === 2);
    const stopped = running.hub.close();
    expect(await closed).toBe(1012);
    expect(said.slice(2).map(({ type, text }) => [type, text.includes('HUB_STOPPING')])).toEqual([['next', true], ['complete', false]]);
    await stopped;
  });
});

test('the end of the token ends the streams, then the connection, in a way its client comes back from', async () => {
  const clock = new FixedClock('2026-03-02T01:00:00Z');
  running = await RunningHub.start({ clock });
  const { say, said, closed } = await acknowledged('HEPING_HRSS');
  say({ type: 'subscribe', id: '1', payload: { query: watchPermits } });
  await waitFor('the stream to open', () => said.length === 2);
  clock.set('2026-03-02T14:00:00Z');
  await waitFor('the stream to end', () => said.at(-1)?.type === 'complete');
  expect(said.at(-2)?.text).toContain('"TOKEN_EXPIRED"');
  say({ type: 'subscribe', id: '2', payload: { query: watchPermits } });
  expect(await closed).toBe(4403);
});

test('an agency has so many streams and connections, whatever the transport; another has its own', async () => {
  running = await RunningHub.start({ limits: settingsOf({ ...defaultLimits, subscriptions: 2, connections: 1 }, new Map()) });
  const client = await connect('HEPING_HRSS');
  const web = follow(client);
  await web.next();
  const sse = await running.subscribe('HEPING_HRSS');
  await running.event(sse);
  const refused = await running.subscribe('HEPING_HRSS');
  expect(refused.response.status).toBe(429);
  expect(await refused.response.text()).toContain('"STREAM_LIMIT"');
  await expect(follow(client).next()).rejects.toMatchObject([{ extensions: { code: 'STREAM_LIMIT' } }]);
  const second = await byHand({ authorization: `Bearer ${await running.token('HEPING_HRSS')}` });
  second.say({ type: 'connection_init' });
  expect(await second.closed).toBe(4429);
  expect(await follow(await connect('HEXI_HRSS')).next()).toMatchObject({ kind: 'OPENED' });
  sse.close();
  await waitFor('the place to be free again', async () => (await running.subscribe('HEPING_HRSS')).response.status === 200);
});

test('a connection that does not read is cut; the client goes on behind its last cursor', async () => {
  running = await RunningHub.start({ heartbeatMs: 60_000, streamPatienceMs: 500 });
  const pool = running.database.pool();
  const holderId = await addSubject(pool, '号'.repeat(2_000));
  const names = Array.from({ length: 30 }, (_, i) => `n${i}: holder { name }`).join(' ');
  const query = `subscription ($after: String) { permitChanged(after: $after) { kind number cursor permit { ${names} } } }`;
  const { say, said, socket } = await acknowledged('HEPING_HRSS');
  say({ type: 'subscribe', id: '1', payload: { query } });
  await waitFor('the stream to open', () => said.length === 2);
  socket.pause();
  await addPermits(pool, Array.from({ length: 200 }, (_, i) => ({ documentNo: `D${i}`, holderId })));
  const codes = async (): Promise<boolean> => (await running.entries()).some(({ status, records, outcome }) => outcome === 'STREAM' && status === 200 && records === 0);
  await waitFor('the evidence of the stream', codes);
  await waitFor('the stream to be given up', async () => {
    const { rows } = await pool.query<{ entry: string }>(`SELECT entry FROM hub.access_entry WHERE entry LIKE '%"act":"close"%'`);
    return rows.length === 1;
  });
  socket.resume();
  await waitFor('the end', () => said.at(-1)?.type === 'complete');
  expect(said.at(-2)?.text).toContain('"SLOW_READER"');
  const got = said.slice(1, -2);
  expect(got.map(({ text }) => Number(/"number":(\d+)/.exec(text)?.[1]))).toEqual(got.map((_, i) => i));
  expect(got.length).toBeLessThan(200);
  const client = await connect('HEPING_HRSS');
  const resumed = follow(client, /"cursor":"([^"]+)"/.exec(got.at(-1)?.text ?? '')?.[1], query);
  for (let number = got.length - 1; number <= 200; number += 1) expect((await resumed.next()).number).toBe(number);
});
