import 'reflect-metadata';
import { readdirSync, readFileSync } from 'node:fs';
import { boundarySql } from '../../src/boundary/database.js';
import { groundsOf } from '../../src/boundary/grounds.js';
import { boundaryMatrix } from '../../src/boundary/text/matrix.js';
import { boundaryMigration } from '../../src/boundary/migration-text.js';
import { releasesText } from '../../src/boundary/text/releases-text.js';
import { projectFile } from '../../src/cli/project-file.js';
import { accountOf } from '../../src/measures/boundary-coverage.js';
import { watchedColumns } from '../../src/feed/change-filter.js';
import { boundaries, boundaryPolicy, changes, hubTables, operationViews, releases } from '../../src/server/schema.js';

/** What is generated from the declarations is what is kept: nothing of a declaration or compiler changes in silence. */

const text = (file: string): string => readFileSync(projectFile(file), 'utf8');

test('the database layer of the newest migration is compiled from the declarations', () => {
  const policy = boundaryPolicy();
  const { roles, sql } = boundarySql(policy, hubTables(), operationViews, watchedColumns(changes.values(), hubTables()));
  const newest = readdirSync(projectFile('migrations')).filter((name) => name.endsWith('-boundary.ts')).sort().at(-1) ?? '';
  expect(text(`migrations/${newest}`)).toBe(boundaryMigration(newest.split('-')[0] ?? '', policy.version, roles, sql));
});

test('schema/boundary.md is the matrix of the declarations', () => {
  const account = accountOf(groundsOf(boundaries, releases));
  expect(account.faults).toEqual([]);
  expect(text('schema/boundary.md')).toBe(boundaryMatrix(boundaryPolicy(), account, boundaries));
});

test('schema/releases.md is made of the declared releases', () => {
  expect(text('schema/releases.md')).toBe(releasesText(boundaryPolicy(), releases));
});
