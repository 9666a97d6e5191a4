import { GraphQLError } from 'graphql';
import { Arg, Ctx, Field, Float, ID, InputType, Int, Mutation, ObjectType, registerEnumType, Resolver } from 'type-graphql';
import type { Boundary } from '../boundary/declaration.js';
import { agencyOfCode, type AgencyRecord } from '../measures/agencies.js';
import { LegalDate } from '../measures/legal-date.js';
import { PermitItemCode } from '../permits/codes.js';
import { ServiceKey, type OperationContext } from '../planner/context.js';
import { pushFates, PushVersionError, type PushFate, type PushInput, type PushOutcome } from './push-permit.js';

/** Takes a pushed decision; the hub sets it with its database, keys and clock. */
export const permitPush = new ServiceKey<(agency: AgencyRecord, input: PushInput) => Promise<PushOutcome>>('permit push');

const PermitUpsertFate = Object.fromEntries(pushFates.map((fate) => [fate, fate]));

registerEnumType(PermitUpsertFate, {
  name: 'PermitUpsertFate',
  description: '推送结果 · What became of a pushed decision.',
  valuesConfig: {
    STORED: { description: '新存 · Stored as new.' },
    UPDATED: { description: '更新 · Changed what was stored.' },
    DUPLICATE: { description: '重复：已有相同内容 · Already there with the same content.' },
    DOUBTFUL: { description: '存疑：待核对，尚未存入 · Doubtful: not stored until somebody has looked at it.' },
    REJECTED: { description: '退回：未通过校验 · Rejected by a check; the findings say why.' },
  },
});

const HolderKind = { ORGANISATION: 'ORGANISATION', HOUSEHOLD_BUSINESS: 'HOUSEHOLD_BUSINESS', NATURAL_PERSON: 'NATURAL_PERSON' } as const;

registerEnumType(HolderKind, {
  name: 'PermitHolderKind',
  description: '行政相对人类别 · Kind of holder.',
  valuesConfig: {
    ORGANISATION: { description: '法人及非法人组织 · Organisation.' },
    HOUSEHOLD_BUSINESS: { description: '个体工商户 · Household business.' },
    NATURAL_PERSON: { description: '自然人 · Natural person.' },
  },
});

const PermitUpsertState = { VALID: 'VALID', INVALID: 'INVALID', REVOKED: 'REVOKED', CANCELLED: 'CANCELLED', REFUSED: 'REFUSED' } as const;

registerEnumType(PermitUpsertState, {
  name: 'PermitUpsertState',
  description: '决定及其当前状态 · The decision and its present state.',
  valuesConfig: {
    VALID: { description: '准予，有效 · Granted, in force.' },
    INVALID: { description: '准予，已失效 · Granted, no longer in force.' },
    REVOKED: { description: '撤销 · Granted and revoked.' },
    CANCELLED: { description: '注销 · Granted and cancelled.' },
    REFUSED: { description: '不予许可 · Refused.' },
  },
});

/** One decision of the pushing bureau. A field that is left out keeps what is stored; null empties it. */
@InputType({ description: '本机关作出的一件许可决定；未填字段保留已存内容 · One decision of the calling bureau; fields left out keep what is stored.' })
export class UpsertPermitInput implements PushInput {
  @Field(() => Float, { description: '来源版本，只增不减的整数 · Version of the source, an integer that only rises.' })
  sourceVersion!: number;

  @Field(() => ID, { nullable: true, description: '许可机关代码，须为本机关 · Deciding organ: the calling bureau or nothing.' })
  decidedBy?: string | null;

  @Field(() => ID, { description: '行政许可决定文书号 · Number of the decision document.' })
  documentNo!: string;

  @Field(() => Int, { nullable: true, description: '同号的第几部分，默认 1 · Part of the document, by default 1.' })
  documentPart?: number | null;

  @Field(() => String, { nullable: true, description: '行政许可决定文书名称 · Title of the document.' })
  documentTitle?: string | null;

  @Field(() => PermitItemCode, { description: '许可事项 · Permit item.' })
  item!: PermitItemCode;

  @Field(() => String, { nullable: true, description: '许可类别：普通、特许、认可、核准、登记、其他-xx · Kind of permit, as the national layout writes it.' })
  permitKind?: string | null;

  @Field(() => String, { nullable: true, description: '许可证书名称 · Name of the certificate.' })
  certificateName?: string | null;

  @Field(() => String, { nullable: true, description: '许可编号 · Certificate number.' })
  certificateNo?: string | null;

  @Field(() => String, { description: '行政相对人名称 · Name of the holder.' })
  holderName!: string;

  @Field(() => HolderKind, { description: '行政相对人类别 · Kind of holder.' })
  holderKind!: keyof typeof HolderKind;

  @Field(() => String, { nullable: true, description: '统一社会信用代码 · Unified social credit code.' })
  holderUscc?: string | null;

  @Field(() => String, { nullable: true, description: '自然人证件类型 · Kind of identity document of a natural person.' })
  holderIdKind?: string | null;

  @Field(() => String, { nullable: true, description: '自然人证件号码，加密保存 · Its number; stored sealed.' })
  holderIdNumber?: string | null;

