import { firstDayOfBusinessAuthority } from '../agencies/tianjin.js';
import type { PermitItem } from '../permit-items.js';
import type { DecisionRule, ItemRules, NoticeRule, Seat, SupervisionRule } from './rule.js';

/** First day on which Binhai decides P01 (XT-4.1.1a). */
const firstDayOfBinhai = '2016-10-16';

/** Supervision by the bureau of the district, under guidance of the municipal one, and the clauses of both. */
function districtSupervises(clause: string, guidance: readonly string[]): SupervisionRule {
  return { when: {}, supervises: 'DISTRICT_HRSS', clauses: [clause], rulings: [], guidance: { by: 'MUNI_HRSS', clauses: guidance, rulings: [] } };
}

/** Free-trade areas and Binhai each decide for their own area; the special rule stands first. */
function ownAreasDecide(clause: string, notices: readonly NoticeRule[] = []): readonly DecisionRule[] {
  return [
    { when: { place: 'FTZ' }, decides: 'AREA', legalForm: 'OWN', clauses: [clause], rulings: ['A-07'], notices },
    { when: { place: 'BINHAI' }, decides: 'BINHAI_APPROVAL', legalForm: 'OWN', clauses: [clause], rulings: ['A-07'], notices },
  ];
}

function municipalBureauDecides(clause: string, rulings: readonly string[] = []): DecisionRule {
  return { when: {}, decides: 'MUNI_HRSS', legalForm: 'OWN', clauses: [clause], rulings };
}

/** 备案 by the decider. No clause gives it a time: pushed on the action, monitored as a default of the project. */
function filing(to: Seat, on: readonly string[], clause: string, ...rulings: readonly string[]): NoticeRule {
  return { kind: 'FILING', by: 'DECIDER', to, on, clauses: [clause], rulings: [...rulings, 'A-58'] };
}

/** P05 and P06: entered into the HRSS system at once, and counted in a form for the labour relations division. */
const entryAndForm = (formClauses: readonly string[]): readonly NoticeRule[] => [
  { kind: 'ENTRY', by: 'DECIDER', to: 'JINBAO', on: ['GRANT'], clauses: ['XT-5.3.2b'], rulings: ['A-58'] },
  { kind: 'REPORT', by: 'DECIDER', to: 'MUNI_LR_DIV', on: [], clauses: ['XT-5.3.2c', ...formClauses], rulings: ['A-20'] },
];

/** What was decided in a month and in a year, from the district's bureau. Binhai's covers the free-trade areas. */
const dispatchReport: NoticeRule = {
  kind: 'REPORT', by: 'DISTRICT_HRSS', to: 'MUNI_HRSS', on: [], clauses: ['XT-5.1.1b', 'XT-5.1.1c'], rulings: ['A-06'],
};

const dispatchNotices: readonly NoticeRule[] = [
  {
    kind: 'DELIVERY',
    by: 'DECIDER',
    to: 'DISTRICT_HRSS',
    on: ['GRANT', 'BRANCH_FILING', 'CHANGE', 'RENEWAL', 'CANCELLATION', 'REVOCATION'],
    clauses: ['XT-5.1.2c'],
    rulings: ['A-02', 'A-07', 'A-70'],
  },
  dispatchReport,
];

/**
 * P01. XT-4.1.1a dates Binhai's bureau alone, and no clause dates the free-trade areas, so XT-3.1b holds for them on
 * every day. The other reading, the municipal bureau until the same day, would refuse decisions the areas did make on
 * the strength of a clause that does not speak of them.
 */
const labourDispatch: ItemRules = {
  decisions: [
    { when: { place: 'FTZ' }, decides: 'AREA', legalForm: 'OWN', clauses: ['XT-3.1b'], rulings: ['A-07'], notices: dispatchNotices },
    {
      when: { place: 'BINHAI', from: firstDayOfBinhai },
      decides: 'BINHAI_APPROVAL',
      legalForm: 'OWN',
      clauses: ['XT-3.1b', 'XT-4.1.1a'],
      rulings: ['A-07'],
      notices: dispatchNotices,
    },
    { when: { place: 'BINHAI' }, decides: 'MUNI_HRSS', legalForm: 'OWN', clauses: ['XT-3.1a', 'XT-4.1.1a'], rulings: [] },
    { ...municipalBureauDecides('XT-3.1a'), notices: [{ ...dispatchReport, optional: true }] },
  ],
  supervision: [{ ...districtSupervises('XT-3.1c', ['XT-3.1c', 'XT-5.1.1a']), rulings: ['A-63'] }],
};

const binhaiAgencyFiling = [filing('MUNI_HRSS', ['GRANT'], 'XT-3.2c')];
const guidanceOfAgencies = { by: 'MUNI_HRSS', clauses: ['XT-3.2f', 'XT-5.2.1'], rulings: [] } as const;

