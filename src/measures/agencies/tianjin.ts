import { agencyRecord, bodiesOf, type AgencyKind, type AgencyRecord } from './agency-record.js';
import { BINHAI_DISTRICT, CHINA, districts, freeTradeAreas, TIANJIN, type District, type FreeTradeArea } from './places.js';

/** Last day of the municipal foreign experts bureau, and the first of the authority that follows it (CK-1a, A-57). */
export const lastDayOfForeignExperts = '2020-04-14';
export const firstDayOfBusinessAuthority = '2020-04-15';

const body = bodiesOf(TIANJIN);
const stateBody = bodiesOf(CHINA);

/** Permits outside the delegated areas are its own (XT-3.1a, XT-3.2a, XT-3.4a, XT-3.8a, XT-3.9a). */
const municipalBureau = body('MUNI_HRSS', '天津市人力资源和社会保障局', 'Tianjin Municipal Human Resources and Social Security Bureau');

/** Binhai's approval bureau is a kind of its own: most clauses give it more than the other districts' bureaus. */
const approvalKind = (district: District): AgencyKind => (district.code === BINHAI_DISTRICT ? 'BINHAI_APPROVAL' : 'DISTRICT_APPROVAL');

const ofDistrict = (district: District): readonly AgencyRecord[] => [
  agencyRecord({
    code: `${district.stem}_HRSS`,
    kind: 'DISTRICT_HRSS',
    jurisdiction: TIANJIN,
    district: district.code,
    nameZh: `天津市${district.zh}人力资源和社会保障局`,
    nameEn: `Tianjin ${district.en} Human Resources and Social Security Bureau`,
  }),
  agencyRecord({
    code: `${district.stem}_APPROVAL`,
    kind: approvalKind(district),
    jurisdiction: TIANJIN,
    district: district.code,
    nameZh: `天津市${district.zh}行政审批局`,
    nameEn: `Tianjin ${district.en} Administrative Approval Bureau`,
  }),
];

const ofFreeTradeArea = ({ area, zh, en }: FreeTradeArea): AgencyRecord =>
  agencyRecord({
    code: `FTZ_${area}_APPROVAL`,
    kind: 'FTZ_APPROVAL',
    jurisdiction: TIANJIN,
    district: BINHAI_DISTRICT,
    nameZh: `中国（天津）自由贸易试验区${zh}行政审批局`,
    nameEn: `China (Tianjin) Pilot Free Trade Zone ${en} Administrative Approval Bureau`,
  });

const partOfBureau = { partOf: municipalBureau.code };

/** Divisions and institutions of the municipal bureau (XT-5.3.2c, SX-A.2 … SX-A.5). */
const divisions = [
  body('MUNI_LR_DIV', '天津市人力资源和社会保障局劳动关系处', 'Tianjin HRSS Bureau, Labour Relations Division', partOfBureau),
  body('LEGAL_DIV', '天津市人力资源和社会保障局法规处', 'Tianjin HRSS Bureau, Legal Affairs Division', partOfBureau),
  body('TALENT_DIV', '天津市人力资源和社会保障局人才开发处', 'Tianjin HRSS Bureau, Talent Development Division', partOfBureau),
  body('GOV_SERVICE_DIV', '天津市人力资源和社会保障局政务服务处', 'Tianjin HRSS Bureau, Government Services Division', partOfBureau),
  body('LABOUR_INSPECTION_DIV', '天津市人力资源和社会保障局劳动监察处', 'Tianjin HRSS Bureau, Labour Inspection Division', partOfBureau),
  body('LABOUR_INSPECTION_CORPS', '天津市劳动保障监察总队', 'Tianjin Labour Security Inspection Corps', partOfBureau),
  body('SI_CENTER', '天津市社保中心', 'Tianjin Social Insurance Centre', partOfBureau),
];

