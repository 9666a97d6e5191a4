import path from 'node:path';
import { AccessLog } from '../access/access-log.js';
import { HubKeys, Seal } from '../access/keys.js';
import { NodeIds } from '../access/node-ids.js';
import { LocalIssuer } from '../access/tokens.js';
import { shieldRules } from '../boundary/shield.js';
import { competenceSettings, loadCompetenceSettings } from '../competence/settings.js';
import type { HubDatabase } from '../database/database.js';
import { heartbeatMs } from '../feed/change-stream.js';
import { FeedCursors } from '../feed/cursor.js';
import { FeedListener } from '../feed/listener.js';
import { sseTransport } from '../feed/sse.js';
import { systemClock, type Clock } from '../measures/clock.js';
import { Services } from '../planner/context.js';
import { Planner } from '../planner/planner.js';
import { Readers } from '../planner/readers.js';
import { HttpFront } from './http.js';
import { Lanes } from './lanes.js';
import { boundaryPolicy, changes, hubSchema, hubTables, nodes, reads } from './schema.js';

export interface HubOptions {
  readonly dataFolder: string;
  readonly port: number;
  /** Address to listen on, by default loopback. */
  readonly host?: string;
  /** When the port is taken, any free one serves. */
  readonly orAnyFreePort?: boolean;
  readonly clock?: Clock;
  readonly heartbeatMs?: number;
}

/** A running hub on a migrated database. */
export class Hub {
  private constructor(
    /** Address of the GraphQL endpoint. */
    readonly url: string,
    readonly issuer: LocalIssuer,
    readonly accessLog: AccessLog,
    readonly close: () => Promise<void>,
  ) {}

  /** Builds schema, boundary, planner, feed and front, and listens. Throws, and listens nowhere, when any part is missing. */
  static async start(database: HubDatabase, options: HubOptions): Promise<Hub> {
    const clock = options.clock ?? systemClock;
    const policy = boundaryPolicy(clock);
    const schema = await hubSchema(policy);
    const keys = new HubKeys(path.resolve(options.dataFolder));
    const seal = new Seal(keys.key('seal'));
    const issuer = await LocalIssuer.open(keys, clock);
    const readers = new Readers(database);
    const plannerParts = { schema, policy, rules: shieldRules(policy), tables: hubTables(), reads, nodes, ids: new NodeIds(keys.key('node'), nodes.keys()), seal, readers };
    const planner = new Planner(plannerParts);
    const accessLog = await AccessLog.open(database, keys.key('audit'));
    const listener = new FeedListener(database);
    await listener.open();
    const lanes = await Lanes.open(schema, planner, readers, new Services().set(competenceSettings, loadCompetenceSettings(options.dataFolder)));
    const stream = sseTransport({
      planner,
      plannerParts,
      changes,
      readers,
      accessLog,
      cursors: new FeedCursors(seal, policy.version),
      listener,
      clock,
      heartbeatMs: options.heartbeatMs ?? heartbeatMs,
    });
    let serving = true;
    const front = new HttpFront({ lanes, issuer, accessLog, boundaryVersion: policy.version, stream, ready: () => serving, clock });
    const url = await front.listen(options.host ?? '127.0.0.1', options.port, options.orAnyFreePort ?? false);
    return new Hub(url, issuer, accessLog, async () => {
      serving = false;
      await front.close();
      await lanes.close();
      await listener.close();
      await accessLog.close();
      await readers.close();
    });
  }
}
