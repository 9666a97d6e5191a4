import type { Viewer } from '../../src/access/viewer.js';
import { FeedCursors, type FeedPlace } from '../../src/feed/cursor.js';
import { viewerOf } from './planner-sides.js';
import { asker } from './viewers.js';

const anybody = viewerOf(asker('MUNI_HRSS'));

/** Cursors that say where, and not whose. */
export class UnboundCursors extends FeedCursors {
  override close(place: FeedPlace, _viewer: Viewer, type: string): string {
    return super.close(place, anybody, type);
  }

  override open(cursor: string, _viewer: Viewer, type: string): FeedPlace | null {
    return super.open(cursor, anybody, type);
  }
}
