import { GraphQLError } from 'graphql';
import { Arg, Ctx, Field, ID, InputType, Mutation, ObjectType, registerEnumType, Resolver } from 'type-graphql';
import type { Boundary } from '../../boundary/declaration.js';
import { agencyOfCode } from '../../measures/agencies.js';
import { codes } from '../../measures/codes.js';
import { LegalDate } from '../../measures/legal-date.js';
import { ServiceKey, type OperationContext } from '../../planner/context.js';
import { isCreditCode } from '../../subjects/identifiers/credit-code.js';
import { CreditList, ListEntryState, Severity } from './codes.js';
import { listingOrgans } from '../organs.js';
import { ListRefusal } from '../refusal.js';
import type { ListRegister, ListStanding } from './list-register.js';

export const listRegister = new ServiceKey<Pick<ListRegister, 'propose' | 'take' | 'release'>>('list register');

/** Organs write the entries they answer for; the answer tells of their own entry and nothing else. */
const ownEntries = { zh: '认定机关提出并办理本机关负责的名单记录', en: 'an organ proposes and handles the entries it answers for', rows: ['B-38'], clauses: ['YZ-3.5b', 'YZ-3.5c'] };

/** Public credit information leaves Xiamen's system through the credit division alone. */
const publicCredit = {
  zh: '信用信息管理部门认定在列记录属于公共信用信息',
  en: 'the credit division finds a listed entry to be public credit information',
  rows: ['B-41'],
  clauses: ['XM-3.6.3b', 'A-51'],
};

export const listWriteBoundaries: readonly Boundary[] = [
  { ...ownEntries, form: 'operation', type: 'Mutation', fields: ['proposeListEntry', 'takeListEntryStep'], viewers: listingOrgans },
  { ...publicCredit, form: 'operation', type: 'Mutation', fields: ['releaseListEntry'], viewers: ['XM_CREDIT_DIV'] },
  { ...ownEntries, form: 'operation', type: 'ListStanding', fields: ['entryNo', 'state'], viewers: [...listingOrgans, 'XM_CREDIT_DIV'] },
];

/** What an organ may record; the clock takes EXPIRE by itself, a case OBJECT, UPHOLD and REPAIR. */
export const ListStepCode = codes('INFORM', 'DROP', 'DECIDE', 'PUBLISH', 'REVOKE', 'REMOVE');
type ListStepCode = keyof typeof ListStepCode;
export const ListedSubjectKind = codes('ORGANISATION', 'HOUSEHOLD_BUSINESS', 'NATURAL_PERSON');
export type ListedSubjectKind = keyof typeof ListedSubjectKind;

registerEnumType(ListStepCode, {
  name: 'ListStepCode',
  description: '名单记录的办理步骤 · A step in the life of an entry.',
  valuesConfig: {
    INFORM: { description: '告知拟列入，开始陈述申辩 · The subject is informed; its defence begins.' },
    DROP: { description: '不予列入 · The proposal is given up.' },
    DECIDE: { description: '作出列入决定 · The listing is decided.' },
    PUBLISH: { description: '公布 · Published.' },
    REVOKE: { description: '撤销列入决定 · The decision is revoked.' },
    REMOVE: { description: '移出 · Removed.' },
  },
});
registerEnumType(ListedSubjectKind, {
  name: 'ListedSubjectKind',
  description: '主体类别 · Kind of subject.',
  valuesConfig: {
    ORGANISATION: { description: '法人及非法人组织 · Organisation.' },
    HOUSEHOLD_BUSINESS: { description: '个体工商户 · Household business.' },
    NATURAL_PERSON: { description: '自然人 · Natural person.' },
  },
});

@InputType({ description: '拟列入名单的提议 · A proposal of an entry.' })
export class ListProposalInput {
  @Field(() => String, { description: '自编号，本机关内唯一 · The organ’s own number.' })
  number!: string;

  @Field(() => CreditList, { description: '名单 · Which list.' })
  list!: CreditList;

  @Field(() => String, { description: '列入事由代码 · Code of the ground.' })
  ground!: string;

