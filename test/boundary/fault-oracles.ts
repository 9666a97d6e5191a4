import { createSecretKey } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { Seal } from '../../src/access/keys.js';
import type { Viewer } from '../../src/access/viewer.js';
import type { Boundary } from '../../src/boundary/declaration.js';
import type { BoundaryPolicy } from '../../src/boundary/policy.js';
import { ChangeReader } from '../../src/feed/change-reader.js';
import { headStatement, type CompiledChange } from '../../src/feed/compile-change.js';
import { FeedCursors } from '../../src/feed/cursor.js';
import { FeedListener } from '../../src/feed/listener.js';
import { Sequencer } from '../../src/feed/sequencer.js';
import { textLog } from '../../src/log.js';
import { Streams } from '../../src/feed/streams.js';
import { FixedClock } from '../../src/measures/clock.js';
import { boundaries, hubSchema } from '../../src/server/schema.js';
import { collectedStream } from '../feed/collected-stream.js';
import { quietReceipts } from '../feed/quiet-receipts.js';
import { openEvidence } from './feed-sides.js';
import { declarations, plannerSide, viewerOf } from './planner-sides.js';
import { asker } from './viewers.js';

/** L-21: boundaries that do not hold, each of which must stop the start. Returns the first one that did not. */
export async function unkeptStartUpDuty(start: (declared: readonly Boundary[]) => BoundaryPolicy): Promise<string | null> {
  const faulty: readonly (readonly [string, readonly Boundary[]])[] = [
    ['a relation without a clause', declarations((record) => ({ ...record, relations: record.relations.map((relation) => ({ ...relation, clauses: [] })) }))],
    ['a field without a declaration', boundaries.filter((boundary) => boundary.type !== 'PageInfo')],
    ['a field declared twice', [...boundaries, ...boundaries.filter((boundary) => boundary.type === 'PageInfo')]],
    ['a relation against a prohibition', declarations((record) => ({ ...record, relations: record.relations.map(({ where: { item: _, ...where }, ...relation }) => ({ ...relation, where })) }))],
    ['a sensitive group without a purpose', declarations((record) => ({ ...record, relations: record.relations.map((relation) => ({ ...relation, sees: { ...relation.sees, PERSONAL: { shown: 'full' } } })) }))],
  ];
  for (const [what, declared] of faulty) {
    const started = await Promise.resolve().then(() => start(declared)).then((policy) => hubSchema(policy)).then(() => true, () => false);
    if (started) return `started with ${what}`;
  }
  return null;
}

/** L-16: a stream must end with TOKEN_EXPIRED once its viewer has ended. `opened`: the viewer as the stream keeps it. */
export async function outlivedToken(opened: (viewer: Viewer) => Viewer): Promise<string | null> {
  const side = await plannerSide();
  const listener = new FeedListener(side.database);
  const { accessLog, dataFolder } = await openEvidence(side.database);
  const clock = new FixedClock('2026-03-02T01:00:00Z');
  const cursors = new FeedCursors(new Seal(createSecretKey(Buffer.alloc(32, 7))), side.parts.policy.version);
  // Heartbeats alone: nothing happens, and still the stream must look at its viewer.
  const change: CompiledChange = { type: 'Permit', key: 'x', read: () => headStatement, event: (row) => ({ position: 0n, seenBefore: false, seenAfter: false, identity: null, farewell: null, subject: null, row }), write: ({ kind }) => JSON.stringify(kind) };
  const quiet: CompiledChange = { ...change, read: () => ({ ...headStatement, statement: { name: 'nothing', text: 'SELECT epoch FROM shared.feed_head WHERE false' } }) };
  const viewer = { ...viewerOf(asker('HEPING_HRSS')), expiresAt: clock.now().getTime() + 60_000 };
  const evidence = { document: '0'.repeat(64), operation: null, plan: { digest: '0'.repeat(64), description: '{}' }, boundary: side.parts.policy.version, purpose: null, caseNo: null };
  const sequencer = new Sequencer(side.database, listener, textLog('error', () => undefined));
  const streams = new Streams({ reader: new ChangeReader({ readers: side.parts.readers, sequencer, clock }), accessLog, receipts: quietReceipts(side.database, clock), cursors, listener, clock, heartbeatMs: 0 });
  try {
    let frames = 0;
    const bodies = await collectedStream(streams, { change: quiet, viewer: opened(viewer), after: null, key: 'quiet', evidence }, () => {
      frames += 1;
      if (frames === 3) clock.set('2026-03-02T02:00:00Z');
      return frames >= 6;
    });
    const last = bodies.at(-1) ?? '';
    return last.includes('TOKEN_EXPIRED') ? null : frames >= 6 ? 'frames after the end of the token' : last;
  } finally {
    await listener.close();
    await accessLog.close();
    await rm(dataFolder, { recursive: true, force: true });
    await side.close();
  }
}

/** L-24: what was logged while marked values were asked for and shown must hold none of them. */
export function loggedValues(lines: readonly string[], marks: readonly string[]): string | null {
  const told = lines.find((line) => marks.some((mark) => line.includes(mark)));
  return told === undefined ? null : `a log line holds a value: ${told.slice(0, 200)}`;
}
