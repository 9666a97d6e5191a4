import type { Chain, Place, Situation } from './question.js';

/** The clauses and rulings one part of an answer rests on. */
export interface Basis {
  readonly clauses: readonly string[];
  readonly rulings: readonly string[];
}

/**
 * OWN: decides in its own authority. ENTRUSTED (委托): in the authority of another organ. DELEGATED (下放): authority that
 * was the city's and has moved with the decision. JOINT: in an authority that several bureaus hold together.
 */
export type LegalForm = 'OWN' | 'ENTRUSTED' | 'DELEGATED' | 'JOINT';

/**
 * An organ as a clause names it. Concrete bodies follow from the situation: AREA is the bureau of the free-trade area,
 * DISTRICT_APPROVAL and DISTRICT_HRSS are those of the district, PRINCIPAL_OFFICE the approval bureau of a chain's
 * principal office, BINHAI_ROUTE what the routing table says, DECIDER who decides. The others are bodies of the register.
 */
export type Seat =
  | 'AREA'
  | 'DISTRICT_APPROVAL'
  | 'DISTRICT_HRSS'
  | 'PRINCIPAL_OFFICE'
  | 'BINHAI_ROUTE'
  | 'DECIDER'
  | 'MUNI_HRSS'
  | 'MUNI_LR_DIV'
  | 'MUNI_FEB'
  | 'BIZ_AUTHORITY'
  | 'BINHAI_APPROVAL'
  | 'BINHAI_HRSS'
  | 'BINHAI_FEB'
  | 'JINBAO';

/** All that is stated must hold; what is not stated does not matter. */
export interface Condition {
  readonly place?: Place;
  /** First day, inclusive. The days before fall to a later rule. */
  readonly from?: string;
  readonly capital?: Situation['capital'];
  readonly owner?: Situation['owner'];
  readonly superiorAuthority?: boolean;
  readonly chain?: Chain;
}

/**
 * A duty to tell. FILING (备案): of a decision; DELIVERY (送): of the units concerned; ENTRY (录入): into a system; REPORT
 * (报送): of what was done in a period.
 */
export type NoticeKind = 'FILING' | 'DELIVERY' | 'ENTRY' | 'REPORT';

export interface NoticeRule extends Basis {
  readonly kind: NoticeKind;
  readonly by: Seat;
  readonly to: Seat;
  /** Actions that set it off; empty for a report, which a period sets off. */
  readonly on: readonly string[];
  /** Holds only where the settings ask for it. */
  readonly optional?: true;
}

export interface DecisionRule extends Basis {
  readonly when: Condition;
  readonly decides: Seat;
  readonly legalForm: LegalForm;
  /** Whose authority it is, where not the decider's. */
  readonly authority?: Seat;
  /** EXTERNAL where the clause refers to a document outside the measures. */
  readonly competenceBasis?: 'EXTERNAL';
  readonly notices?: readonly NoticeRule[];
}

export interface SupervisionRule extends Basis {
  readonly when: Condition;
  /** Null where no clause names a supervisor and none is inferred. */
  readonly supervises: Seat | null;
  /** True where no clause names it and a ruling fills the gap. */
  readonly inferred?: true;
  /** Whether the clause gives it penalties besides inspection (XT-3.5e). */
  readonly mayPenalise?: true;
  readonly guidance?: Basis & { readonly by: Seat };
}

/** The rules of one item. Of decisions and of supervision the first that fits holds; the last states no condition. */
export interface ItemRules {
  readonly decisions: readonly DecisionRule[];
  readonly supervision: readonly SupervisionRule[];
}

export function fits(when: Condition, situation: Situation): boolean {
  return (
    (when.place === undefined || when.place === situation.place) &&
    (when.from === undefined || when.from <= situation.at) &&
    (when.capital === undefined || when.capital === situation.capital) &&
    (when.owner === undefined || when.owner === situation.owner) &&
    (when.superiorAuthority === undefined || when.superiorAuthority === situation.superiorAuthority) &&
    (when.chain === undefined || when.chain === situation.chain)
  );
}
