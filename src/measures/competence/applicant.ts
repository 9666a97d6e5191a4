import { districts } from '../agencies.js';
import type { PermitItem } from '../permit-items.js';

/** What competence asks of an applicant: the first three for P02 (XT-3.2b, XT-3.2f), the last two for P05 (XT-3.5b). */
export interface Applicant {
  /** DOMESTIC = 内资; capital from Hong Kong, Macao and Taiwan counts as FOREIGN. */
  readonly capital: 'DOMESTIC' | 'FOREIGN';
  /** Who owns the unit (所属): Binhai, the district it is located in, or anybody else. In Binhai the first two agree. */
  readonly affiliation: 'BINHAI_OWNED' | 'DISTRICT_OWNED' | 'OTHER';
  /** Whether it has a superior authority (上级主管部门). */
  readonly superiorAuthority: boolean;
  /** Whether it is a chain that works in several districts (跨地区连锁经营企业); not stated = no. */
  readonly isCrossRegionChain?: boolean;
  /**
   * For a chain: the district of its principal office (主要办事机构所在地), which may differ from its domicile.
   * A district code of Tianjin, a division code of elsewhere, or ELSEWHERE.
   */
  readonly principalOfficeDistrict?: string;
}

export type ApplicantFact = keyof Applicant;

/** Stands for every principal office outside Tianjin. */
export const ELSEWHERE = 'ELSEWHERE';

const capitals = ['DOMESTIC', 'FOREIGN'] as const;
const affiliations = ['BINHAI_OWNED', 'DISTRICT_OWNED', 'OTHER'] as const;

/** Every applicant that competence for P02 can tell apart; other items but P05 answer the same for all of them. */
export const everyApplicant: readonly Applicant[] = capitals.flatMap((capital) =>
  affiliations.flatMap((affiliation) => [false, true].map((superiorAuthority) => ({ capital, affiliation, superiorAuthority }))),
);

/** An applicant of whom nothing matters: the facts that an item does not ask for. */
const anyApplicant: Applicant = { capital: 'DOMESTIC', affiliation: 'OTHER', superiorAuthority: false };

const everyEmployer: readonly Applicant[] = [
  { ...anyApplicant, isCrossRegionChain: false },
  ...[...districts.map(({ code }) => code), ELSEWHERE].map((principalOfficeDistrict) => ({
    ...anyApplicant,
    isCrossRegionChain: true,
    principalOfficeDistrict,
  })),
];

/** The facts an item's competence depends on; empty for most items. */
export const factsOfItem: Readonly<Record<PermitItem, readonly ApplicantFact[]>> = {
  P01: [],
  P02: ['capital', 'affiliation', 'superiorAuthority'],
  P03: [],
  P04: [],
  P05: ['isCrossRegionChain', 'principalOfficeDistrict'],
  P06: [],
  P07: [],
  P08: [],
  P09: [],
  P10: [],
};

/** Every applicant that competence for an item might tell apart. Most items answer the same for all of them. */
export function applicantsOf(item: PermitItem): readonly Applicant[] {
  return item === 'P05' ? everyEmployer : everyApplicant;
}

/**
 * The applicants that agree with what is known: a fact that the item asks for and that is not given stays open, one that
 * it does not ask for is left aside.
 */
export function applicantsWith(item: PermitItem, known: Partial<Applicant>): readonly Applicant[] {
  const facts = factsOfItem[item].filter((fact) => known[fact] !== undefined && fact !== 'principalOfficeDistrict');
  const agreeing = applicantsOf(item).filter((applicant) => facts.every((fact) => applicant[fact] === known[fact]));
  const office = known.principalOfficeDistrict;
  if (item !== 'P05' || office === undefined) return agreeing;
  // A principal office is a fact about chains alone, and a code of elsewhere is none of those listed.
  const chain = agreeing.find(({ isCrossRegionChain }) => isCrossRegionChain);
  return [...agreeing.filter(({ isCrossRegionChain }) => !isCrossRegionChain), ...(chain ? [{ ...chain, principalOfficeDistrict: office }] : [])];
}
