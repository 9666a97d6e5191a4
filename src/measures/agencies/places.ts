/** The city of sources 000 to 003: every agency of Tianjin carries this jurisdiction (A-69: two cities, two rule profiles). */
export const TIANJIN = 'CN-TJ';

/** The city of source 004: ISO 3166-2 province and GB/T 2260 city. Its rules never bind Tianjin's records. */
export const XIAMEN = 'CN-FJ-350200';

/** Jurisdiction of bodies of the state as a whole. */
export const CHINA = 'CN';

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

/** The districts of Xiamen, with the stem of their agencies' codes. No permit of the ten items is located there. */
export const xiamenDistricts = [
  { code: '350203', stem: 'XM_SIMING', zh: '思明区', en: 'Siming District' },
  { code: '350205', stem: 'XM_HAICANG', zh: '海沧区', en: 'Haicang District' },
  { code: '350206', stem: 'XM_HULI', zh: '湖里区', en: 'Huli District' },
  { code: '350211', stem: 'XM_JIMEI', zh: '集美区', en: 'Jimei District' },
  { code: '350212', stem: 'XM_TONGAN', zh: '同安区', en: 'Tong’an District' },
  { code: '350213', stem: 'XM_XIANGAN', zh: '翔安区', en: 'Xiang’an District' },
] as const;

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
