import { GraphQLError } from 'graphql';
import { Arg, Ctx, Field, ID, InputType, Mutation, ObjectType, registerEnumType, Resolver } from 'type-graphql';
import type { Boundary } from '../../boundary/declaration.js';
import { codes } from '../../measures/codes.js';
import { LegalDate } from '../../measures/legal-date.js';
import { ServiceKey, type OperationContext } from '../../planner/context.js';
import { isCreditCode } from '../../subjects/identifiers/credit-code.js';
import type { SubjectKind } from '../../subjects/holder.js';
import { ListedSubjectKind } from '../lists/list-mutations.js';
import { recordingUnits } from '../organs.js';
import { CreditRecordState, PenaltyKind, RecordCategory } from './codes.js';
import { RecordRefusal, type RecordRegister, type RecordStanding } from './record-register.js';

export const recordRegister = new ServiceKey<Pick<RecordRegister, 'record' | 'take' | 'release'>>('record register');

/** Units write the records they answer for; the answer tells of their own record and nothing else. */
const ownRecords = { zh: '检查单位记录并办理本单位负责的信用信息', en: 'a unit records and handles the credit records it answers for', rows: ['B-40'], clauses: ['XM-3.6.4a', 'XM-3.6.3a'] };

/** Public credit information leaves Xiamen's system through the credit division alone. */
const publicCredit = {
  zh: '信用信息管理部门认定已确认的信用信息属于公共信用信息，自然人须写明理由',
  en: 'the credit division finds a confirmed record to be public credit information; of a natural person it says why',
  rows: ['B-41', 'B-43'],
  clauses: ['XM-3.6.3b', 'XM-3.6.3e', 'A-51'],
};

export const recordWriteBoundaries: readonly Boundary[] = [
  { ...ownRecords, form: 'operation', type: 'Mutation', fields: ['recordCreditInformation', 'takeCreditRecordStep'], viewers: recordingUnits },
  { ...publicCredit, form: 'operation', type: 'Mutation', fields: ['releaseCreditRecord'], viewers: ['XM_CREDIT_DIV'] },
  { ...ownRecords, form: 'operation', type: 'CreditRecordStanding', fields: ['recordNo', 'state'], viewers: [...recordingUnits, 'XM_CREDIT_DIV'] },
];

/** What a unit may record; the clock takes EXPIRE by itself. */
const CreditRecordStepCode = codes('INFORM', 'CONFIRM', 'REPAIR', 'WITHDRAW');
type CreditRecordStepCode = keyof typeof CreditRecordStepCode;

registerEnumType(CreditRecordStepCode, {
  name: 'CreditRecordStepCode',
  description: '信用信息的办理步骤 · A step in the life of a credit record.',
  valuesConfig: {
    INFORM: { description: '告知检查结果，开始陈述申辩 · The subject is informed of the result; its defence begins.' },
    CONFIRM: { description: '确认，记入信用档案 · Confirmed; it enters the credit file.' },
    REPAIR: { description: '信用修复 · Repaired.' },
    WITHDRAW: { description: '撤回 · Withdrawn.' },
  },
});

@InputType({ description: '检查结果的信用信息 · A credit record of an inspection result.' })
export class CreditInformationInput {
  @Field(() => String, { description: '自编号，本单位内唯一 · The unit’s own number.' })
  number!: string;

  @Field(() => RecordCategory, { description: '类别 · Category.' })
  category!: RecordCategory;

  @Field(() => String, { description: '检查编号 · Reference of the inspection.' })
  inspectionNo!: string;

  @Field(() => String, { description: '事由代码 · Code of the ground.' })
  ground!: string;

  @Field(() => String, { description: '法律依据 · Legal basis.' })
  legalBasis!: string;

  @Field(() => String, { description: '处理文书号 · Number of the document that handled the result.' })
  documentNo!: string;

  @Field(() => String, { nullable: true, description: '发现问题；没有则不填 · The problem found; left out where there was none.' })
  problem?: string | null;

  @Field(() => String, { description: '处理结果 · How it was handled.' })
  handling!: string;

  @Field(() => String, { nullable: true, description: '所在区 · District, GB/T 2260.' })
  district?: string | null;

