import { GraphQLError } from 'graphql';
import { Arg, Ctx, Field, ID, InputType, Mutation, ObjectType, Resolver } from 'type-graphql';
import type { Boundary } from '../../boundary/declaration.js';
import { agencyOfCode } from '../../measures/agencies.js';
import { LegalDate } from '../../measures/legal-date.js';
import { ServiceKey, type OperationContext } from '../../planner/context.js';
import { listingOrgans } from '../organs.js';
import { JointMeasureState, JointMeasureStepCode } from './codes.js';
import { MeasureRefusal, type JointMeasureRegister, type MeasureStanding } from './measure-register.js';

export const jointMeasureRegister = new ServiceKey<Pick<JointMeasureRegister, 'start' | 'take'>>('joint measure register');

/** The answers tell a lead of what it leads and a bureau of its own measure, and nothing else. */
const ownMeasures = {
  form: 'operation',
  zh: '实施机关对可见的在列记录实施联合措施并办理本机关的措施',
  en: 'an organ begins joint measures on listed entries it may see, and handles its own',
  viewers: listingOrgans,
  rows: ['B-38'],
  clauses: ['YZ-3.5b', 'YZ-3.5d', 'XM-3.6.4b'],
} as const;

export const measureWriteBoundaries: readonly Boundary[] = [
  { ...ownMeasures, type: 'Mutation', fields: ['startJointMeasure', 'takeJointMeasureStep'] },
  { ...ownMeasures, type: 'JointMeasureStanding', fields: ['measureNo', 'state'] },
];

@InputType({ description: '发起联合措施 · The beginning of a joint measure.' })
export class JointMeasureInput {
  @Field(() => String, { description: '自编号，本机关内唯一 · The organ’s own number.' })
  number!: string;

  @Field(() => ID, { description: '所依名单记录的编号 · Number of the entry it rests on.' })
  entryNo!: string;

  @Field(() => String, { description: '措施目录代码 · Code of the catalogue.' })
  code!: string;

  @Field(() => String, { description: '法律依据 · Legal basis.' })
  legalBasis!: string;

  @Field(() => String, { description: '文书号 · Number of the document.' })
  documentNo!: string;

  @Field(() => LegalDate, { description: '实施及请求日期 · Day on which it begins and the others are asked.' })
  on!: string;

  @Field(() => [String], { description: '请求协同的机关代码；可为空 · Codes of the bureaus asked to take part; may be empty.' })
  cooperating!: string[];
}

@InputType({ description: '措施的办理步骤 · A step of a joint measure.' })
export class JointMeasureStepInput {
  @Field(() => ID, { description: '措施编号 · Number of the measure.' })
  measureNo!: string;

  @Field(() => JointMeasureStepCode, { description: '步骤 · Which step.' })
  step!: JointMeasureStepCode;

  @Field(() => LegalDate, { description: '生效日期 · Day on which it took effect.' })
  on!: string;

  @Field(() => String, { nullable: true, description: '反馈：实施、解除情况或不予实施的理由；开始实施时可不填 · What was done, or why not; may be left out to start.' })
  note?: string | null;
}

@ObjectType('JointMeasureStanding', { description: '写入后的状态 · Where the measure stands after the write.' })
export class JointMeasureStandingAnswer {
  @Field(() => ID, { description: '措施编号 · Number of the measure.' })
  measureNo!: string;

  @Field(() => JointMeasureState, { description: '状态 · Where it stands.' })
  state!: JointMeasureState;
}

