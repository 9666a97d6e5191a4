import { GraphQLError } from 'graphql';
import { Arg, Args, ArgsType, Field, ID, ObjectType, Query, Resolver } from 'type-graphql';
import { allClauses, clauseOf } from '../measures/clauses.js';
import { divisionsOf } from '../measures/divisions.js';
import { dueDate, DueDateError, type DueOptions } from '../measures/due-date.js';
import { enforcementCatalogue } from '../measures/enforcement-catalogue.js';
import { form2Row, industry } from '../measures/industry.js';
import { LegalDate } from '../measures/legal-date.js';
import { allRulings, rulingOf } from '../measures/rulings.js';
import { supervisionItems } from '../measures/supervision-items.js';
import { connectionOf, edgeOf, PageArguments } from '../planner/connection.js';
import { pageOfList } from '../planner/list-connection.js';
import { EnforcementItem, SupervisionItem } from './catalogues.js';
import { Clause, Ruling } from './clause.js';
import { DueDate } from './due-date.js';

import { Division, IndustrySection } from './places-and-industries.js';
import { City, ClauseKind, EnforcementCategory, HubClass, SourceDocument } from './vocabulary.js';

@ObjectType({ description: '条款及游标 · A clause with its cursor.' })
export class ClauseEdge extends edgeOf(Clause) {}

@ObjectType({ description: '条款列表的一页 · A page of clauses, in the order of the documents.' })
export class ClauseConnection extends connectionOf(Clause, ClauseEdge) {}

@ObjectType({ description: '裁定及游标 · A ruling with its cursor.' })
export class RulingEdge extends edgeOf(Ruling) {}

@ObjectType({ description: '裁定列表的一页 · A page of rulings, by number.' })
export class RulingConnection extends connectionOf(Ruling, RulingEdge) {}

@ObjectType({ description: '执法事项及游标 · An enforcement item with its cursor.' })
export class EnforcementItemEdge extends edgeOf(EnforcementItem) {}

@ObjectType({ description: '执法事项目录的一页 · A page of the enforcement catalogue, in its order.' })
export class EnforcementItemConnection extends connectionOf(EnforcementItem, EnforcementItemEdge) {}

@ArgsType()
class ClauseArguments extends PageArguments {
  @Field(() => SourceDocument, { nullable: true, description: '来源文件 · Only of this document.' })
  document?: SourceDocument;

  @Field(() => ClauseKind, { nullable: true, description: '条款类别 · Only of this kind.' })
  kind?: ClauseKind;

  @Field(() => HubClass, { nullable: true, description: '枢纽对条款的处理 · Only of this class.' })
  hub?: HubClass;

  @Field(() => City, { nullable: true, description: '适用城市 · Only those that bind this city.' })
  city?: City;
}

@ArgsType()
class CatalogueArguments extends PageArguments {
  @Field(() => EnforcementCategory, { nullable: true, description: '执法类别 · Only of this category.' })
  category?: EnforcementCategory;
}

@ArgsType()
class DueDateArguments {
  @Field(() => ID, { description: '条款编号 · Id of the clause, for example XT-5.1.2c.' })
  clause!: string;

  @Field(() => LegalDate, { description: '起算日；报表为报告期内任意一日 · The day counted from; for reports any day of the period.' })
  from!: string;

  @Field(() => String, { nullable: true, description: '起算事件，如 permit.revoked · The event of that day, where the clause names several.' })
  trigger?: string;

  @Field(() => LegalDate, { nullable: true, description: '申辩期末日 · Last day of the defence of the inspected (XM-3.6.3c, A-47).' })
  defenceUntil?: string;
}

