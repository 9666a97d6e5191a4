import type pg from 'pg';
import type { ChildServer } from '../child-server.js';
import { nodeForServers } from '../servers.js';
import { SubscriberProcess } from './subscriber-process.js';

/** One way to bring a change to subscribers, and how it is set off. */
export interface Way {
  readonly name: string;
  readonly server: ChildServer;
  /** Commits something that this way alone brings to its subscribers; resolves when the commit was answered. */
  readonly commit: (owner: pg.Client, number: number) => Promise<unknown>;
}

/** What a way took. Milliseconds from the answer to the commit until the last subscriber had the frame; one for each round. */
export interface FanOut {
  readonly name: string;
  readonly subscribers: number;
  readonly milliseconds: readonly number[];
  /** Processor time of the server for an event, milliseconds. */
  readonly cpu: number;
  /** What a subscriber added to the peak memory of the server, kB. */
  readonly memory: number;
}

/** What subscribers ask for, and the text by which they know a change. */
export interface Followed {
  readonly query: string;
  readonly awaited: string;
}

/** What a partner of a bureau follows: a frame of about half a kilobyte. */
export const followedPermits: Followed = {
  awaited: '"kind":"CHANGED"',
  query:
  'subscription { permitChanged { kind number cursor documentNo permit { documentNo item status decidedOn validTo holder { name uscc } decidedBy { code nameZh } } } }',
};

/** Holds the subscribers of all ways at once and sets them off in turn, so that what is compared is close in time. */
export async function measureFanOut(owner: pg.Client, ways: readonly Way[], subscribers: number, rounds: number, token: string, followed: Followed, say: (line: string) => void): Promise<readonly FanOut[]> {
  const held: { readonly way: Way; readonly process: SubscriberProcess; readonly memory: number; cpu: number; readonly milliseconds: number[] }[] = [];
  try {
    for (const way of ways) {
      const before = way.server.peakMemory();
      const process = await SubscriberProcess.open(nodeForServers(), { url: way.server.url, count: subscribers, token, ...followed, keep: 0 });
      held.push({ way, process, memory: ((way.server.peakMemory() - before) * 1024) / subscribers, cpu: 0, milliseconds: [] });
      say(`${way.name}: ${subscribers} subscribers`);
    }
    // The first two rounds warm up.
    for (let round = 1; round <= rounds + 2; round++) {
      for (const one of held) {
        const cpu = one.way.server.cpuSeconds();
        const got = one.process.got(round);
        await one.way.commit(owner, round);
        const committed = process.hrtime.bigint();
        const milliseconds = Number((await got) - committed) / 1e6;
        if (round <= 2) continue;
        one.milliseconds.push(milliseconds);
        one.cpu += ((one.way.server.cpuSeconds() - cpu) * 1000) / rounds;
      }
    }
    return held.map(({ way, milliseconds, cpu, memory }) => ({ name: way.name, subscribers, milliseconds, cpu, memory }));
  } finally {
    for (const { process } of held) process.close();
  }
}
