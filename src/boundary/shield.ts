import { createRequire } from 'node:module';
import type { GraphQLResolveInfo } from 'graphql';
import type * as Shield from 'graphql-shield';
import type { BoundaryPolicy, Standing } from './policy.js';

// The package's ESM entry cannot be imported on Node 23 and later (it asks util for isUndefined); its CJS entry can.
const { rule } = createRequire(import.meta.url)('graphql-shield') as typeof Shield;

type ShieldRule = ReturnType<ReturnType<typeof rule>>;

/** One shield rule per coordinate, ready to be mounted as middleware in a cross-check or asked once per operation. */
export type RuleMap = Readonly<Record<string, Readonly<Record<string, ShieldRule>>>>;

/**
 * Compiles the boundary into shield rules with unique names and no cache (a contextual cache would answer the second
 * alias with the first one's decision). Fields nobody may see keep a rule that says so.
 */
export function shieldRules(policy: BoundaryPolicy): RuleMap {
  const map: Record<string, Record<string, ShieldRule>> = {};
  for (const coordinate of policy.coordinates()) {
    const [type = '', field = ''] = coordinate.split('.');
    (map[type] ??= {})[field] = rule(coordinate, { cache: 'no_cache' })(
      (_parent: unknown, _args: unknown, context: Standing) => policy.decide(context, coordinate).allowed,
    );
  }
  return map;
}

/** The options every evaluation passes: deny what has no rule, let no foreign error through. */
export const shieldOptions: Parameters<ShieldRule['resolve']>[4] = {
  debug: false,
  allowExternalErrors: false,
  fallbackRule: rule('fallback', { cache: 'no_cache' })(() => false),
  fallbackError: new Error('denied'),
  hashFunction: (value: unknown) => JSON.stringify(value),
};

/** Asks the rule of one coordinate for a standing. Only `true` allows; an error, a throw or no rule denies. */
export async function ruleAllows(
  rules: RuleMap,
  coordinate: string,
  standing: Standing,
  info: GraphQLResolveInfo,
): Promise<boolean> {
  const [type = '', field = ''] = coordinate.split('.');
  const found = rules[type]?.[field];
  if (!found) return false;
  const answer = await found.resolve({}, {}, { ...standing, _shield: { cache: {} } }, info, shieldOptions);
  return answer === true;
}
