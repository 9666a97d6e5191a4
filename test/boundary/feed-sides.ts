import { createSecretKey, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { getOperationAST } from 'graphql';
import type pg from 'pg';
import { AccessLog } from '../../src/access/log/access-log.js';
import { planIdentity } from '../../src/access/log/plan-identity.js';
import { EvidenceKeys } from '../../src/access/log/evidence-keys.js';
import { HubKeys, Seal } from '../../src/access/keys.js';
import { ChangeReader } from '../../src/feed/change-reader.js';
import { compileChange } from '../../src/feed/compile-change.js';
import { decideChange } from '../../src/feed/decide-change.js';
import { FeedCursors } from '../../src/feed/cursor.js';
import { FeedListener } from '../../src/feed/listener.js';
import { Sequencer } from '../../src/feed/sequencer.js';
import { Streams } from '../../src/feed/streams.js';
import { textLog } from '../../src/log.js';
import { systemClock } from '../../src/measures/clock.js';
import { argumentReader } from '../../src/planner/arguments.js';
import { namedSubjects } from '../support/named-subjects.js';
import { decideCoordinates } from '../../src/planner/decisions.js';
import { standingOf } from '../../src/access/viewer.js';
import { collectFields, coordinatesOf } from '../../src/planner/selection.js';
import { changes } from '../../src/server/schema.js';
import type { HubDatabase } from '../../src/database/database.js';
import { collectedStream } from '../feed/collected-stream.js';
import { quietReceipts } from '../feed/quiet-receipts.js';
import { EventStream } from '../feed/event-stream.js';
import type { History, Step } from './feed-pairs.js';
import type { Delivery, FeedSide } from './feed-rounds.js';
import type { GraphQLCall } from './hub-under-test.js';
import type { HubUnderTest } from './hub-under-test.js';
import type { Asker } from './judge.js';
import { plannerSide, viewerOf, type Layers } from './planner-sides.js';
import type { PermitRow, SubjectRow } from './world.js';

/** A stream that has told all there is sends its next heartbeat after this long. */
export const soon = 1;

/** Writes histories as a register would: through the triggers of the change log, a transaction each. */
export class HistoryWriter {
  readonly #client: pg.PoolClient;

  private constructor(client: pg.PoolClient) {
    this.#client = client;
  }

  static async open(database: HubDatabase): Promise<HistoryWriter> {
    return new HistoryWriter(await database.pool(undefined, 4).connect());
  }

  async apply(history: History): Promise<void> {
    for (const transaction of history) {
      await this.#client.query('BEGIN');
      for (const step of transaction) await this.#step(step);
      await this.#client.query('COMMIT');
    }
  }

  close(): void {
    this.#client.release();
  }

  async #step(step: Step): Promise<void> {
    if (step.form === 'subject') await this.#insert('subject', [step.row]);
    else if (step.form === 'insert') await this.#insert('permit', step.rows);
    else if (step.form === 'update') await this.#update('permit', step.after);
    else if (step.form === 'holder') await this.#update('subject', step.after);
    else await this.#client.query('DELETE FROM hub.permit WHERE id = $1', [step.row.id]);
  }

  async #insert(table: string, rows: readonly (PermitRow | SubjectRow)[]): Promise<void> {
    const columns = Object.keys(rows[0] ?? {}).join(', ');
    const insert = `INSERT INTO hub.${table} (${columns}) OVERRIDING SYSTEM VALUE SELECT ${columns} FROM jsonb_populate_recordset(NULL::hub.${table}, $1)`;
    await this.#client.query(table === 'subject' ? namedSubjects(insert) : insert, [JSON.stringify(rows)]);
  }

  async #update(table: string, row: PermitRow | SubjectRow): Promise<void> {
    const columns = Object.keys(row).filter((column) => column !== 'id').join(', ');
    const update = `UPDATE hub.${table} t SET (${columns}) = (SELECT ${columns} FROM jsonb_populate_record(NULL::hub.${table}, $1)) WHERE t.id = $2`;
    await this.#client.query(table === 'subject' ? namedSubjects(update) : update, [JSON.stringify(row), row.id]);
  }
}

/** A running hub, subscribed to as any partner does. It must have been started with `heartbeatMs: soon`. */
export async function hubFeedSide(hub: HubUnderTest, token: (asker: Asker) => Promise<string>): Promise<FeedSide & { close: () => void }> {
  const writer = await HistoryWriter.open(hub.database);
  return {
    apply: (history) => writer.apply(history),
    close: () => writer.close(),
    read: async (viewer, call) => {
      const stream = await EventStream.open(hub.hub.url, await token(viewer), call.query, call.variables, extensionsOf(viewer));
      const { status } = stream.response;
      if (status !== 200) return { status, frames: [await stream.response.text()] };
      const frames: string[] = [];
      for (let frame = await stream.next(); frame?.event === 'next'; frame = await stream.next()) {
        frames.push(frame.data);
        if (isLast(frame.data)) break;
      }
      stream.close();
      return { status, frames };
    },
  };
}