  @Field(() => ListedSubjectKind, { description: '主体类别 · Kind of subject.' })
  subjectKind!: SubjectKind;

  @Field(() => String, { description: '主体名称 · Name of the subject.' })
  subjectName!: string;

  @Field(() => String, { nullable: true, description: '统一社会信用代码；自然人不填 · Unified social credit code; none for natural persons.' })
  subjectUscc?: string | null;

  @Field(() => [PenaltyKind], { nullable: true, description: '处罚种类；没有处罚、良好信息不填 · Kinds of penalty; none without a penalty and for good information.' })
  penalties?: PenaltyKind[] | null;

  @Field(() => Boolean, { nullable: true, description: '属食品、药品、特种设备、安全生产、消防领域 · In food, drugs, special equipment, work safety or fire protection (令58).' })
  safetyField?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: '特定严重失信行为 · Conduct found 特定严重 (发改办财金〔2019〕527号).' })
  gravest?: boolean | null;

  @Field(() => LegalDate, { description: '处理决定日期，公示期由此起算 · Day of the decision that handled the result; its period counts from it.' })
  decidedOn!: string;
}

@InputType({ description: '信用信息的办理步骤 · A step of a credit record.' })
export class CreditRecordStepInput {
  @Field(() => ID, { description: '信息编号 · Number of the record, with the unit’s code.' })
  recordNo!: string;

  @Field(() => CreditRecordStepCode, { description: '步骤 · Which step.' })
  step!: CreditRecordStepCode;

  @Field(() => LegalDate, { description: '生效日期 · Day on which it takes effect.' })
  on!: string;

  @Field(() => String, { nullable: true, description: '文书号 · Number of the document.' })
  documentNo?: string | null;

  @Field(() => String, { nullable: true, description: '说明 · Note.' })
  note?: string | null;

  @Field(() => LegalDate, { nullable: true, description: '陈述申辩截止日（告知时必填） · Last day of the defence; needed to inform.' })
  defenceUntil?: string | null;

  @Field(() => Boolean, { nullable: true, description: '确认：已听取申辩或书面放弃 · Confirmation: the subject was heard, or waived it.' })
  heard?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: '修复：失信行为已纠正 · Repair: the conduct was corrected.' })
  conductCorrected?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: '修复：义务已履行 · Repair: the duties were met.' })
  dutiesMet?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: '修复：已作出信用承诺 · Repair: the credit promise was given.' })
  promiseGiven?: boolean | null;
}

@ObjectType('CreditRecordStanding', { description: '写入后的状态 · Where the record stands after the write.' })
export class CreditRecordStandingAnswer {
  @Field(() => ID, { description: '信息编号 · Number of the record.' })
  recordNo!: string;

  @Field(() => CreditRecordState, { description: '状态 · Where it stands.' })
  state!: CreditRecordState;
}

@Resolver()
export class RecordMutations {
  @Mutation(() => CreditRecordStandingAnswer, { nullable: true, description: '记录一条检查结果的信用信息，可安全重发 · Records a credit record of the calling unit; safe to repeat.' })
  async recordCreditInformation(
    @Arg('input', () => CreditInformationInput, { description: '信用信息 · The record.' }) input: CreditInformationInput,
    @Ctx() { viewer, services }: OperationContext,
  ): Promise<RecordStanding> {
    const { number, category, inspectionNo, ground, legalBasis, documentNo, handling, subjectKind, subjectName, decidedOn, problem = null, district = null, subjectUscc = null } = input;
    const empty = Object.entries({ number, inspectionNo, ground, legalBasis, documentNo, handling, subjectName }).flatMap(([name, text]) => (text.trim() === '' ? [name] : []));
    if (subjectUscc !== null && (subjectKind === 'NATURAL_PERSON' || !isCreditCode(subjectUscc))) empty.push('subjectUscc');
    if (empty.length > 0) throw refusal('RECORD_FIELD_UNFIT', ['XM-3.6.4a'], empty);
    return worded(
      services.get(recordRegister).record({ code: viewer.agency }, {
        number, category, inspectionNo, ground, legalBasis, documentNo, handling, subjectKind, subjectName, decidedOn, problem, district, subjectCode: subjectUscc,
        penalties: input.penalties ?? [], safetyField: input.safetyField === true, gravest: input.gravest === true,
      }),
    );
  }