  @Field(() => String, { description: '法律依据 · Legal basis.' })
  legalBasis!: string;

  @Field(() => String, { description: '所依据的文书号 · Number of the document it rests on.' })
  documentNo!: string;

  @Field(() => Severity, { nullable: true, description: '失信程度 · How grave.' })
  severity?: Severity | null;

  @Field(() => String, { description: '事由详情 · Details of the case.' })
  reason!: string;

  @Field(() => String, { nullable: true, description: '所在区 · District, GB/T 2260.' })
  district?: string | null;

  @Field(() => ListedSubjectKind, { description: '主体类别 · Kind of subject.' })
  subjectKind!: ListedSubjectKind;

  @Field(() => String, { description: '主体名称 · Name of the subject.' })
  subjectName!: string;

  @Field(() => String, { nullable: true, description: '统一社会信用代码；自然人不填 · Unified social credit code; none for natural persons.' })
  subjectUscc?: string | null;

  @Field(() => LegalDate, { description: '提出日期 · Day of the proposal.' })
  proposedOn!: string;
}

@InputType({ description: '办理步骤 · A step of an entry.' })
export class ListStepInput {
  @Field(() => ID, { description: '记录编号 · Number of the entry, with the organ’s code.' })
  entryNo!: string;

  @Field(() => ListStepCode, { description: '步骤 · Which step.' })
  step!: ListStepCode;

  @Field(() => LegalDate, { description: '生效日期 · Day on which it takes effect.' })
  on!: string;

  @Field(() => String, { nullable: true, description: '文书号 · Number of the document.' })
  documentNo?: string | null;

  @Field(() => String, { nullable: true, description: '说明 · Note.' })
  note?: string | null;

  @Field(() => LegalDate, { nullable: true, description: '陈述申辩截止日（告知时必填） · Last day of the defence; needed to inform.' })
  defenceUntil?: string | null;

  @Field(() => Boolean, { nullable: true, description: '已听取申辩或书面放弃 · The subject was heard, or waived it.' })
  heard?: boolean | null;

  @Field(() => LegalDate, { nullable: true, description: '有效期自（决定时必填） · First day on the list; needed to decide.' })
  validFrom?: string | null;

  @Field(() => LegalDate, { nullable: true, description: '有效期至；无期限不填 · Last day on the list; left out for an entry without end.' })
  validTo?: string | null;

  @Field(() => LegalDate, { nullable: true, description: '可申请修复之日；不得修复不填 · First day on which repair may be applied for.' })
  repairFrom?: string | null;
}

@ObjectType('ListStanding', { description: '写入后的状态 · Where the entry stands after the write.' })
export class ListStandingAnswer {
  @Field(() => ID, { description: '记录编号 · Number of the entry.' })
  entryNo!: string;

  @Field(() => ListEntryState, { description: '状态 · Where it stands.' })
  state!: ListEntryState;
}

@Resolver()
export class ListMutations {
  @Mutation(() => ListStandingAnswer, { nullable: true, description: '提出一条拟列入名单的记录，可安全重发 · Proposes an entry of the calling organ; safe to repeat.' })
  async proposeListEntry(@Arg('input', () => ListProposalInput, { description: '提议 · The proposal.' }) input: ListProposalInput, @Ctx() { viewer, services }: OperationContext): Promise<ListStanding> {
    const { severity = null, district = null, subjectUscc = null, ...proposal } = input;
    assertText({ number: input.number, ground: input.ground, legalBasis: input.legalBasis, documentNo: input.documentNo, reason: input.reason, subjectName: input.subjectName });
    if (subjectUscc !== null && (input.subjectKind === 'NATURAL_PERSON' || !isCreditCode(subjectUscc))) throw unfit(['subjectUscc'], ['YZ-3.5c']);
    return worded(services.get(listRegister).propose(organOf(viewer.agency), { ...proposal, severity, district, subjectCode: subjectUscc }));
  }

