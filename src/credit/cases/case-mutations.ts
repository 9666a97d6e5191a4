import { GraphQLError } from 'graphql';
import { Arg, Ctx, Field, ID, InputType, Mutation, ObjectType, Resolver } from 'type-graphql';
import type { Boundary } from '../../boundary/declaration.js';
import { LegalDate } from '../../measures/legal-date.js';
import { ServiceKey, type OperationContext } from '../../planner/context.js';
import { caseHandlers } from '../organs.js';
import { ListRefusal } from '../refusal.js';
import type { CaseRegister, CaseStanding } from './case-register.js';
import { CaseKind, CorrectableField, CreditCaseState, CreditCaseStepCode } from './codes.js';

export const caseRegister = new ServiceKey<Pick<CaseRegister, 'file' | 'take'>>('case register');

/** What is answered is the standing of a case the caller has a part in, and nothing else. */
const handling = {
  zh: '信用中心与认定机关提交并办理异议、修复案件',
  en: 'the credit centre and the organ that answers for the entry file and handle cases',
  rows: ['B-38', 'B-40'],
  clauses: ['YZ-3.5b', 'YZ-3.5e', 'XM-3.6.4b'],
};

export const caseWriteBoundaries: readonly Boundary[] = [
  { ...handling, form: 'operation', type: 'Mutation', fields: ['fileCreditCase', 'takeCreditCaseStep'], viewers: caseHandlers },
  { ...handling, form: 'operation', type: 'CreditCaseStanding', fields: ['caseNo', 'state'], viewers: caseHandlers },
];

@InputType({ description: '申请更正的一个字段 · A field that is to be corrected.' })
export class AskedChangeInput {
  @Field(() => CorrectableField, { description: '字段 · Which field.' })
  field!: CorrectableField;

  @Field(() => String, { nullable: true, description: '应为；清空则不填 · What it should say; left out to leave it empty.' })
  value?: string | null;
}

@InputType({ description: '代主体提交的异议或修复申请 · An objection or a request for repair, filed on behalf of the subject.' })
export class CreditCaseInput {
  @Field(() => String, { description: '自编号，本机关内唯一 · The filer’s own number.' })
  number!: string;

  @Field(() => ID, { description: '名单记录编号 · Number of the entry.' })
  entryNo!: string;

  @Field(() => CaseKind, { description: '种类 · What it asks for.' })
  kind!: CaseKind;

  @Field(() => LegalDate, { description: '提交日期 · Day of filing.' })
  filedOn!: string;

  @Field(() => String, { description: '理由 · Grounds.' })
  grounds!: string;

  @Field(() => Boolean, { nullable: true, description: '修复：已作出公开信用承诺 · Repair: the public credit promise was given.' })
  promiseGiven?: boolean | null;

  @Field(() => [AskedChangeInput], { nullable: true, description: '异议：申请更正的字段；不填即申请撤销 · Objection: what is to be corrected; left out to ask that the entry be revoked.' })
  changes?: AskedChangeInput[] | null;
}

@InputType({ description: '案件的一步 · A step of a case.' })
export class CreditCaseStepInput {
  @Field(() => ID, { description: '案件编号 · Number of the case.' })
  caseNo!: string;

  @Field(() => CreditCaseStepCode, { description: '步骤 · Which step.' })
  step!: CreditCaseStepCode;

  @Field(() => LegalDate, { description: '办理日期 · Day on which it takes effect.' })
  on!: string;

  @Field(() => String, { nullable: true, description: '文书号 · Number of the document.' })
  documentNo?: string | null;

  @Field(() => String, { nullable: true, description: '意见 · Opinion.' })
  opinion?: string | null;

  @Field(() => Boolean, { nullable: true, description: '支持异议：撤销列入决定，而非更正 · Granting an objection: revoke the entry, and do not correct it.' })
  revoke?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: '支持修复：经核实失信行为已纠正 · Granting a repair: the conduct was found to be corrected.' })
  conductCorrected?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: '支持修复：经核实义务已履行 · Granting a repair: the duties were found to be met.' })
  dutiesMet?: boolean | null;
}

@ObjectType('CreditCaseStanding', { description: '写入后的状态 · Where the case stands after the write.' })
export class CreditCaseStandingAnswer {
  @Field(() => ID, { description: '案件编号 · Number of the case.' })
  caseNo!: string;

  @Field(() => CreditCaseState, { description: '状态 · Where it stands.' })
  state!: CreditCaseState;
}