function extensionsOf({ purpose, caseNo }: Asker): Readonly<Record<string, string>> {
  return { ...(purpose === undefined ? {} : { purpose }), ...(caseNo === undefined ? {} : { caseNo }) };
}

function isLast(frame: string): boolean {
  return frame.includes('"k":"HEARTBEAT"') || frame.startsWith('{"errors"');
}

/** An access log as a hub opens it, with keys of its own in a folder of its own. */
export async function openEvidence(database: HubDatabase): Promise<{ readonly accessLog: AccessLog; readonly dataFolder: string }> {
  const dataFolder = await mkdtemp(path.join(tmpdir(), 'concordat-feed-'));
  const keys = new EvidenceKeys(new HubKeys(dataFolder));
  const options = { mode: 'database', keys, dataFolder, clock: systemClock, log: textLog('error', () => undefined) } as const;
  return { accessLog: await AccessLog.open(database, options), dataFolder };
}

/** What a subscription is made of, so that a fault may be planted in any part. */
export interface FeedLayers extends Layers {
  readonly cursors?: (seal: Seal, version: string) => FeedCursors;
}

/** The feed's own parts over a planner side: decides, compiles and streams as the transport does, without HTTP. */
export async function partsFeedSide(layers: FeedLayers = {}): Promise<FeedSide & { close: () => Promise<void> }> {
  const side = await plannerSide(layers);
  const { parts, planner, database } = side;
  // Loading worlds silenced the log; histories are what it is for.
  for (const table of ['permit', 'permit_action', 'subject']) await database.pool().query(`ALTER TABLE hub.${table} ENABLE TRIGGER USER`);
  const writer = await HistoryWriter.open(database);
  const seal = new Seal(createSecretKey(Buffer.alloc(32, 7)));
  const { accessLog, dataFolder } = await openEvidence(database);
  const listener = new FeedListener(database);
  const cursors = layers.cursors?.(seal, parts.policy.version) ?? new FeedCursors(seal, parts.policy.version);
  const sequencer = new Sequencer(database, listener, textLog('error', () => undefined));
  const streamParts = { reader: new ChangeReader({ readers: parts.readers, sequencer, clock: systemClock }), accessLog, receipts: quietReceipts(database, systemClock), cursors, listener, clock: systemClock, heartbeatMs: 0 };

  const read = async (asker: Asker, call: GraphQLCall): Promise<Delivery> => {
    const viewer = viewerOf(asker);
    const known = planner.admit(call.query);
    const operation = getOperationAST(known.document, null);
    const root = parts.schema.getSubscriptionType();
    const variables = operation && planner.coerce(operation, call.variables ?? {});
    if (!operation || !root || !variables || variables instanceof Array) throw new Error('the rounds make valid subscriptions');
    const [[key, nodes] = ['', []]] = collectFields(root, [operation.selectionSet], known.fragments, variables);
    const [node] = nodes;
    const declaration = changes.get(node?.name.value ?? '');
    if (!node || !declaration) throw new Error('the rounds subscribe to what there is');
    const used = new Set<string>();
    coordinatesOf(parts.schema, root, nodes, known.fragments, variables, used);
    const standing = standingOf(viewer);
    const asked = { operation, fragments: known.fragments, variables, standing };
    const allowed = await decideCoordinates(parts, asked, used);
    if (decideChange(parts, asked, declaration, root, nodes, allowed).refusal !== null) return { status: 403, frames: ['BOUNDARY_DENIED'] };
    const change = compileChange({ ...parts, standing, fragments: known.fragments, variables, allowed }, declaration, key, nodes);
    const after = argumentReader(node, 'after')(variables);
    const plan = planIdentity({ document: known.hash, operation: null, viewerClass: viewer.principal, purpose: viewer.purpose, boundary: parts.policy.version, coordinates: used });
    const evidence = { document: known.hash, operation: null, plan, boundary: parts.policy.version, purpose: viewer.purpose, caseNo: viewer.caseNo };
    const subscription = { change, viewer, after: typeof after === 'string' ? after : null, key: randomUUID(), evidence };
    const frames = await collectedStream(new Streams(streamParts), subscription, isLast);
    return { status: 200, frames };
  };

  return {
    apply: (history) => writer.apply(history),
    read,
    close: async () => {
      writer.close();
      await listener.close();
      await accessLog.close();
      await side.close();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}