  @Mutation(() => ListStandingAnswer, { nullable: true, description: '办理一步，可安全重发 · Takes a step of an entry the calling organ answers for; safe to repeat.' })
  async takeListEntryStep(@Arg('input', () => ListStepInput, { description: '步骤 · The step.' }) input: ListStepInput, @Ctx() { viewer, services }: OperationContext): Promise<ListStanding> {
    const { entryNo, step, on, documentNo = null, note = null, defenceUntil = null, validFrom = null, validTo = null, repairFrom = null } = input;
    return worded(
      services.get(listRegister).take(organOf(viewer.agency), entryNo, { step, on, documentNo, note, defenceUntil, heard: input.heard === true, validFrom, validTo, repairFrom }),
    );
  }

  @Mutation(() => ListStandingAnswer, {
    nullable: true,
    description: '认定一条在列记录属于公共信用信息，由此推送市信用平台，可安全重发 · Releases a listed entry of Xiamen as public credit information; safe to repeat.',
  })
  async releaseListEntry(
    @Arg('entryNo', () => ID, { description: '记录编号 · Number of the entry.' }) entryNo: string,
    @Arg('on', () => LegalDate, { description: '认定日期 · Day of the finding.' }) on: string,
    @Ctx() { viewer, services }: OperationContext,
    @Arg('reason', () => String, { nullable: true, description: '理由；自然人必填 · Reason; needed for a natural person (XM-3.6.3e).' }) reason?: string | null,
  ): Promise<ListStanding> {
    return worded(services.get(listRegister).release(organOf(viewer.agency), entryNo, on, reason ?? null));
  }
}

function organOf(code: string): { readonly code: string; readonly jurisdiction: string } {
  const agency = agencyOfCode(code);
  if (!agency) throw unfit(['agency'], ['YZ-3.5b']);
  return agency;
}

function assertText(fields: Readonly<Record<string, string>>): void {
  const empty = Object.entries(fields).flatMap(([name, text]) => (text.trim() === '' ? [name] : []));
  if (empty.length > 0) throw unfit(empty, ['YZ-3.5c']);
}

function unfit(fields: readonly string[], clauses: readonly string[]): GraphQLError {
  return refusal('ENTRY_FIELD_UNFIT', clauses, fields);
}

async function worded<T>(written: Promise<T>): Promise<T> {
  return written.catch((error: unknown) => {
    throw error instanceof ListRefusal ? refusal(error.code, error.clauses, error.fields) : error;
  });
}

function refusal(reason: string, clauses: readonly string[], fields: readonly string[]): GraphQLError {
  const words = reasons[reason] ?? '不符合名单办理规则 · Against the rules of the lists.';
  return new GraphQLError(words, { extensions: { code: 'LIST_STEP_REFUSED', reason, clauses, fields, nextStep: fields[0] ?? 'step' } });
}

const reasons: Readonly<Record<string, string>> = {
  ENTRY_FIELD_UNFIT: '必填内容缺失或无效 · A field is missing or not valid.',
  ENTRY_FIELD_MISSING: '本步骤缺少必填内容 · This step needs a field that was not given.',
  ENTRY_NUMBER_TAKEN: '该编号已用于另一提议 · The number stands on another proposal.',
  ENTRY_UNKNOWN: '没有本机关可办理的该记录 · No such entry that this organ may handle.',
  ENTRY_DAY_TO_COME: '日期尚未到来 · The day is still to come.',
  ENTRY_STEP_NOT_HERE: '当前状态不能办理该步骤 · The entry stands where this step does not start.',
  ENTRY_NOT_RESPONSIBLE: '只有认定机关可以办理 · Only the organ that answers for the entry may do this.',
  ENTRY_NOT_INFORMED: '尚未告知主体 · The subject was not informed.',
  ENTRY_DEFENCE_RUNNING: '陈述申辩期未满 · The period of defence is not over.',
  ENTRY_NOT_OVER: '有效期未满 · The entry is not over.',
  ENTRY_OVER: '有效期已满 · The entry is over.',
  ENTRY_NOT_BEGUN: '有效期尚未开始 · The entry has not begun.',
  ENTRY_DATE_INVALID: '日期无效 · The date is none.',
  ENTRY_DAYS_UNFIT: '日期前后不符 · The days contradict each other.',
};