@Resolver()
export class CaseMutations {
  @Mutation(() => CreditCaseStandingAnswer, {
    nullable: true,
    description: '代主体提交异议或修复申请，记录随即标注，可安全重发 · Files an objection or a request for repair; the entry is marked at once; safe to repeat.',
  })
  async fileCreditCase(@Arg('input', () => CreditCaseInput, { description: '申请 · The filing.' }) input: CreditCaseInput, @Ctx() { viewer, services }: OperationContext): Promise<CaseStanding> {
    const { number, entryNo, kind, filedOn, grounds } = input;
    const empty = Object.entries({ number, grounds }).flatMap(([name, text]) => (text.trim() === '' ? [name] : []));
    if (empty.length > 0) throw refusal('CASE_FIELD_UNFIT', ['YZ-3.5e'], empty);
    const changes = (input.changes ?? []).map(({ field, value = null }) => ({ field, value }));
    return worded(services.get(caseRegister).file({ code: viewer.agency }, { number, entryNo, kind, filedOn, grounds, promiseGiven: input.promiseGiven === true, changes }));
  }

  @Mutation(() => CreditCaseStandingAnswer, {
    nullable: true,
    description: '办理案件的一步，其效果同时及于记录，可安全重发 · Takes a step of a case, and with it what the step does to the entry; safe to repeat.',
  })
  async takeCreditCaseStep(@Arg('input', () => CreditCaseStepInput, { description: '步骤 · The step.' }) input: CreditCaseStepInput, @Ctx() { viewer, services }: OperationContext): Promise<CaseStanding> {
    const { caseNo, step, on, documentNo = null, opinion = null } = input;
    const [revoke, conductCorrected, dutiesMet] = [input.revoke === true, input.conductCorrected === true, input.dutiesMet === true];
    return worded(services.get(caseRegister).take({ code: viewer.agency }, caseNo, { step, on, documentNo, opinion, revoke, conductCorrected, dutiesMet }));
  }
}

async function worded<T>(written: Promise<T>): Promise<T> {
  return written.catch((error: unknown) => {
    throw error instanceof ListRefusal ? refusal(error.code, error.clauses, error.fields) : error;
  });
}

function refusal(reason: string, clauses: readonly string[], fields: readonly string[]): GraphQLError {
  const words = reasons[reason] ?? '不符合案件办理规则 · Against the rules of cases.';
  return new GraphQLError(words, { extensions: { code: 'CREDIT_CASE_REFUSED', reason, clauses, fields, nextStep: fields[0] ?? 'step' } });
}

const reasons: Readonly<Record<string, string>> = {
  CASE_FIELD_UNFIT: '内容缺失或无效 · A field is missing or not valid.',
  CASE_NUMBER_TAKEN: '该编号已用于另一申请 · The number stands on another filing.',
  CASE_UNKNOWN: '没有本机关可办理的该案件 · No such case that this agency may handle.',
  CASE_DAY_TO_COME: '日期尚未到来 · The day is still to come.',
  CASE_DAYS_UNFIT: '日期前后不符 · The days contradict each other.',
  CASE_OPEN_ALREADY: '该记录已有未办结的案件 · A case about this entry is open already.',
  CASE_ENTRY_NOT_LISTED: '该记录当日不在名单上 · The entry is not on the list on that day.',
  CASE_NOT_OF_JUDGMENT_DEBTORS: '失信被执行人记录不经案件办理，由认定机关撤销 · An entry of judgment debtors goes by no case; its organ revokes it.',
  CASE_NOT_OF_RED_LIST: '红名单记录无从修复 · An entry of the red list is not repaired.',
  CASE_STEP_OF_OTHERS: '该步骤由其他机关办理 · This step is another agency’s.',
  CASE_STEP_NOT_HERE: '当前状态不能办理该步骤 · The case stands where this step does not start.',
  CASE_EXTENDED_ALREADY: '期限已延长过一次 · The due days were extended once already.',
  CASE_NOTHING_TO_CORRECT: '没有可更正的内容 · There is nothing to correct.',
  CASE_REPAIR_CONDITIONS: '信用修复条件未满足，见 fields · Conditions of the repair are not met; fields names them.',
  ENTRY_UNKNOWN: '没有本机关可见的该名单记录 · No such entry that this agency may see.',
  ENTRY_OVER: '名单记录有效期已满 · The entry is over.',
};
