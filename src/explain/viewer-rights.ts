import { Ctx, Field, FieldResolver, Float, ID, ObjectType, Resolver } from 'type-graphql';
import { ViewerInfo } from '../access/operations.js';
import { standingOf } from '../access/viewer.js';
import { coordinateEffect, effectOf, type Effect } from '../boundary/effect.js';
import { citedClause } from '../boundary/basis.js';
import { forStanding } from '../boundary/cell.js';
import { periodWords, rightWords, rowWords } from '../boundary/text/words.js';
import { agreementsOf } from '../measures/agreements.js';
import { LegalDate } from '../measures/legal-date.js';
import type { Purpose as PurposeCode } from '../measures/purposes.js';
import { ServiceKey, type OperationContext } from '../planner/context.js';
import { accessExplainer } from './access-explainer.js';
import { AccessBasis, accessBasis, AccessEffect, Purpose, PurposeWords, purposeWords } from './basis.js';
import { RelationWords } from './relation-words.js';

/** A limit of the hub as a viewer meets it. */
export interface Quota {
  readonly name: string;
  readonly limit: number;
  readonly unit: string;
  readonly reason: string;
}

/** The limits that hold for a viewer; the hub sets it, because they stand where they are enforced. */
export const viewerQuotas = new ServiceKey<(viewer: OperationContext['viewer']) => readonly Quota[]>('viewer quotas');

@ObjectType({ description: '一个字段组的提供方式 · How a viewer sees one field group.' })
export class ViewerGroup {
  @Field(() => String, { description: '字段组 · Field group.' })
  group!: string;

  @Field(() => String, { description: '名称 · Its name in Chinese.' })
  zh!: string;

  @Field(() => String, { description: '英文名称 · Its name in English.' })
  en!: string;

  @Field(() => AccessEffect, { description: '按本次请求的用途与案号 · How it is shown, with purpose and case number of this request.' })
  effect!: Effect;

  @Field(() => String, { description: '规则的文字 · The rule in words, with its conditions.' })
  ruleZh!: string;

  @Field(() => String, { description: '规则的文字（英文） · The rule in English.' })
  ruleEn!: string;

  @Field(() => [PurposeWords], { description: '可见更多的用途 · Purposes that would show more of it.' })
  purposes!: readonly PurposeWords[];
}

@ObjectType({ description: '查询者与记录的一项关系 · One relation in which the viewer stands to records.' })
export class ViewerRelation extends RelationWords {
  @Field(() => String, { nullable: true, description: '期间；不限则为空 · From when to when; null where it holds always.' })
  period!: string | null;

  @Field(() => [PurposeWords], { description: '行仅为此用途可见，须案号；不限则为空 · The rows show for these purposes only, with a case number; empty for any.' })
  purposes!: readonly PurposeWords[];

  @Field(() => [ViewerGroup], { description: '各字段组的提供方式 · How each field group is seen.' })
  sees!: readonly ViewerGroup[];
}

@ObjectType({ description: '查询者对一个字段的权限 · What a viewer may see of one field.' })
export class ViewerField {
  @Field(() => String, { description: '模式坐标 · Schema coordinate, Type.field.' })
  coordinate!: string;

  @Field(() => String, { nullable: true, description: '字段组 · Field group of the record.' })
  group!: string | null;

  @Field(() => AccessEffect, { description: '任何可见行中的最大限度 · The most that any visible row shows.' })
  effect!: Effect;

  @Field(() => Boolean, { description: '是否因行而异 · Whether it depends on the row.' })
  dependsOnRow!: boolean;

  @Field(() => AccessBasis, { description: '依据 · Basis.' })
  basis!: AccessBasis;
}

@ObjectType({ description: '本机关参加的共享协议 · A registered agreement the viewer’s agency is party to.' })
export class ViewerAgreement {
  @Field(() => ID, { description: '编号 · Its id.' })
  id!: string;

  @Field(() => String, { description: '名称 · Its title in Chinese.' })
  zh!: string;

  @Field(() => String, { description: '英文名称 · Its title in English.' })
  en!: string;

  @Field(() => String, { description: '记录类型 · Type of the records.' })
  type!: string;

  @Field(() => [String], { description: '字段组 · Field groups.' })
  groups!: readonly string[];

  @Field(() => [Purpose], { description: '用途 · Purposes.' })
  purposes!: readonly PurposeCode[];