/**
 * P02. The operative text beats the title “全部委托下放”; no clause dates the entrustment, so it holds on every
 * day. A holder that is neither the district's own nor without a superior authority has no supervisor in XT-3.2f, in a
 * free-trade area no more than elsewhere: A-08 names the municipal bureau.
 */
const agencies: ItemRules = {
  decisions: [
    {
      when: { place: 'FTZ', capital: 'DOMESTIC' },
      decides: 'AREA',
      legalForm: 'OWN',
      clauses: ['XT-3.2d'],
      rulings: ['A-07', 'A-08'],
      notices: [filing('MUNI_HRSS', ['GRANT'], 'XT-3.2e')],
    },
    {
      when: { capital: 'DOMESTIC', owner: 'BINHAI' },
      decides: 'BINHAI_APPROVAL',
      legalForm: 'ENTRUSTED',
      authority: 'MUNI_HRSS',
      clauses: ['XT-3.2b'],
      rulings: ['A-08', 'A-09'],
      notices: binhaiAgencyFiling,
    },
    {
      when: { place: 'BINHAI', capital: 'DOMESTIC', superiorAuthority: false },
      decides: 'BINHAI_APPROVAL',
      legalForm: 'ENTRUSTED',
      authority: 'MUNI_HRSS',
      clauses: ['XT-3.2b'],
      rulings: ['A-08', 'A-09'],
      notices: binhaiAgencyFiling,
    },
    municipalBureauDecides('XT-3.2a', ['A-08']),
  ],
  supervision: [
    { when: { owner: 'BINHAI' }, supervises: 'BINHAI_HRSS', clauses: ['XT-3.2f'], rulings: ['A-08'], guidance: guidanceOfAgencies },
    { when: { owner: 'DISTRICT' }, supervises: 'DISTRICT_HRSS', clauses: ['XT-3.2f'], rulings: ['A-08'], guidance: guidanceOfAgencies },
    { when: { superiorAuthority: false }, supervises: 'DISTRICT_HRSS', clauses: ['XT-3.2f'], rulings: ['A-08'], guidance: guidanceOfAgencies },
    { when: {}, supervises: 'MUNI_HRSS', inferred: true, clauses: ['XT-3.2f'], rulings: ['A-08'] },
  ],
};

/** P03. The title prints 委托下放, the text 负责实施: authority has moved with the decision. */
const jobFairs: ItemRules = {
  decisions: [{ when: {}, decides: 'DISTRICT_APPROVAL', legalForm: 'DELEGATED', clauses: ['XT-3.3a'], rulings: ['A-09'] }],
  supervision: [districtSupervises('XT-3.3b', ['XT-3.3b', 'XT-5.2.1'])],
};

const hongKongMacaoTaiwan: ItemRules = {
  decisions: [...ownAreasDecide('XT-3.4b'), municipalBureauDecides('XT-3.4a')],
  supervision: [districtSupervises('XT-3.4c', ['XT-3.4c', 'XT-5.2.1'])],
};

const specialHoursNotices = entryAndForm(['XT-A2.8']);

const specialHoursOfLocation: readonly DecisionRule[] = [
  { when: { place: 'FTZ' }, decides: 'AREA', legalForm: 'OWN', clauses: ['XT-3.5d'], rulings: ['A-07'], notices: specialHoursNotices },
  {
    when: { place: 'BINHAI' },
    decides: 'BINHAI_ROUTE',
    legalForm: 'OWN',
    competenceBasis: 'EXTERNAL',
    clauses: ['XT-3.5c'],
    rulings: ['A-10'],
    notices: specialHoursNotices,
  },
  { when: {}, decides: 'DISTRICT_APPROVAL', legalForm: 'OWN', clauses: ['XT-3.5a'], rulings: [], notices: specialHoursNotices },
];

/**
 * P05. A chain is decided where its principal office lies; if that is Binhai, by Binhai's routing table. XT-3.5b
 * allocates among the districts of Tianjin only: with an office elsewhere each local employer is decided by itself.
 */
const specialHours: ItemRules = {
  decisions: [
    { when: { chain: 'OTHER_DISTRICT' }, decides: 'PRINCIPAL_OFFICE', legalForm: 'OWN', clauses: ['XT-3.5b'], rulings: ['A-11'], notices: specialHoursNotices },
    {
      when: { chain: 'BINHAI' },
      decides: 'BINHAI_ROUTE',
      legalForm: 'OWN',
      competenceBasis: 'EXTERNAL',
      clauses: ['XT-3.5b', 'XT-3.5c'],
      rulings: ['A-10', 'A-11'],
      notices: specialHoursNotices,
    },
    ...specialHoursOfLocation.map(
      (rule): DecisionRule => ({ ...rule, when: { ...rule.when, chain: 'ELSEWHERE' }, rulings: [...rule.rulings, 'A-11'] }),
    ),
    ...specialHoursOfLocation,
  ],
  supervision: [{ ...districtSupervises('XT-3.5e', ['XT-5.3.1']), mayPenalise: true }],
};