@Resolver()
export class JointMeasureMutations {
  @Mutation(() => [JointMeasureStandingAnswer], {
    nullable: true,
    description: '对在列记录实施联合惩戒或激励，并请求其他机关协同，可安全重发 · Begins a joint measure on a listed entry and asks other bureaus to take part; safe to repeat.',
  })
  async startJointMeasure(@Arg('input', () => JointMeasureInput, { description: '措施 · The measure.' }) input: JointMeasureInput, @Ctx() { viewer, services }: OperationContext): Promise<readonly MeasureStanding[]> {
    const lead = agencyOfCode(viewer.agency);
    if (!lead) throw refusal('MEASURE_FIELD_UNFIT', ['YZ-3.5b'], ['agency']);
    const { number, entryNo, code, legalBasis, documentNo, on, cooperating } = input;
    const empty = Object.entries({ number, legalBasis, documentNo }).flatMap(([name, text]) => (text.trim() === '' ? [name] : []));
    if (empty.length > 0) throw refusal('MEASURE_FIELD_UNFIT', ['YZ-3.5d'], empty);
    return worded(services.get(jointMeasureRegister).start(lead, { number, entryNo, code, legalBasis, documentNo, on, cooperating }));
  }

  @Mutation(() => JointMeasureStandingAnswer, {
    nullable: true,
    description: '办理本机关的措施：实施、不予实施、反馈、解除，可安全重发 · Takes a step of the calling bureau’s own measure; safe to repeat.',
  })
  async takeJointMeasureStep(@Arg('input', () => JointMeasureStepInput, { description: '步骤 · The step.' }) input: JointMeasureStepInput, @Ctx() { viewer, services }: OperationContext): Promise<MeasureStanding> {
    const { measureNo, step, on, note = null } = input;
    return worded(services.get(jointMeasureRegister).take(viewer.agency, measureNo, { step, on, note }));
  }
}

async function worded<T>(written: Promise<T>): Promise<T> {
  return written.catch((error: unknown) => {
    throw error instanceof MeasureRefusal ? refusal(error.code, error.clauses, error.fields) : error;
  });
}

function refusal(reason: string, clauses: readonly string[], fields: readonly string[]): GraphQLError {
  const words = reasons[reason] ?? '不符合联合措施的规则 · Against the rules of joint measures.';
  return new GraphQLError(words, { extensions: { code: 'JOINT_MEASURE_REFUSED', reason, clauses, fields, nextStep: fields[0] ?? 'step' } });
}

const reasons: Readonly<Record<string, string>> = {
  MEASURE_FIELD_UNFIT: '必填内容缺失 · A field is missing.',
  MEASURE_NUMBER_TAKEN: '该编号已用于另一措施 · The number stands on another measure.',
  MEASURE_CODE_UNKNOWN: '措施目录中没有该代码 · The catalogue has no such code.',
  MEASURE_ENTRY_UNKNOWN: '没有本机关可见的该名单记录 · No such entry that this organ may see.',
  MEASURE_ENTRY_OVER: '名单记录已移出或期满，不得实施 · The entry is off the list; no measure may begin on it.',
  MEASURE_UNFIT: '该措施不适用于此名单、法域或主体类别 · The measure does not fit the list, the place or the kind of subject.',
  MEASURE_BUREAU_UNFIT: '所请求的机关无权见此记录，不能参与 · A bureau that was named may not see the entry and cannot take part.',
  MEASURE_RUNNING: '本机关已就该记录请求过同一措施 · This organ already asked for the same measure on the entry.',
  MEASURE_UNKNOWN: '没有本机关的该措施 · No such measure of this bureau.',
  MEASURE_DATE_INVALID: '日期无效 · The date is none.',
  MEASURE_DAY_TO_COME: '日期尚未到来 · The day is still to come.',
  MEASURE_STEP_NOT_HERE: '当前状态不能办理该步骤 · The measure stands where this step does not start.',
  MEASURE_NOT_OWN: '只有实施机关可以办理 · Only the bureau whose measure it is may do this.',
  MEASURE_DAYS_UNFIT: '日期早于公布、请求或实施之日 · The day lies before the publication, the asking or the start.',
  MEASURE_NOTE_MISSING: '须说明情况或理由 · What was done, or why not, must be said.',
};
