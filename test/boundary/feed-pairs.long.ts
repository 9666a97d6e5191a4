import { boundaries, boundaryPolicy } from '../../src/server/schema.js';
import { Coverage, feedUses } from './coverage.js';
import { hubFeedSide, soon } from './feed-sides.js';
import { FeedRounds } from './feed-rounds.js';
import { HubUnderTest } from './hub-under-test.js';
import type { Asker } from './judge.js';
import { explain } from './rounds.js';

/** Pairs of histories per run; more with FEED_PAIRS=…. */
const pairs = Number(process.env['FEED_PAIRS'] ?? '12');
/** From here on, every coordinate and argument of the subscription must have been asked under every relation. */
const full = pairs >= 150;
const seed = Number(process.env['FAST_CHECK_SEED'] ?? '1');

test(
  `${pairs} pairs of histories that differ only in what a subscriber may not see: same frames, numbers and order, from any cursor (L-14, L-15, L-17)`,
  async () => {
    const one = await HubUnderTest.start(undefined, { heartbeatMs: soon, silent: false });
    const other = await HubUnderTest.start(one, { heartbeatMs: soon, silent: false });
    const tokens = new Map<string, Promise<string>>();
    const token = (asker: Asker): Promise<string> => {
      const key = `${asker.agency} ${asker.role ?? ''} ${String(asker.bulk)}`;
      const known = tokens.get(key) ?? one.token(asker);
      tokens.set(key, known);
      return known;
    };
    const sides = [await hubFeedSide(one, token), await hubFeedSide(other, token)] as const;
    try {
      const coverage = new Coverage(boundaryPolicy(), boundaries, feedUses);
      const rounds = new FeedRounds(sides, coverage);
      const started = Date.now();
      let played = 0;
      for (let next = full ? coverage.next() : null; played < pairs || (played < 2 * pairs && next); next = full ? coverage.next() : null) {
        // Behind the pairs asked for come those about what chance has left out.
        const about = played < pairs ? null : next;
        const finding = await rounds.play(seed + played, about?.viewer, about?.wanted);
        if (finding) throw new Error(explain(finding));
        played += 1;
      }
      process.stdout.write(`feed: seed ${seed}, ${played} pairs of histories, ${rounds.frames} frames, ${Math.round((Date.now() - started) / 1000)} s\n`);
      if (full) {
        process.stdout.write(`feed: ${coverage.report()}\n`);
        expect(coverage.missing()).toEqual([]);
      }
    } finally {
      for (const side of sides) side.close();
      await one.close();
      await other.close();
    }
  },
  pairs * 3_000 + 60_000,
);