const collectiveContracts: ItemRules = {
  decisions: [{ when: {}, decides: 'DISTRICT_APPROVAL', legalForm: 'OWN', clauses: ['XT-3.6a'], rulings: [], notices: entryAndForm(['XT-A3.5a', 'XT-A3.5b']) }],
  supervision: [districtSupervises('XT-3.6b', ['XT-3.6b', 'XT-5.3.1'])],
};

const guidanceOfForeigners = { by: 'MUNI_FEB', clauses: ['XT-3.7c'] } as const;
const binhaiForeigners: Pick<SupervisionRule, 'supervises' | 'clauses'> = { supervises: 'BINHAI_FEB', clauses: ['XT-3.7c'] };

/**
 * P07. The seat of the foreign experts bureau passes on 2020-04-15 to the science and technology bureau, which
 * from then on holds the authority together with the municipal bureau (CK-1a). Who sits on it changes, the list of
 * deciders does not: windows act under an agreement and decide nothing.
 */
const foreigners: ItemRules = {
  decisions: [
    ...ownAreasDecide('XT-3.7b'),
    {
      when: { from: firstDayOfBusinessAuthority },
      decides: 'MUNI_FEB',
      legalForm: 'JOINT',
      authority: 'BIZ_AUTHORITY',
      clauses: ['XT-3.7a', 'CK-1a'],
      rulings: ['A-12', 'A-57'],
    },
    { when: {}, decides: 'MUNI_FEB', legalForm: 'OWN', clauses: ['XT-3.7a'], rulings: ['A-12'] },
  ],
  supervision: [
    { when: { place: 'FTZ' }, ...binhaiForeigners, rulings: ['A-07'], guidance: { ...guidanceOfForeigners, rulings: ['A-57'] } },
    { when: { place: 'BINHAI' }, ...binhaiForeigners, rulings: [], guidance: { ...guidanceOfForeigners, rulings: ['A-57'] } },
    { when: { from: firstDayOfBusinessAuthority }, supervises: 'BIZ_AUTHORITY', inferred: true, clauses: ['XT-3.7c', 'CK-1a'], rulings: ['A-12', 'A-57'] },
    { when: {}, supervises: 'MUNI_FEB', inferred: true, clauses: ['XT-3.7c'], rulings: ['A-12'] },
  ],
};

const appraisalBodies: ItemRules = {
  decisions: [
    ...ownAreasDecide('XT-3.8b', [filing('MUNI_HRSS', ['GRANT'], 'XT-3.8c'), filing('BINHAI_HRSS', ['GRANT'], 'XT-3.8c')]),
    municipalBureauDecides('XT-3.8a'),
  ],
  supervision: [districtSupervises('XT-3.8d', ['XT-3.8d', 'XT-5.2.1'])],
};

/** P09 names deciders and nothing else. Absence of a duty is not a duty: no supervisor, no filing. */
const certificates: ItemRules = {
  decisions: [...ownAreasDecide('XT-3.9b'), municipalBureauDecides('XT-3.9a')],
  supervision: [{ when: {}, supervises: null, clauses: ['XT-3.9a', 'XT-3.9b'], rulings: ['A-13'] }],
};

/** The four actions of P10 (包括设立、增项、变更、撤销); a cancellation is taken in, but not filed. */
const filedActions = ['ESTABLISH', 'ADD_ITEM', 'CHANGE', 'REVOKE'];

const trainingBodies: ItemRules = {
  decisions: [
    {
      when: {},
      decides: 'DISTRICT_APPROVAL',
      legalForm: 'OWN',
      clauses: ['XT-3.10a', 'XT-3.10b'],
      rulings: ['A-14'],
      notices: [filing('MUNI_HRSS', filedActions, 'XT-3.10c', 'A-14'), filing('DISTRICT_HRSS', filedActions, 'XT-3.10c', 'A-14')],
    },
  ],
  supervision: [districtSupervises('XT-3.10d', ['XT-3.10d', 'XT-5.2.1'])],
};

/** The rules of the ten items. Where a clause names the bureau of the district, a free-trade area lies in Binhai's. */
export const rulesOfItem: Readonly<Record<PermitItem, ItemRules>> = {
  P01: labourDispatch,
  P02: agencies,
  P03: jobFairs,
  P04: hongKongMacaoTaiwan,
  P05: specialHours,
  P06: collectiveContracts,
  P07: foreigners,
  P08: appraisalBodies,
  P09: certificates,
  P10: trainingBodies,
};
