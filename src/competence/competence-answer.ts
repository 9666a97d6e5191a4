import { Field, InputType, ObjectType, registerEnumType } from 'type-graphql';
import { Agency, agencyOf } from '../access/agency.js';
import { agencyOfCode } from '../measures/agencies.js';
import type { Applicant, Competence, LegalForm, NoticeKind } from '../measures/competence.js';
import { LegalDate } from '../measures/legal-date.js';
import { LegalBasis } from './legal-basis.js';
import { permitItemInfo, PermitItemInfo } from './permit-item.js';

const CapitalOfApplicant = { DOMESTIC: 'DOMESTIC', FOREIGN: 'FOREIGN' } as const;
const AffiliationOfApplicant = { BINHAI_OWNED: 'BINHAI_OWNED', DISTRICT_OWNED: 'DISTRICT_OWNED', OTHER: 'OTHER' } as const;
const LegalFormOfDecision = { OWN: 'OWN', ENTRUSTED: 'ENTRUSTED', DELEGATED: 'DELEGATED', JOINT: 'JOINT' } as const satisfies { [F in LegalForm]: F };
const CompetenceBasis = { MEASURES: 'MEASURES', EXTERNAL: 'EXTERNAL' } as const;
const DutyToTell = { FILING: 'FILING', DELIVERY: 'DELIVERY', ENTRY: 'ENTRY', REPORT: 'REPORT' } as const satisfies { [K in NoticeKind]: K };

registerEnumType(CapitalOfApplicant, {
  name: 'ApplicantCapital',
  description: '资本 · Capital of the applicant (A-08).',
  valuesConfig: {
    DOMESTIC: { description: '内资 · Domestic.' },
    FOREIGN: { description: '外资，含港澳台资 · Foreign, capital of Hong Kong, Macao and Taiwan included.' },
  },
});
registerEnumType(AffiliationOfApplicant, {
  name: 'ApplicantAffiliation',
  description: '所属 · Who owns the applicant.',
  valuesConfig: {
    BINHAI_OWNED: { description: '滨海新区所属 · Binhai.' },
    DISTRICT_OWNED: { description: '坐落区所属 · The district it is located in.' },
    OTHER: { description: '其他 · Anybody else.' },
  },
});
registerEnumType(LegalFormOfDecision, {
  name: 'LegalForm',
  description: '实施形式 · In what form the organ decides (A-09, A-12).',
  valuesConfig: {
    OWN: { description: '本机关权限 · In its own authority.' },
    ENTRUSTED: { description: '委托 · In the authority of the organ that entrusted it.' },
    DELEGATED: { description: '下放 · In authority that was the city’s and has moved with the decision.' },
    JOINT: { description: '共同权限 · In an authority that several bureaus hold together.' },
  },
});
registerEnumType(CompetenceBasis, {
  name: 'CompetenceBasis',
  description: '权限来源 · What the competence rests on (A-10).',
  valuesConfig: {
    MEASURES: { description: '办法条款 · The measures themselves.' },
    EXTERNAL: { description: '办法之外的文件，按路由表执行 · A document outside the measures, by the routing table of the hub.' },
  },
});
registerEnumType(DutyToTell, {
  name: 'NoticeKind',
  description: '告知义务 · A duty to tell.',
  valuesConfig: {
    FILING: { description: '备案 · Filing of a decision.' },
    DELIVERY: { description: '送达 · Delivery of the units concerned.' },
    ENTRY: { description: '录入 · Entry into a system.' },
    REPORT: { description: '报送 · Report of what was done in a period.' },
  },
});

@InputType({ description: '申请人情况；只有事项二、事项五的权限取决于此 · Facts of the applicant; only P02 and P05 depend on any.' })
export class ApplicantInput {
  @Field(() => CapitalOfApplicant, { nullable: true, description: '资本（事项二） · Capital (P02, XT-3.2b).' })
  capital?: Applicant['capital'] | null;

  @Field(() => AffiliationOfApplicant, { nullable: true, description: '所属（事项二） · Owner (P02, XT-3.2b, XT-3.2f).' })
  affiliation?: Applicant['affiliation'] | null;

  @Field(() => Boolean, { nullable: true, description: '有无上级主管部门（事项二） · Whether it has a superior authority (P02).' })
  superiorAuthority?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: '是否跨地区连锁经营企业（事项五） · Whether it is a cross-district chain (P05, XT-3.5b).' })
  isCrossRegionChain?: boolean | null;

  @Field(() => String, { nullable: true, description: '主要办事机构所在区代码（连锁企业） · District of the principal office of a chain (A-11); outside Tianjin its division code or ELSEWHERE.' })
  principalOfficeDistrict?: string | null;
}

