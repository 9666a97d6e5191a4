import { z } from 'zod';
import type { EventStream } from '../../feed/event-stream.js';
import { CreditHub, granted, type Answer } from '../credit-hub.js';

const standings = z.array(z.object({ measureNo: z.string(), state: z.string() }));
const page = z.object({ totalCount: z.number(), nodes: z.array(z.record(z.string(), z.unknown())) });

/** A measure that fits the entries of `CreditHub.list`; members may be replaced. */
export const measure = { number: 'C-1', code: 'TJ_INSPECTION', legalBasis: '实施细则三（五）', documentNo: '和平人社惩〔2026〕1号', on: '2026-02-01', cooperating: ['HEDONG_HRSS'] };

/** Joint measures over HTTP, with a token of the agency. */
export class MeasureHub {
  constructor(readonly lists: CreditHub) {}

  static async start(options: Parameters<typeof CreditHub.start>[0] = {}): Promise<MeasureHub> {
    return new MeasureHub(await CreditHub.start(options));
  }

  start(agency: string, entryNo: string, changes: object = {}): Promise<Answer> {
    return this.lists.ask(agency, 'mutation ($input: JointMeasureInput!) { startJointMeasure(input: $input) { measureNo state } }', { input: { ...measure, entryNo, ...changes } });
  }

  /** Begins a measure and returns where its rows stand, the lead's first; throws where it is refused. */
  async begin(agency: string, entryNo: string, changes: object = {}): Promise<readonly string[]> {
    return standings.parse(granted(await this.start(agency, entryNo, changes))['startJointMeasure']).map(({ measureNo, state }) => `${measureNo} ${state}`);
  }

  take(agency: string, measureNo: string, step: string, on: string, note: string | null = null): Promise<Answer> {
    return this.lists.ask(agency, 'mutation ($input: JointMeasureStepInput!) { takeJointMeasureStep(input: $input) { measureNo state } }', { input: { measureNo, step, on, note } });
  }

  /** Takes a step and returns where it led; throws where it is refused. */
  async taken(agency: string, measureNo: string, step: string, on: string, note: string | null = null): Promise<string> {
    return z.object({ state: z.string() }).parse(granted(await this.take(agency, measureNo, step, on, note))['takeJointMeasureStep']).state;
  }

  /** The measures an agency sees, newest first, with the fields asked for. */
  async seen(agency: string, filter = '', fields = 'measureNo state'): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const answer = await this.lists.ask(agency, `{ jointMeasures(first: 100${filter === '' ? '' : `, filter: {${filter}}`}) { totalCount nodes { ${fields} } } }`);
    const { totalCount, nodes } = page.parse(granted(answer)['jointMeasures']);
    if (totalCount !== nodes.length) throw new Error(`${totalCount} measures counted, ${nodes.length} shown`);
    return nodes;
  }

  /** Repairs an entry of `CreditHub.list`. */
  repair(entryNo: string, on = '2026-08-01'): Promise<void> {
    return this.lists.repair(entryNo, on);
  }

  close(): Promise<void> {
    return this.lists.close();
  }
}

const frame = z.object({ data: z.object({ jointMeasureChanged: z.object({ kind: z.string(), number: z.number(), measureNo: z.string().nullable(), measure: z.record(z.string(), z.unknown()).nullable() }) }) });
export type MeasureFrame = z.infer<typeof frame>['data']['jointMeasureChanged'];

/** The next frames of `jointMeasureChanged`, heartbeats left out: so many, or those up to the one that says enough. */
export async function watched(stream: EventStream, enough: number | ((last: MeasureFrame) => boolean)): Promise<MeasureFrame[]> {
  const frames: MeasureFrame[] = [];
  for (;;) {
    const last = frames.at(-1);
    if (typeof enough === 'number' ? frames.length === enough : last !== undefined && enough(last)) return frames;
    const next = await stream.next();
    if (next?.event !== 'next') throw new Error(`the stream ended: ${JSON.stringify(next)}`);
    const change = frame.parse(JSON.parse(next.data)).data.jointMeasureChanged;
    if (change.kind !== 'HEARTBEAT') frames.push(change);
  }
}