  @Field(() => LegalDate, { description: '首日 · First day.' })
  from!: string;

  @Field(() => LegalDate, { description: '末日 · Last day.' })
  until!: string;
}

@ObjectType({ description: '一项限额 · One limit that holds for the viewer.' })
export class ViewerQuota implements Quota {
  @Field(() => String, { description: '名称 · Its name.' })
  name!: string;

  @Field(() => Float, { description: '限额 · The limit.' })
  limit!: number;

  @Field(() => String, { description: '单位 · Unit of the limit.' })
  unit!: string;

  @Field(() => String, { description: '理由 · Why there is one.' })
  reason!: string;
}

/** What `viewer` says of the viewer's own rights: from the declarations alone, with purpose and case of the request. */
@Resolver(() => ViewerInfo)
export class ViewerRights {
  @FieldResolver(() => Purpose, { nullable: true, description: '本次请求声明的用途 · Purpose declared with this request.' })
  purpose(@Ctx() { viewer }: OperationContext): PurposeCode | null {
    return viewer.purpose;
  }

  @FieldResolver(() => String, { nullable: true, description: '本次请求声明的案号 · Case number declared with this request.' })
  caseNo(@Ctx() { viewer }: OperationContext): string | null {
    return viewer.caseNo;
  }

  @FieldResolver(() => [ViewerRelation], { description: '本人与记录的各项关系 · The relations the viewer stands in to records.' })
  relations(@Ctx() { viewer, services }: OperationContext): readonly ViewerRelation[] {
    const { policy } = services.get(accessExplainer);
    const standing = standingOf(viewer);
    return [...policy.records.values()].flatMap((record) =>
      policy.allBranches(standing.principal, record.type).flatMap((branch) => {
        const visible = branch.purposes === null || (standing.purpose !== null && branch.purposes.includes(standing.purpose));
        return branch.relations.map((relation) => {
          const rows = rowWords(relation);
          const period = periodWords(relation);
          return {
            type: record.type,
            relation: relation.relation,
            zh: relation.zh,
            en: relation.en,
            rowsZh: rows.zh,
            rowsEn: rows.en,
            period: period ? `${period.zh} · ${period.en}` : null,
            purposes: (relation.purposes ?? []).map(purposeWords),
            rows: relation.rows,
            clauses: relation.clauses.map(citedClause),
            sees: Object.entries(record.groups).map(([group, { zh, en }]) => {
              const right = relation.sees[group] ?? null;
              const cell = visible ? forStanding(right, standing.purpose) : null;
              const rule = rightWords(right);
              const more = cell !== null && JSON.stringify(cell.shown) === JSON.stringify(right?.shown) ? [] : (right?.purposes ?? []);
              return { group, zh, en, effect: effectOf(cell?.shown ?? null), ruleZh: rule.zh, ruleEn: rule.en, purposes: more.map(purposeWords) };
            }),
          };
        });
      }),
    );
  }

  @FieldResolver(() => [ViewerField], { description: '各字段的权限 · What the viewer may see, field by field; open vocabulary is left out.' })
  fields(@Ctx() { viewer, services }: OperationContext): readonly ViewerField[] {
    const { policy } = services.get(accessExplainer);
    const declared = { purpose: viewer.purpose !== null, caseNo: viewer.caseNo !== null };
    return policy
      .coordinates()
      .filter((coordinate) => policy.declarationOf(coordinate)?.form !== 'open')
      .map((coordinate) => {
        const { group, effect, dependsOnRow, ground } = coordinateEffect(policy, standingOf(viewer), coordinate, declared);
        return { coordinate, group, effect, dependsOnRow, basis: accessBasis(ground) };
      });
  }

  @FieldResolver(() => [ViewerAgreement], { description: '本机关参加的共享协议 · Agreements the viewer’s agency is party to, in force today.' })
  agreements(@Ctx() { viewer }: OperationContext): readonly ViewerAgreement[] {
    return agreementsOf(viewer.agency, viewer.today).filter(({ id }) => viewer.agreements.includes(id));
  }

  @FieldResolver(() => [ViewerQuota], { description: '现行限额 · The limits that hold today.' })
  quotas(@Ctx() { viewer, services }: OperationContext): readonly ViewerQuota[] {
    return services.get(viewerQuotas)(viewer);
  }
}
