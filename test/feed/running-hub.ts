import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { EvidenceFolder } from '../../src/access/log/evidence-folder.js';
import { EvidenceKeys } from '../../src/access/log/evidence-keys.js';
import type { EvidenceMode } from '../../src/access/log/evidence-mode.js';
import { HubKeys } from '../../src/access/keys.js';
import { verifyLog, type LogVerification } from '../../src/access/log/verify-log.js';
import type { HubDatabase } from '../../src/database/database.js';
import type { ExportBounds } from '../../src/export/export-run.js';
import type { LimitSettings } from '../../src/limits/settings.js';
import type { Clock } from '../../src/measures/clock.js';
import { Hub } from '../../src/server/hub.js';
import type { Network } from '../../src/webhooks/network.js';
import { testDatabase } from '../support/test-database.js';
import { accessEntries, type Entry } from './evidence.js';
import { EventStream } from './event-stream.js';

const change = z.object({
  kind: z.enum(['OPENED', 'ENTERED', 'CHANGED', 'LEFT', 'HEARTBEAT']),
  number: z.number(),
  cursor: z.string(),
  documentNo: z.string().nullish(),
  permit: z.record(z.string(), z.unknown()).nullish(),
});
export type Change = z.infer<typeof change>;

const frameBody = z.union([
  z.strictObject({ data: z.strictObject({ permitChanged: change }) }),
  z.strictObject({ errors: z.array(z.object({ extensions: z.object({ code: z.string() }) })) }),
]);

export const watchPermits = `subscription ($after: String) {
  permitChanged(after: $after) { kind number cursor documentNo permit { documentNo item district status certificateNo holder { name } } }
}`;

/** A hub in this process on a database of its own; remembers every frame its streams brought. */
export class RunningHub {
  /** Data of all frames received so far, byte for byte. */
  readonly released: string[] = [];
  readonly #streams: EventStream[] = [];

  private constructor(
    readonly database: HubDatabase,
    readonly hub: Hub,
    readonly evidenceKeys: EvidenceKeys,
    readonly folder: string,
  ) {}

  /** `database`: another than a new one, closed with the hub. */
  static async start({ database: given, ...options }: { readonly database?: HubDatabase; readonly clock?: Clock; readonly heartbeatMs?: number; readonly evidence?: EvidenceMode; readonly exportBounds?: ExportBounds; readonly streamPatienceMs?: number; readonly limits?: LimitSettings; readonly network?: Network } = {}): Promise<RunningHub> {
    const database = given ?? (await testDatabase());
    const folder = await mkdtemp(path.join(tmpdir(), 'concordat-feed-'));
    const hub = await Hub.start(database, { dataFolder: folder, port: 0, drainMs: 1_000, ...options });
    return new RunningHub(database, hub, new EvidenceKeys(new HubKeys(folder)), folder);
  }

  token(agency: string): Promise<string> {
    return this.hub.issuer.issue(agency, null);
  }

  async subscribe(agency: string, after?: string, query = watchPermits): Promise<EventStream> {
    const stream = await EventStream.open(this.hub.url, await this.token(agency), query, after === undefined ? {} : { after });
    this.#streams.push(stream);
    return stream;
  }

  /** The next change of a stream; an error frame is thrown as its code. */
  async change(stream: EventStream): Promise<Change> {
    const frame = await stream.next();
    if (frame?.event !== 'next') throw new Error(`the stream ended: ${JSON.stringify(frame)}`);
    this.released.push(frame.data);
    const body = frameBody.parse(JSON.parse(frame.data));
    if ('errors' in body) throw new Error(body.errors.map(({ extensions }) => extensions.code).join());
    return body.data.permitChanged;
  }

  /** The next change that is no heartbeat. */
  async event(stream: EventStream): Promise<Change> {
    for (;;) {
      const next = await this.change(stream);
      if (next.kind !== 'HEARTBEAT') return next;
    }
  }

  entries(): Promise<Entry[]> {
    return accessEntries(this.database.pool());
  }

  /** Verifies the log as `hub verify-log` does. */
  verify(): Promise<LogVerification> {
    return verifyLog(this.database, { keys: this.evidenceKeys, folder: new EvidenceFolder(this.folder) });
  }

  async close(): Promise<void> {
    for (const stream of this.#streams) stream.close();
    await this.hub.close();
    await this.database.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}
