import { z } from 'zod';
import { EventStream } from '../feed/event-stream.js';
import { RunningHub } from '../feed/running-hub.js';

const answer = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z.array(z.object({ message: z.string(), extensions: z.record(z.string(), z.unknown()) })).optional(),
});
export type Answer = z.infer<typeof answer>;

/** A frame of `creditListChanged`, by whatever transport. */
export const listFrame = z.object({
  data: z.object({
    creditListChanged: z.object({
      kind: z.string(), number: z.number(), cursor: z.string(), entryNo: z.string().nullish(), leftAs: z.string().nullish(),
      entry: z.record(z.string(), z.unknown()).nullish(),
    }),
  }),
});
export type ListChange = z.infer<typeof listFrame>['data']['creditListChanged'];

export const watchLists = (filter = ''): string =>
  `subscription ($after: String) { creditListChanged(after: $after${filter === '' ? '' : `, filter: {${filter}}`}) { kind number cursor entryNo leftAs entry { entryNo list state subjectName } } }`;

/** A proposal that fits; members may be replaced. */
export const proposal = {
  number: '2026-1', list: 'BLACK', ground: 'WAGE_ARREARS', legalBasis: '人社部令第45号', documentNo: '和平人社列〔2026〕1号', severity: 'SERIOUS',
  reason: '拖欠 37 名农民工工资，经责令仍不支付', district: '120101', subjectKind: 'ORGANISATION', subjectName: '天津甲劳务有限公司',
  subjectUscc: '91120116MA0HUB014T', proposedOn: '2026-01-05',
};

/** Valid credit codes of made-up organisations. */
export const codesOf = { one: '91120116MA0HUB014T', other: '91120118MA0HUB022J' };

/** A hub with lists: every call goes over HTTP with a token of the agency. */
export class CreditHub {
  readonly #streams: EventStream[] = [];

  private constructor(readonly running: RunningHub) {}

  static async start(options: Parameters<typeof RunningHub.start>[0] = {}): Promise<CreditHub> {
    return new CreditHub(await RunningHub.start({ heartbeatMs: 60_000, ...options }));
  }

  async ask(agency: string, query: string, variables: object = {}, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const response = await fetch(this.running.hub.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await this.running.token(agency)}`, ...headers },
      body: JSON.stringify({ query, variables }),
    });
    return answer.parse(await response.json());
  }

  propose(agency: string, changes: object = {}): Promise<Answer> {
    return this.ask(agency, 'mutation ($input: ListProposalInput!) { proposeListEntry(input: $input) { entryNo state } }', { input: { ...proposal, ...changes } });
  }

  take(agency: string, entryNo: string, step: string, on: string, more: object = {}): Promise<Answer> {
    return this.ask(agency, 'mutation ($input: ListStepInput!) { takeListEntryStep(input: $input) { entryNo state } }', { input: { entryNo, step, on, ...more } });
  }

  file(agency: string, entryNo: string, kind: 'OBJECTION' | 'REPAIR', filedOn: string, more: object = {}): Promise<Answer> {
    const input = { number: `${kind}-${entryNo}-${filedOn}`, entryNo, kind, filedOn, grounds: '已履行全部义务', ...(kind === 'REPAIR' ? { promiseGiven: true } : {}), ...more };
    return this.ask(agency, 'mutation ($input: CreditCaseInput!) { fileCreditCase(input: $input) { caseNo state } }', { input });
  }

  handle(agency: string, caseNo: string, step: string, on: string, more: object = {}): Promise<Answer> {
    return this.ask(agency, 'mutation ($input: CreditCaseStepInput!) { takeCreditCaseStep(input: $input) { caseNo state } }', { input: { caseNo, step, on, ...more } });
  }

  /** Files a case as the organ that answers for the entry; returns its number. */
  async object(entryNo: string, on: string): Promise<string> {
    return caseNoOf(await this.file(organOf(entryNo), entryNo, 'OBJECTION', on));
  }

  /** Brings a case before the organ. */
  async review(caseNo: string, on: string): Promise<void> {
    const centre = caseNo.startsWith('XM_') ? 'XM_CREDIT_DIV' : 'CREDIT_PLATFORM';
    for (const step of ['ACCEPT', 'REVIEW']) granted(await this.handle(centre, caseNo, step, on));
  }

  /** Repairs an entry by a case, in one day; throws where a step is refused. */
  async repair(entryNo: string, on: string): Promise<void> {
    const caseNo = caseNoOf(await this.file(organOf(entryNo), entryNo, 'REPAIR', on));
    await this.review(caseNo, on);
    granted(await this.handle(organOf(entryNo), caseNo, 'GRANT', on, { conductCorrected: true, dutiesMet: true }));
  }

  /** Brings an entry onto the list by every step there is; throws where one is refused. */
  async list(agency: string, changes: object = {}, period: { readonly validFrom?: string; readonly validTo?: string | null; readonly repairFrom?: string } = {}): Promise<string> {
    const { entryNo } = z.object({ entryNo: z.string() }).parse(granted(await this.propose(agency, changes))['proposeListEntry']);
    granted(await this.take(agency, entryNo, 'INFORM', '2026-01-06', { defenceUntil: '2026-01-09' }));
    granted(await this.take(agency, entryNo, 'DECIDE', '2026-01-12', { validFrom: '2026-01-12', validTo: '2029-01-11', repairFrom: '2026-07-12', ...period }));
    granted(await this.take(agency, entryNo, 'PUBLISH', '2026-01-12'));
    return entryNo;
  }

  async subscribe(agency: string, query = watchLists(), after?: string): Promise<EventStream> {
    const stream = await EventStream.open(this.running.hub.url, await this.running.token(agency), query, after === undefined ? {} : { after });
    this.#streams.push(stream);
    return stream;
  }

  async change(stream: EventStream): Promise<ListChange> {
    for (;;) {
      const next = await stream.next();
      if (next?.event !== 'next') throw new Error(`the stream ended: ${JSON.stringify(next)}`);
      const change = listFrame.parse(JSON.parse(next.data)).data.creditListChanged;
      if (change.kind !== 'HEARTBEAT') return change;
    }
  }

  async close(): Promise<void> {
    for (const stream of this.#streams) stream.close();
    await this.running.close();
  }
}

/** The data of an answer without errors; throws the errors otherwise. */
export function granted({ data, errors }: Answer): Readonly<Record<string, unknown>> {
  if (errors || !data) throw new Error(JSON.stringify(errors));
  return data;
}

/** The organ that answers for an entry, by its number. */
function organOf(entryNo: string): string {
  return entryNo.split('/')[0] ?? '';
}

export function caseNoOf(answer: Answer): string {
  return z.object({ caseNo: z.string() }).parse(granted(answer)['fileCreditCase']).caseNo;
}

/** Reason of a refused write, or the code of the error. */
export function refusedWith({ errors }: Answer): unknown {
  return errors?.[0]?.extensions['reason'] ?? errors?.[0]?.extensions['code'];
}
