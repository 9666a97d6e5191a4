/** The city of source 000: every agency of Tianjin carries this jurisdiction (A-69: two cities, two rule profiles). */
export const TIANJIN = 'CN-TJ';

/** Binhai New Area. The free-trade areas lie inside it, so their permits are supervised there. */
export const BINHAI_DISTRICT = '120116';

/** The districts of Tianjin as GB/T 2260 numbers them today, with the stem of their agencies' codes. */
export const districts = [
  { code: '120101', stem: 'HEPING', zh: '和平区', en: 'Heping District' },
  { code: '120102', stem: 'HEDONG', zh: '河东区', en: 'Hedong District' },
  { code: '120103', stem: 'HEXI', zh: '河西区', en: 'Hexi District' },
  { code: '120104', stem: 'NANKAI', zh: '南开区', en: 'Nankai District' },
  { code: '120105', stem: 'HEBEI', zh: '河北区', en: 'Hebei District' },
  { code: '120106', stem: 'HONGQIAO', zh: '红桥区', en: 'Hongqiao District' },
  { code: '120110', stem: 'DONGLI', zh: '东丽区', en: 'Dongli District' },
  { code: '120111', stem: 'XIQING', zh: '西青区', en: 'Xiqing District' },
  { code: '120112', stem: 'JINNAN', zh: '津南区', en: 'Jinnan District' },
  { code: '120113', stem: 'BEICHEN', zh: '北辰区', en: 'Beichen District' },
  { code: '120114', stem: 'WUQING', zh: '武清区', en: 'Wuqing District' },
  { code: '120115', stem: 'BAODI', zh: '宝坻区', en: 'Baodi District' },
  { code: BINHAI_DISTRICT, stem: 'BINHAI', zh: '滨海新区', en: 'Binhai New Area' },
  { code: '120117', stem: 'NINGHE', zh: '宁河区', en: 'Ninghe District' },
  { code: '120118', stem: 'JINGHAI', zh: '静海区', en: 'Jinghai District' },
  { code: '120119', stem: 'JIZHOU', zh: '蓟州区', en: 'Jizhou District' },
] as const;

export type District = (typeof districts)[number];

/** The areas (片区) of the pilot free-trade zone. Each has an approval bureau and no human-resources bureau. */
export const freeTradeAreas = [
  { area: 'DONGJIANG', location: 'FTZ:DONGJIANG', zh: '天津东疆片区', en: 'Dongjiang Area' },
  { area: 'AIRPORT', location: 'FTZ:AIRPORT', zh: '天津机场片区', en: 'Tianjin Airport Area' },
  { area: 'CBD', location: 'FTZ:CBD', zh: '滨海新区中心商务片区', en: 'Binhai Central Business Area' },
] as const;

export type FreeTradeArea = (typeof freeTradeAreas)[number];

/** Where a permit is located: a district code, or an area of the free-trade zone. Never guessed from an address. */
export type PermitLocation = District['code'] | FreeTradeArea['location'];

export const permitLocations: readonly PermitLocation[] = [
  ...districts.map((district) => district.code),
  ...freeTradeAreas.map((area) => area.location),
];

const knownLocations: ReadonlySet<string> = new Set(permitLocations);

export function isPermitLocation(value: string): value is PermitLocation {
  return knownLocations.has(value);
}

/** The district whose human-resources bureau answers for a location: an FTZ area belongs to Binhai. */
export function districtOf(location: PermitLocation): District['code'] {
  return districts.find((district) => district.code === location)?.code ?? BINHAI_DISTRICT;
}

/** Kinds of agency, codes of the measures' vocabulary; FOREIGN_REGISTER is the hub's own, for registers of other states. */
export type AgencyKind =
  | 'MUNI_HRSS'
  | 'DISTRICT_HRSS'
  | 'DISTRICT_APPROVAL'
  | 'BINHAI_APPROVAL'
  | 'FTZ_APPROVAL'
  | 'FOREIGN_REGISTER';

/** One agency as the hub registers it: `nameZh` is the exact registered name that imports are matched by. */
export interface AgencyRecord {
  readonly code: string;
  readonly kind: AgencyKind;
  readonly jurisdiction: string;
  /** GB/T 2260 code of the district it belongs to; null for a city-wide or foreign body. */
  readonly district: string | null;
  readonly nameZh: string;
  readonly nameEn: string;
}

const ofDistrict = (district: District): readonly AgencyRecord[] => [
  {
    code: `${district.stem}_HRSS`,
    kind: 'DISTRICT_HRSS',
    jurisdiction: TIANJIN,
    district: district.code,
    nameZh: `天津市${district.zh}人力资源和社会保障局`,
    nameEn: `Tianjin ${district.en} Human Resources and Social Security Bureau`,
  },
  {
    code: `${district.stem}_APPROVAL`,
    kind: district.code === BINHAI_DISTRICT ? 'BINHAI_APPROVAL' : 'DISTRICT_APPROVAL',
    jurisdiction: TIANJIN,
    district: district.code,
    nameZh: `天津市${district.zh}行政审批局`,
    nameEn: `Tianjin ${district.en} Administrative Approval Bureau`,
  },
];

const ofFreeTradeArea = ({ area, zh, en }: FreeTradeArea): AgencyRecord => ({
  code: `FTZ_${area}_APPROVAL`,
  kind: 'FTZ_APPROVAL',
  jurisdiction: TIANJIN,
  district: BINHAI_DISTRICT,
  nameZh: `中国（天津）自由贸易试验区${zh}行政审批局`,
  nameEn: `China (Tianjin) Pilot Free Trade Zone ${en} Administrative Approval Bureau`,
});

/**
 * All agencies the hub knows: the municipal bureau, a human-resources and an approval bureau per district, the approval
 * bureaux of the free-trade areas, and the foreign register of the sample data. Start-up upserts them into `hub.agency`.
 */
export const agencies: readonly AgencyRecord[] = [
  {
    code: 'MUNI_HRSS',
    kind: 'MUNI_HRSS',
    jurisdiction: TIANJIN,
    district: null,
    nameZh: '天津市人力资源和社会保障局',
    nameEn: 'Tianjin Municipal Human Resources and Social Security Bureau',
  },
  ...districts.flatMap(ofDistrict),
  ...freeTradeAreas.map(ofFreeTradeArea),
  {
    code: 'US_OFLC',
    kind: 'FOREIGN_REGISTER',
    jurisdiction: 'US',
    district: null,
    nameZh: '美国劳工部外国劳工认证办公室',
    nameEn: 'Office of Foreign Labor Certification, United States Department of Labor',
  },
];

const byCode: ReadonlyMap<string, AgencyRecord> = new Map(agencies.map((agency) => [agency.code, agency]));

export function agencyOfCode(code: string): AgencyRecord | null {
  return byCode.get(code) ?? null;
}

const byName: ReadonlyMap<string, AgencyRecord> = new Map(agencies.map((agency) => [agency.nameZh, agency]));

/** The agency registered under exactly this Chinese name, or null: organs are never matched by likeness. */
export function agencyOfName(nameZh: string): AgencyRecord | null {
  return byName.get(nameZh) ?? null;
}

/** The location an agency itself stands for: its area for an FTZ bureau, 120116 for Binhai's (XT-3.1b), else null. */
export function ownLocationOf(agency: AgencyRecord): PermitLocation | null {
  if (agency.kind === 'BINHAI_APPROVAL') return BINHAI_DISTRICT;
  if (agency.kind !== 'FTZ_APPROVAL') return null;
  return freeTradeAreas.find(({ area }) => agency.code === `FTZ_${area}_APPROVAL`)?.location ?? null;
}
