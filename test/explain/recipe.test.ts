import { readFile } from 'node:fs/promises';
import { parse, validate } from 'graphql';
import { full, oneOf, type Boundary } from '../../src/boundary/declaration.js';
import { differenceOf } from '../../src/boundary/change/difference.js';
import { differenceText } from '../../src/boundary/text/difference-text.js';
import { BoundaryPolicy } from '../../src/boundary/policy.js';
import { projectFile } from '../../src/cli/project-file.js';
import { boundaries, boundaryPolicy, hubSchema } from '../../src/server/schema.js';

/** docs/recipes/change-a-boundary.md shows what happens: its change gives its tables, its query is one of the schema. */

const recipe = await readFile(projectFile('docs/recipes/change-a-boundary.md'), 'utf8');

function block(info: string): string {
  const [, text] = recipe.split(`\n\`\`\`${info}\n`);
  if (text === undefined) throw new Error(`the recipe has no block ${info}`);
  return text.slice(0, text.indexOf('\n```'));
}

test('the change of the recipe has the effect the recipe shows', () => {
  expect(block('ts')).toBe("where: { jurisdiction: tianjin, item: oneOf('P05', 'P06', 'P09') },\nsees: { PERMIT_BASIC: full, DECISION_RECORD: full },");
  const changed = boundaries.map((one): Boundary =>
    one.form === 'record'
      ? {
          ...one,
          relations: one.relations.map((relation) =>
            relation.relation === 'workRegister'
              ? { ...relation, where: { jurisdiction: oneOf('CN-TJ'), item: oneOf('P05', 'P06', 'P09') }, sees: { PERMIT_BASIC: full, DECISION_RECORD: full } }
              : relation,
          ),
        }
      : one,
  );
  const before = boundaryPolicy();
  const after = new BoundaryPolicy(changed);
  const text = differenceText(after, differenceOf(before, after), [], 'schema/boundary.json');
  for (const line of block('text difference').split('\n')) expect(text.split('\n')).toContain(line);
});

test('its query is a query of the schema', async () => {
  expect(validate(await hubSchema(boundaryPolicy()), parse(block('graphql')))).toEqual([]);
});
