import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { buildSchema, parse, validate } from 'graphql';
import { projectFile } from '../../src/cli/project-file.js';

/** docs/recipes/deliver-within-three-days.md: what it tells to send is answered by this schema. */

const recipe = await readFile(projectFile('docs/recipes/deliver-within-three-days.md'), 'utf8');
const schema = buildSchema(await readFile(projectFile('schema/schema.graphql'), 'utf8'));

test('its documents are those of the schema, and its words those of the enumerations', () => {
  const documents = [...recipe.matchAll(/^```graphql \w+\n([^]*?)\n```$/gm)].map(([, text = '']) => text);
  expect(documents).toHaveLength(2);
  for (const text of documents) expect(validate(schema, parse(text))).toEqual([]);
  const values = ['DutyState', 'DutyLateness'].flatMap((name) => {
    const type = schema.getType(name);
    return type && 'getValues' in type ? type.getValues().map((value) => value.name) : [];
  });
  for (const name of ['DUE', 'DELIVERED', 'ACKNOWLEDGED', 'PAST_POLICY_DEFAULT', 'UNDECIDED', 'LATE_UNDER_ANY_READING']) {
    expect(values).toContain(name);
    expect(recipe).toContain(name);
  }
});
