import { Field, ObjectType } from 'type-graphql';
import type { Basis } from '../measures/competence.js';

/** The clauses and rulings a part of an answer rests on. */
@ObjectType({ description: '依据 · The clauses and rulings a part of an answer rests on.' })
export class LegalBasis implements Basis {
  @Field(() => [String], { description: '条款编号 · Ids of clauses, for example XT-3.1b.' })
  clauses!: readonly string[];

  @Field(() => [String], { description: '裁定编号 · Ids of rulings, for example A-07.' })
  rulings!: readonly string[];
}

/** Splits ids as the tables mix them: rulings begin with A-. */
export function legalBasis(ids: readonly string[]): LegalBasis {
  const isRuling = (id: string): boolean => id.startsWith('A-');
  return { clauses: ids.filter((id) => !isRuling(id)), rulings: ids.filter(isRuling) };
}