/** Foreigners' work permits: the authorities of both generations, pre-review and the state's system (XT-3.7*, CK-1a, A-57). */
const foreignerBodies = [
  body('MUNI_FEB', '天津市外国专家局', 'Tianjin Municipal Foreign Experts Bureau', { validTo: lastDayOfForeignExperts, successor: 'MUNI_STB' }),
  body('MUNI_STB', '天津市科学技术局', 'Tianjin Municipal Science and Technology Bureau', { validFrom: firstDayOfBusinessAuthority }),
  body('BIZ_AUTHORITY', '天津市外国人来华工作许可业务主管部门', 'Tianjin business authority of foreigners’ work permits (MUNI_STB with MUNI_HRSS)', {
    validFrom: firstDayOfBusinessAuthority,
  }),
  body('BINHAI_FEB', '天津市滨海新区外国专家局', 'Tianjin Binhai New Area Foreign Experts Bureau', { district: BINHAI_DISTRICT }),
  body('TJ_HR_CENTER', '中国天津人力资源中心', 'China Tianjin Human Resources Centre'),
  stateBody('STATE_FEB', '国家外国专家局', 'State Administration of Foreign Experts Affairs'),
  stateBody('STATE_FEB_SYSTEM', '外国人来华工作管理服务系统', 'Service System for Foreigners Working in China'),
];

/** A bureau that sees nothing without a registered agreement (YZ-2.9.2b, B-54). */
const partner = (code: string, nameZh: string, nameEn: string): AgencyRecord =>
  agencyRecord({ code, kind: 'PARTNER_BUREAU', jurisdiction: TIANJIN, nameZh, nameEn });

/** Governments, other bureaus and the ministry. Bodies the texts name in short keep that name behind the city's. */
const otherBodies = [
  body('BINHAI_GOV', '天津市滨海新区人民政府', 'People’s Government of Tianjin Binhai New Area', { district: BINHAI_DISTRICT }),
  body('MUNI_GOV', '天津市人民政府', 'Tianjin Municipal People’s Government'),
  body('MUNI_JUSTICE', '天津市司法局', 'Tianjin Municipal Justice Bureau'),
  body('MUNI_APPROVAL_OFFICE', '天津市审批办', 'Tianjin Municipal Administrative Approval Office'),
  body('MUNI_CAC', '天津市委网信办', 'Tianjin Municipal Cyberspace Affairs Office'),
  stateBody('MOHRSS', '人力资源和社会保障部', 'Ministry of Human Resources and Social Security'),
  partner('MARKET_SUPERVISION', '天津市市场监管委', 'Tianjin Municipal Market Supervision Commission'),
  partner('MUNI_PUBLIC_SECURITY', '天津市公安局', 'Tianjin Municipal Public Security Bureau'),
  partner('MUNI_AUDIT', '天津市审计局', 'Tianjin Municipal Audit Bureau'),
  partner('MUNI_CIVIL_AFFAIRS', '天津市民政局', 'Tianjin Municipal Civil Affairs Bureau'),
  partner('MUNI_LAND_HOUSING', '天津市国土房管局', 'Tianjin Municipal Land, Resources and Housing Bureau'),
];

/** Platforms the measures send data to or take them from (XT-5.3.2b, YZ-2.7a, YZ-3.3c, YZ-3.5c, SX-3.4.1a). */
const platforms = [
  body('JINBAO', '人力社保金保二期信息系统', 'Jinbao phase II information system'),
  body('GOV_PORTAL', '天津网上办事大厅', 'Tianjin Online Government Service Hall'),
  body('EXCHANGE_PLATFORM', '天津市统一数据共享交换平台', 'Tianjin Unified Data Sharing and Exchange Platform'),
  body('CREDIT_PLATFORM', '天津市信用信息平台', 'Tianjin Credit Information Platform'),
  body('ENFORCEMENT_PLATFORM', '天津市执法监督平台', 'Tianjin Enforcement Supervision Platform'),
  body('JOINT_SANCTION_PLATFORM', '天津市联合惩戒平台', 'Tianjin Joint Sanction Platform'),
  body('BLACKLIST_DB', '天津市统一黑名单数据库', 'Tianjin Unified Blacklist Database'),
];

/** All bodies of Tianjin, and those of the state that its measures name. */
export const tianjinAgencies: readonly AgencyRecord[] = [
  municipalBureau,
  ...districts.flatMap(ofDistrict),
  ...freeTradeAreas.map(ofFreeTradeArea),
  ...divisions,
  ...foreignerBodies,
  ...otherBodies,
  ...platforms,
];
