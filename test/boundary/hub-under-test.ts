import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { HubKeys } from '../../src/access/keys.js';
import { NodeIds } from '../../src/access/node-ids.js';
import type { HubDatabase } from '../../src/database/database.js';
import type { Log } from '../../src/log.js';
import type { Clock } from '../../src/measures/clock.js';
import { Hub } from '../../src/server/hub.js';
import { nodes } from '../../src/server/schema.js';
import { testDatabase } from '../support/test-database.js';
import type { Asker } from './judge.js';
import { WorldLoader } from './world.js';

export { asker } from './viewers.js';

export type LaneName = 'apollo' | 'any';

export interface GraphQLCall {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** What came over the wire. */
export interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly body: string;
}

/** A hub on a database of its own, asked over HTTP as any partner asks it. */
export class HubUnderTest {
  private constructor(
    readonly database: HubDatabase,
    readonly hub: Hub,
    readonly loader: WorldLoader,
    readonly folder: string,
  ) {}

  /** `silent`: changes of the worlds are not in the change log. With `keysOf`, the new hub works with the same keys: its cursors and tokens are those of the other one. */
  static async start(keysOf?: HubUnderTest, options: { readonly heartbeatMs?: number; readonly silent?: boolean; readonly log?: Log; readonly clock?: Clock; readonly unlimited?: boolean } = {}): Promise<HubUnderTest> {
    const { silent = true, unlimited = false, ...hubOptions } = options;
    const folder = await mkdtemp(path.join(tmpdir(), 'concordat-boundary-'));
    if (keysOf) await cp(path.join(keysOf.folder, 'keys'), path.join(folder, 'keys'), { recursive: true });
    // Generated operations ask for more than any bureau may; what they must show is the boundary, not the budget.
    if (unlimited) await writeFile(path.join(folder, 'limits.yaml'), 'operationCost: 1000000000\nobjectsPerMinute: 1000000000\nburst: 1000000000\n');
    const database = await testDatabase();
    const hub = await Hub.start(database, { dataFolder: folder, port: 0, drainMs: 1_000, ...hubOptions });
    return new HubUnderTest(database, hub, await WorldLoader.open(database, silent), folder);
  }

  token(asker: Pick<Asker, 'agency' | 'role' | 'bulk'>): Promise<string> {
    return this.hub.issuer.issue(asker.agency, asker.role, asker.bulk === true ? 'bulk' : null);
  }

  /** The ids this hub gives out. */
  ids(): NodeIds {
    return new NodeIds(new HubKeys(this.folder).key('node'), nodes.keys());
  }

  async ask(token: string, call: GraphQLCall, lane: LaneName = 'any', headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const response = await fetch(this.hub.url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        ...(lane === 'apollo' ? { 'x-concordat-lane': 'apollo' } : {}),
        ...headers,
      },
      body: JSON.stringify(call),
    });
    return { status: response.status, type: response.headers.get('content-type'), body: await response.text() };
  }

  async close(): Promise<void> {
    this.loader.close();
    await this.hub.close();
    await this.database.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}
