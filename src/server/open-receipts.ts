import type { Seal } from '../access/keys.js';
import { standingOf } from '../access/viewer.js';
import { viewerClass } from '../boundary/by-agreement.js';
import type { BoundaryPolicy } from '../boundary/policy.js';
import type { HubDatabase } from '../database/database.js';
import { DutySink } from '../duties/delivery-sink.js';
import { dutySeal } from '../duties/operations.js';
import { receiptDesk } from '../feed/acknowledge.js';
import { cursorTypeOf, type FeedCursors } from '../feed/cursor.js';
import { Receipts } from '../feed/receipts.js';
import type { Log } from '../log.js';
import { agreementsOf } from '../measures/agreements.js';
import { legalDate, type Clock } from '../measures/clock.js';
import type { Services } from '../planner/context.js';
import { feedHealth } from '../platforms/feed-health.js';
import { feedHealthReader } from '../platforms/operations.js';
import { changes } from './schema.js';

export interface ReceiptServiceParts {
  readonly services: Services;
  readonly policy: BoundaryPolicy;
  readonly seal: Seal;
  readonly cursors: FeedCursors;
  readonly clock: Clock;
  readonly log: Log;
}

/** Receipts of a hub with everybody who wants to know of them, and the operations that read and give them. */
export function openReceipts(database: HubDatabase, { services, policy, seal, cursors, clock, log }: ReceiptServiceParts): Receipts {
  // The owner's: row security shows a duty to readers of its own side alone.
  const pool = database.pool();
  const receipts = new Receipts({ pool, clock, log, sinks: [new DutySink(pool)] });
  const recordTypes = [...new Set([...changes.values()].map(({ type }) => type))];
  services.set(dutySeal, seal).set(feedHealthReader, () =>
    feedHealth(pool, clock.now(), ({ code, kind }) => {
      const principal = viewerClass(kind, agreementsOf(code, legalDate(clock.now())));
      return recordTypes.filter((type) => policy.allBranches(principal, type).length > 0);
    }),
  );
  services.set(receiptDesk, {
    receipts,
    open: (cursor, viewer) => {
      // A cursor is of one type, or of all this viewer sees (`Query.changes`).
      const visible = recordTypes.filter((type) => policy.branches(standingOf(viewer), type).length > 0);
      for (const types of [...recordTypes.map((type) => [type]), visible]) {
        const place = cursors.open(cursor, viewer, cursorTypeOf(types));
        if (place) return { recordTypes: types, place };
      }
      return null;
    },
  });
  return receipts;
}
