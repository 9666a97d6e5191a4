import { Field, ObjectType } from 'type-graphql';
import { LegalDate } from '../measures/legal-date.js';
import { itemNameOn, permitItems, type ItemName, type PermitItem, type PermitItemRecord } from '../measures/permit-items.js';
import { PermitItemCode } from '../permits/codes.js';
import { LegalBasis, legalBasis } from './legal-basis.js';

@ObjectType({ description: '事项名称及其启用日 · A name of an item and the day it begins (A-37).' })
export class PermitItemName {
  @Field(() => String, { description: '名称 · Name in Chinese.' })
  zh!: string;

  @Field(() => LegalDate, { nullable: true, description: '启用日；最初名称为空 · First day; null for the first name.' })
  from!: string | null;

  @Field(() => LegalBasis, { description: '依据 · Basis.' })
  basis!: LegalBasis;
}

@ObjectType({ description: '事项的办理类型 · The actions of an item.' })
export class PermitItemActions {
  @Field(() => [String], { description: '条款列明的类型；未列明则为空 · The closed list of the clause; empty where no clause lists any.' })
  listed!: readonly string[];

  @Field(() => [String], { description: '另行接收、不生报送义务的类型 · Taken in beside the list.' })
  accepted!: readonly string[];

  @Field(() => LegalBasis, { description: '依据 · Basis.' })
  basis!: LegalBasis;
}

@ObjectType({ description: '许可事项 · One of the ten permit items (XT-3.0).' })
export class PermitItemInfo {
  @Field(() => PermitItemCode, { description: '事项代码 · Code.' })
  code!: PermitItem;

  @Field(() => String, { description: '所询日期的名称；未写日期则为现名 · Name on the day asked for, the present one where no day is given.' })
  nameZh!: string;

  @Field(() => String, { description: '英文名称 · Name in English.' })
  nameEn!: string;

  @Field(() => [PermitItemName], { description: '历次名称 · All names, oldest first.' })
  names!: PermitItemName[];

  @Field(() => [String], { description: '许可证件名称 · Names of its certificates; empty where the measures name none.' })
  certificates!: readonly string[];

  @Field(() => String, { nullable: true, description: '执法事项目录代码 · Code in the enforcement catalogue of 2019; only P01 and P02 have one.' })
  catalogueCode!: string | null;

  @Field(() => PermitItemActions, { description: '办理类型 · Its actions.' })
  actions!: PermitItemActions;

  @Field(() => LegalBasis, { description: '权限条款 · The clauses that set out its competence.' })
  basis!: LegalBasis;
}

/** After every day on which a name begins: the present. */
const present = '9999-12-31';

/** An item as the schema shows it, under the name of the day (`YYYY-MM-DD`, null = the present). */
export function permitItemInfo(code: PermitItem, day: string | null): PermitItemInfo {
  const item: PermitItemRecord = permitItems[code];
  return {
    code,
    nameZh: itemNameOn(code, day ?? present).zh,
    nameEn: item.en,
    names: item.names.map(({ zh, from, clauses }: ItemName) => ({ zh, from, basis: legalBasis(clauses) })),
    certificates: item.certificate,
    catalogueCode: item.catalogueCode,
    actions: { listed: item.actions.listed, accepted: item.actions.accepted, basis: legalBasis(item.actions.clauses) },
    basis: legalBasis(item.clauses),
  };
}