  @Field(() => String, { nullable: true, description: '法定代表人 · Legal representative.' })
  legalRepresentative?: string | null;

  @Field(() => String, { nullable: true, description: '坐落：区代码；滨海与自贸区审批局可不填 · District code; the bureaux of Binhai and its areas may leave it out (A-07).' })
  location?: string | null;

  @Field(() => PermitUpsertState, { description: '决定及当前状态 · Decision and present state.' })
  state!: keyof typeof PermitUpsertState;

  @Field(() => LegalDate, { nullable: true, description: '撤销或注销日期 · Day of the revocation or cancellation.' })
  endedOn?: string | null;

  @Field(() => LegalDate, { description: '许可决定日期 · Date of decision.' })
  decidedOn!: string;

  @Field(() => LegalDate, { nullable: true, description: '有效期自 · Valid from.' })
  validFrom?: string | null;

  @Field(() => LegalDate, { nullable: true, description: '有效期至，长期为 2099-12-31 · Valid to; 2099-12-31 means without end.' })
  validTo?: string | null;

  @Field(() => String, { nullable: true, description: '许可内容 · Content of the decision.' })
  content?: string | null;

  @Field(() => String, { nullable: true, description: '备注 · Remarks.' })
  remarks?: string | null;
}

@ObjectType({ description: '校验结果一条 · One finding on a field.' })
export class PermitFinding {
  @Field(() => String, { description: '字段，整行为 * · Field of the input, * for the row as a whole.' })
  field!: string;

  @Field(() => String, { description: '代码 · Stable code.' })
  code!: string;

  @Field(() => String, { description: '原因与下一步 · Cause and next step.' })
  reason!: string;

  @Field(() => [String], { description: '所依据的条款 · Clauses and rulings it rests on.' })
  clauses!: readonly string[];
}

@ObjectType({ description: '推送的答复 · What became of a pushed decision.' })
export class PermitUpsert {
  @Field(() => PermitUpsertFate, { description: '结果 · Fate.' })
  fate!: PushFate;

  @Field(() => ID, { description: '导入批次，其账目含本件 · Batch whose ledger holds it.' })
  batch!: string;

  @Field(() => String, { nullable: true, description: '存入时间（UTC）；重复件为早先的时间 · When it was stored (UTC); for a duplicate the earlier time.' })
  storedAt!: string | null;

  @Field(() => ID, { nullable: true, description: '存疑编号 · Reference of the doubt, for a doubtful decision.' })
  doubt!: string | null;

  @Field(() => [PermitFinding], { description: '存疑或退回的原因 · Why it is doubtful or rejected.' })
  findings!: readonly PermitFinding[];
}

@Resolver()
export class PermitUpserts {
  @Mutation(() => PermitUpsert, {
    nullable: true,
    description: '推送本机关的一件许可决定，可安全重发 · Delivers one decision of the calling bureau; safe to repeat.',
  })
  async upsertPermit(
    @Arg('input', () => UpsertPermitInput, { description: '许可决定 · The decision.' }) input: UpsertPermitInput,
    @Ctx() { viewer, services }: OperationContext,
  ): Promise<PermitUpsert> {
    const agency = agencyOfCode(viewer.agency);
    const { decidedBy = null, ...decision } = input;
    if (!agency || (decidedBy !== null && decidedBy !== agency.code)) throw notOwn();
    try {
      const { storedAt, ...outcome } = await services.get(permitPush)(agency, decision);
      return { ...outcome, storedAt: storedAt?.toISOString() ?? null };
    } catch (error) {
      throw error instanceof PushVersionError ? tooLate(error) : error;
    }
  }
}

function notOwn(): GraphQLError {
  return new GraphQLError('只能推送本机关作出的决定 · A bureau may deliver its own decisions only.', {
    extensions: { code: 'PUSH_NOT_OWN', clauses: ['XT-5.1.2c', 'XT-3.1b'], nextStep: 'decidedBy' },
  });
}

function tooLate({ code, currentVersion, message }: PushVersionError): GraphQLError {
  return new GraphQLError(message, { extensions: { code, currentVersion, nextStep: 'sourceVersion' } });
}

const deciders = ['MUNI_HRSS', 'DISTRICT_APPROVAL', 'BINHAI_APPROVAL', 'FTZ_APPROVAL'] as const;

/** Bureaus that decide deliver what they decided (XT-5.1.2c); the answer tells of their own delivery and nothing else. */
export const upsertBoundaries: readonly Boundary[] = [
  { type: 'Mutation', fields: ['upsertPermit'] },
  { type: 'PermitUpsert', fields: ['fate', 'batch', 'storedAt', 'doubt', 'findings'] },
  { type: 'PermitFinding', fields: ['field', 'code', 'reason', 'clauses'] },
].map(({ type, fields }) => ({
  form: 'operation',
  type,
  fields,
  viewers: deciders,
  zh: '审批机关报送本机关作出的许可决定',
  en: 'a deciding bureau delivers its own decisions',
  rows: ['B-01'],
  clauses: ['XT-5.1.2c', 'XT-3.1b', 'XT-5.2.2a'],
}));