/** The measures themselves and the public lists they rest on, served from memory. */
@Resolver()
export class ReferenceOperations {
  @Query(() => ClauseConnection, { nullable: true, description: '条款登记簿 · The registry of clauses.' })
  clauses(@Args(() => ClauseArguments) { document, kind, hub, city, ...page }: ClauseArguments): ClauseConnection {
    const fits = (clause: Clause): boolean =>
      (document ?? clause.document) === clause.document &&
      (kind ?? clause.kind) === clause.kind &&
      (hub ?? clause.hub) === clause.hub &&
      (city ?? clause.city) === clause.city;
    return pageOfList<Clause>({ name: 'clauses', entries: allClauses(), idOf: ({ id }) => id }, fits, page);
  }

  @Query(() => Clause, { nullable: true, description: '按编号查询条款 · One clause by its id.' })
  clause(@Arg('id', () => ID, { description: '条款编号 · Id, for example XT-5.1.2c.' }) id: string): Clause | null {
    return clauseOf(id);
  }

  @Query(() => RulingConnection, { nullable: true, description: '裁定 · The rulings on unclear passages.' })
  rulings(@Args(() => PageArguments) page: PageArguments): RulingConnection {
    return pageOfList<Ruling>({ name: 'rulings', entries: allRulings(), idOf: ({ id }) => id }, () => true, page);
  }

  @Query(() => Ruling, { nullable: true, description: '按编号查询裁定 · One ruling by its id.' })
  ruling(@Arg('id', () => ID, { description: '裁定编号 · Id, for example A-01.' }) id: string): Ruling | null {
    return rulingOf(id);
  }

  @Query(() => EnforcementItemConnection, { nullable: true, description: '行政执法决定事项目录 · The catalogue of enforcement decisions.' })
  enforcementCatalogue(@Args(() => CatalogueArguments) { category, ...page }: CatalogueArguments): EnforcementItemConnection {
    const list = { name: 'enforcementCatalogue', entries: enforcementCatalogue(), idOf: ({ code }: EnforcementItem) => code };
    return pageOfList<EnforcementItem>(list, (item) => (category ?? item.category) === item.category, page);
  }

  @Query(() => [SupervisionItem], { nullable: true, description: '厦门 23 项监管事项 · The 23 items under supervision in Xiamen.' })
  supervisionItems(): readonly SupervisionItem[] {
    return supervisionItems();
  }

  @Query(() => [Division], { nullable: true, description: '两市行政区划，含历史 · Divisions of the two cities, with those of the past.' })
  divisions(
    @Arg('city', () => City, { nullable: true, description: '城市 · Only of this city.' }) city: City | null,
    @Arg('at', () => LegalDate, { nullable: true, description: '在该日有效 · Only those in force on this day.' }) at: string | null,
  ): readonly Division[] {
    return divisionsOf(city ?? null, at ?? null);
  }

  @Query(() => [IndustrySection], { nullable: true, description: '国民经济行业门类及填报行 · Sections of industry with their rows of Form 2.' })
  industrySections(): readonly IndustrySection[] {
    const { sections, splits } = industry();
    return sections.map(({ code, nameZh, nameEn, first, last }) => ({
      code,
      nameZh,
      nameEn,
      firstDivision: first,
      lastDivision: last,
      form2Row: form2Row(code),
      splits: splits
        .filter(({ division }) => division.startsWith(code))
        .map((split) => ({ code: split.division, nameZh: split.nameZh, form2Row: form2Row(split.division) })),
    }));
  }

  @Query(() => DueDate, { nullable: true, description: '某条款义务的到期日，裁定保留两种读法时两种都答 · When the duty of a clause is due, in all readings.' })
  dueDate(@Args(() => DueDateArguments) { clause, from, trigger, defenceUntil }: DueDateArguments): DueDate {
    const options: DueOptions = { ...(trigger ? { trigger } : {}), ...(defenceUntil ? { defenceUntil } : {}) };
    try {
      return dueDate(clause, from, options);
    } catch (error) {
      if (!(error instanceof DueDateError)) throw error;
      throw new GraphQLError(error.message, { extensions: { code: error.code, nextStep: error.nextStep } });
    }
  }
}
