import type { Seal } from '../access/keys.js';
import type { HubDatabase } from '../database/database.js';
import { DutySink } from '../duties/delivery-sink.js';
import { dutySeal } from '../duties/operations.js';
import { receiptDesk } from '../feed/acknowledge.js';
import type { FeedCursors } from '../feed/cursor.js';
import { Receipts } from '../feed/receipts.js';
import type { Log } from '../log.js';
import type { Clock } from '../measures/clock.js';
import type { Services } from '../planner/context.js';
import { changes } from './schema.js';

export interface ReceiptServiceParts {
  readonly services: Services;
  readonly seal: Seal;
  readonly cursors: FeedCursors;
  readonly clock: Clock;
  readonly log: Log;
}

/** Receipts of a hub with everybody who wants to know of them, and the operations that read and give them. */
export function openReceipts(database: HubDatabase, { services, seal, cursors, clock, log }: ReceiptServiceParts): Receipts {
  const pool = database.pool('concordat_writer');
  const receipts = new Receipts({ pool, clock, log, sinks: [new DutySink(pool)] });
  services.set(dutySeal, seal).set(receiptDesk, {
    receipts,
    open: (cursor, viewer) => {
      for (const { type: recordType } of changes.values()) {
        const place = cursors.open(cursor, viewer, recordType);
        if (place) return { recordType, place };
      }
      return null;
    },
  });
  return receipts;
}