@ObjectType({ description: '告知义务：何事、由谁、告知谁 · Somebody must be told: what, by whom, to whom.' })
export class CompetenceNotice {
  @Field(() => DutyToTell, { description: '义务种类 · Kind of duty.' })
  kind!: NoticeKind;

  @Field(() => Agency, { description: '义务机关 · Who has the duty.' })
  by!: Agency;

  @Field(() => Agency, { description: '接收方 · Who is told.' })
  to!: Agency;

  @Field(() => [String], { description: '触发的办理类型；定期报送为空 · Actions that set it off; empty for a periodic report.' })
  on!: readonly string[];

  @Field(() => LegalBasis, { description: '依据 · Basis.' })
  basis!: LegalBasis;
}

@ObjectType({ description: '权限：谁决定、以谁的权限、谁监管、谁指导、告知谁 · Who decides, in whose authority, who supervises, who guides, who is told.' })
export class CompetenceAnswer {
  @Field(() => PermitItemInfo, { description: '许可事项 · Permit item.' })
  item!: PermitItemInfo;

  @Field(() => String, { description: '坐落 · District code or FTZ:AREA.' })
  location!: string;

  @Field(() => LegalDate, { description: '所询日期 · The day asked for.' })
  at!: string;

  @Field(() => Agency, { description: '决定机关 · The organ that decides.' })
  decidedBy!: Agency;

  @Field(() => LegalFormOfDecision, { description: '实施形式 · Legal form.' })
  legalForm!: LegalForm;

  @Field(() => Agency, { description: '权限所属机关 · The organ in whose authority the decision stands.' })
  legalAuthority!: Agency;

  @Field(() => CompetenceBasis, { description: '权限来源 · What the competence rests on.' })
  competenceBasis!: Competence['competenceBasis'];

  @Field(() => LegalBasis, { description: '决定权限的依据 · Basis of the decision.' })
  decisionBasis!: LegalBasis;

  @Field(() => Agency, { nullable: true, description: '监管机关；办法未定则为空 · The organ that supervises; null where the measures name none.' })
  supervisor!: Agency | null;

  @Field(() => Boolean, { description: '监管机关系推定 · Whether the supervisor is inferred by a ruling.' })
  supervisorInferred!: boolean;

  @Field(() => Boolean, { description: '条款写明可以处罚 · Whether the clause gives the supervisor penalties.' })
  supervisorMayPenalise!: boolean;

  @Field(() => LegalBasis, { description: '监管的依据 · Basis of supervision, or of there being none.' })
  supervisionBasis!: LegalBasis;

  @Field(() => Agency, { nullable: true, description: '指导机关 · Who guides the supervisor.' })
  guidedBy!: Agency | null;

  @Field(() => LegalBasis, { nullable: true, description: '指导的依据 · Basis of guidance.' })
  guidanceBasis!: LegalBasis | null;

  @Field(() => [CompetenceNotice], { description: '告知义务 · Who must be told.' })
  notices!: CompetenceNotice[];
}

/** The facts of an input that are stated. */
export function statedFacts(input: ApplicantInput | null | undefined): Partial<Applicant> {
  const { capital, affiliation, superiorAuthority, isCrossRegionChain, principalOfficeDistrict } = input ?? {};
  return {
    ...(capital ? { capital } : {}),
    ...(affiliation ? { affiliation } : {}),
    ...(typeof superiorAuthority === 'boolean' ? { superiorAuthority } : {}),
    ...(typeof isCrossRegionChain === 'boolean' ? { isCrossRegionChain } : {}),
    ...(typeof principalOfficeDistrict === 'string' ? { principalOfficeDistrict } : {}),
  };
}

/** An answer of the measures as the schema shows it. */
export function competenceAnswer(found: Competence): CompetenceAnswer {
  return {
    item: permitItemInfo(found.item, found.at),
    location: found.location,
    at: found.at,
    decidedBy: registered(found.decidedBy),
    legalForm: found.legalForm,
    legalAuthority: registered(found.legalAuthority),
    competenceBasis: found.competenceBasis,
    decisionBasis: found.basis.decision,
    supervisor: found.supervisor === null ? null : registered(found.supervisor),
    supervisorInferred: found.supervisorInferred,
    supervisorMayPenalise: found.supervisorMayPenalise,
    supervisionBasis: found.basis.supervision,
    guidedBy: found.guidedBy === null ? null : registered(found.guidedBy),
    guidanceBasis: found.basis.guidance,
    notices: found.notices.map((notice) => ({ ...notice, by: registered(notice.by), to: registered(notice.to) })),
  };
}

function registered(code: string): Agency {
  const record = agencyOfCode(code);
  if (!record) throw new Error(`competence names an agency that is not registered: ${code}`);
  return agencyOf(record);
}
