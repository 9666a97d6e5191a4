import { agencyRecord, bodiesOf, type AgencyRecord } from './agency-record.js';
import { XIAMEN, xiamenDistricts } from './places.js';

const body = bodiesOf(XIAMEN);

/** Two divisions with two tasks: content of the credit data, and the system that carries them. */
const partOfBureau = { partOf: 'XM_HRSS' };

/** All bodies of source 004: the bureau, its divisions with a task of their own, the city's platform, the districts. */
export const xiamenAgencies: readonly AgencyRecord[] = [
  body('XM_HRSS', '厦门市人力资源和社会保障局', 'Xiamen Municipal Human Resources and Social Security Bureau'),
  body('XM_CREDIT_DIV', '厦门市人力资源和社会保障局信用信息管理部门', 'Xiamen HRSS Bureau, Credit Information Division', partOfBureau),
  body('XM_INFO_DIV', '厦门市人力资源和社会保障局信息化办', 'Xiamen HRSS Bureau, Informatisation Office', partOfBureau),
  body('XM_LAW_DIV', '厦门市人力资源和社会保障局政策法规处', 'Xiamen HRSS Bureau, Policy and Law Division', partOfBureau),
  body('XM_CITY_CREDIT', '厦门市信用信息统一平台', 'Xiamen Unified Credit Information Platform'),
  ...xiamenDistricts.map((district) =>
    agencyRecord({
      code: `${district.stem}_HRSS`,
      kind: 'XM_DISTRICT_HRSS',
      jurisdiction: XIAMEN,
      district: district.code,
      nameZh: `厦门市${district.zh}人力资源和社会保障局`,
      nameEn: `Xiamen ${district.en} Human Resources and Social Security Bureau`,
    }),
  ),
];