  @Mutation(() => CreditRecordStandingAnswer, { nullable: true, description: '办理一步，可安全重发 · Takes a step of a record the calling unit answers for; safe to repeat.' })
  async takeCreditRecordStep(
    @Arg('input', () => CreditRecordStepInput, { description: '步骤 · The step.' }) input: CreditRecordStepInput,
    @Ctx() { viewer, services }: OperationContext,
  ): Promise<RecordStanding> {
    const { recordNo, step, on, documentNo = null, note = null, defenceUntil = null } = input;
    const [heard, conductCorrected, dutiesMet, promiseGiven] = [input.heard === true, input.conductCorrected === true, input.dutiesMet === true, input.promiseGiven === true];
    return worded(services.get(recordRegister).take({ code: viewer.agency }, recordNo, { step, on, documentNo, note, defenceUntil, heard, conductCorrected, dutiesMet, promiseGiven }));
  }

  @Mutation(() => CreditRecordStandingAnswer, {
    nullable: true,
    description: '认定一条已确认的信用信息属于公共信用信息，由此推送市信用平台，可安全重发 · Releases a confirmed record of Xiamen as public credit information; safe to repeat.',
  })
  async releaseCreditRecord(
    @Arg('recordNo', () => ID, { description: '信息编号 · Number of the record.' }) recordNo: string,
    @Arg('on', () => LegalDate, { description: '认定日期 · Day of the finding.' }) on: string,
    @Ctx() { viewer, services }: OperationContext,
    @Arg('reason', () => String, { nullable: true, description: '理由；自然人必填 · Reason; needed for a natural person (XM-3.6.3e).' }) reason?: string | null,
  ): Promise<RecordStanding> {
    return worded(services.get(recordRegister).release({ code: viewer.agency }, recordNo, on, reason ?? null));
  }
}

async function worded<T>(written: Promise<T>): Promise<T> {
  return written.catch((error: unknown) => {
    throw error instanceof RecordRefusal ? refusal(error.code, error.clauses, error.fields) : error;
  });
}

function refusal(reason: string, clauses: readonly string[], fields: readonly string[]): GraphQLError {
  const words = reasons[reason] ?? '不符合信用信息办理规则 · Against the rules of the credit records.';
  return new GraphQLError(words, { extensions: { code: 'RECORD_STEP_REFUSED', reason, clauses, fields, nextStep: fields[0] ?? 'step' } });
}

const reasons: Readonly<Record<string, string>> = {
  RECORD_FIELD_UNFIT: '必填内容缺失或无效 · A field is missing or not valid.',
  RECORD_FIELD_MISSING: '本步骤缺少必填内容 · This step needs a field that was not given.',
  RECORD_NUMBER_TAKEN: '该编号已用于另一信用信息 · The number stands on another record.',
  RECORD_UNKNOWN: '没有本机关可办理的该信用信息 · No such record that this agency may handle.',
  RECORD_DAY_TO_COME: '日期尚未到来 · The day is still to come.',
  RECORD_STEP_NOT_HERE: '当前状态不能办理该步骤 · The record stands where this step does not start.',
  RECORD_NOT_RESPONSIBLE: '只有记录单位可以办理 · Only the unit that answers for the record may do this.',
  RECORD_NOT_INFORMED: '尚未告知主体 · The subject was not informed.',
  RECORD_DEFENCE_RUNNING: '陈述申辩期未满 · The period of defence is not over.',
  RECORD_NOT_OVER: '公示期未满 · The record is not over.',
  RECORD_OVER: '公示期已满 · The record is over.',
  RECORD_NOT_PUBLIC: '没有可公示的期限 · No paper gives the record a period in which it may be shown.',
  RECORD_DATE_INVALID: '日期无效 · The date is none.',
  RECORD_DAYS_UNFIT: '日期前后不符 · The days contradict each other.',
  RECORD_REPAIR_CONDITIONS: '信用修复条件未满足，见 fields · Conditions of the repair are not met; fields names them.',
};
