import { z } from 'zod';
import { CreditHub, codesOf, granted, type Answer } from '../credit-hub.js';
import type { EventStream } from '../../feed/event-stream.js';

/** A frame of `creditRecordChanged`, by whatever transport. */
const recordFrame = z.object({
  data: z.object({
    creditRecordChanged: z.object({
      kind: z.string(), number: z.number(), cursor: z.string(), recordNo: z.string().nullish(), leftAs: z.string().nullish(),
      record: z.record(z.string(), z.unknown()).nullish(),
    }),
  }),
});
export type RecordChange = z.infer<typeof recordFrame>['data']['creditRecordChanged'];

export const watchRecords = (filter = ''): string =>
  `subscription ($after: String) { creditRecordChanged(after: $after${filter === '' ? '' : `, filter: {${filter}}`}) { kind number cursor recordNo leftAs record { recordNo category state penalties } } }`;

/** A result that fits; members may be replaced. Its penalties show it from 8 May 2026 to 7 May 2027. */
export const information = {
  number: '2026-1', category: 'WARNING', inspectionNo: '厦人社检〔2026〕9号', ground: 'WAGE_ARREARS', legalBasis: '劳动保障监察条例', documentNo: '思人社罚〔2026〕3号',
  problem: '未按月支付工资', handling: '罚款并责令改正', district: '350203', subjectKind: 'ORGANISATION', subjectName: '厦门甲劳务有限公司', subjectUscc: codesOf.one,
  penalties: ['FINE', 'WARNING'], decidedOn: '2026-05-08',
};

/** A hub with credit records: every call goes over HTTP with a token of the agency. */
export class RecordHub {
  private constructor(readonly credit: CreditHub) {}

  static async start(options: Parameters<typeof CreditHub.start>[0] = {}): Promise<RecordHub> {
    return new RecordHub(await CreditHub.start(options));
  }

  ask(agency: string, query: string, variables: object = {}): Promise<Answer> {
    return this.credit.ask(agency, query, variables);
  }

  record(agency: string, changes: object = {}): Promise<Answer> {
    return this.ask(agency, 'mutation ($input: CreditInformationInput!) { recordCreditInformation(input: $input) { recordNo state } }', { input: { ...information, ...changes } });
  }

  take(agency: string, recordNo: string, step: string, on: string, more: object = {}): Promise<Answer> {
    return this.ask(agency, 'mutation ($input: CreditRecordStepInput!) { takeCreditRecordStep(input: $input) { recordNo state } }', { input: { recordNo, step, on, ...more } });
  }

  release(agency: string, recordNo: string, on = '2026-06-01', reason: string | null = null): Promise<Answer> {
    return this.ask(agency, 'mutation ($recordNo: ID!, $on: LegalDate!, $reason: String) { releaseCreditRecord(recordNo: $recordNo, on: $on, reason: $reason) { recordNo state } }', { recordNo, on, reason });
  }

  /** Brings a result into the credit file by every step there is; throws where one is refused. */
  async confirm(agency: string, changes: object = {}, on = '2026-05-20'): Promise<string> {
    const { recordNo } = z.object({ recordNo: z.string() }).parse(granted(await this.record(agency, changes))['recordCreditInformation']);
    granted(await this.take(agency, recordNo, 'INFORM', '2026-05-11', { defenceUntil: '2026-05-15' }));
    granted(await this.take(agency, recordNo, 'CONFIRM', on));
    return recordNo;
  }

  /** Numbers of the records an agency is shown, or the code of its refusal. */
  async shownTo(agency: string, filter = ''): Promise<unknown> {
    const { data, errors } = await this.ask(agency, `{ creditRecords(first: 20${filter === '' ? '' : `, filter: {${filter}}`}) { totalCount nodes { recordNo } } }`);
    if (errors) return errors[0]?.extensions['code'];
    const { nodes } = z.object({ creditRecords: z.object({ nodes: z.array(z.object({ recordNo: z.string() })) }) }).parse(data).creditRecords;
    return nodes.map(({ recordNo }) => recordNo);
  }

  subscribe(agency: string, query = watchRecords(), after?: string): Promise<EventStream> {
    return this.credit.subscribe(agency, query, after);
  }

  async change(stream: EventStream): Promise<RecordChange> {
    for (;;) {
      const next = await stream.next();
      if (next?.event !== 'next') throw new Error(`the stream ended: ${JSON.stringify(next)}`);
      const change = recordFrame.parse(JSON.parse(next.data)).data.creditRecordChanged;
      if (change.kind !== 'HEARTBEAT') return change;
    }
  }

  close(): Promise<void> {
    return this.credit.close();
  }
}
