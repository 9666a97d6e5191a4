import { GraphQLError } from 'graphql';
import { z } from 'zod';
import type { Seal } from '../access/keys.js';
import type { Viewer } from '../access/viewer.js';
import type { BoundStatement, Row } from '../database/envelope.js';
import type { PageArguments } from '../planner/connection.js';
import type { PageRequest } from '../planner/page.js';
import { foldedName, pairsOf } from '../subjects/names/folded-name.js';
import { searchColumns, searchSettings, type SearchSettings } from './search-view.js';

/** Sealing as the cursors need it. */
export type SearchSeal = Pick<Seal, 'close' | 'open'>;

/** What is searched for: a text, and conditions that one visible permit must meet. */
export interface NameSearch {
  readonly name: string;
  readonly item: string | null;
  readonly district: string | null;
}

/** Names hold at most 200 characters in every layout; a longer text is no part of one. */
const longestText = 200;

/** Behind every key and every id. */
const lastKey = '\u{10FFFF}';
const lastId = '9223372036854775807';

/** Where a hit stands: exact hits (rank 0) by id, the others by key and id. */
const placeForm = z.object({ rank: z.literal([0, 1]), sort: z.string(), id: z.string() });

type Place = z.output<typeof placeForm>;

/**
 * The statements of one page: settings first, then the view. Throws GraphQLError BAD_CURSOR, and BAD_USER_INPUT for a
 * text of which folding leaves nothing.
 */
export function searchStatements(viewer: Viewer, seal: SearchSeal, search: NameSearch, page: PageArguments, { size, backward }: PageRequest): readonly BoundStatement[] {
  const settings = settingsOf(viewer, seal, search, page, size + 1);
  const view = `shared.subject_search${backward ? '_back' : ''}__${viewer.principal.toLowerCase()}`;
  const direction = backward ? 'DESC' : 'ASC';
  return [
    { statement: settingsStatement, values: searchSettings.map((name) => settings[name]) },
    {
      statement: {
        name: `subject-search${backward ? '-back' : ''}`,
        text: `SELECT ${searchColumns.join(', ')} FROM ${view} ORDER BY rank ${direction}, sort ${direction}, id ${direction} LIMIT $1::int`,
      },
      values: [String(size + 1)],
    },
  ];
}

const settingsStatement = {
  name: 'subject-search-settings',
  text: `SELECT ${searchSettings.map((name, at) => `set_config('hub.search_${name}', $${at + 1}::text, true)`).join(', ')}`,
};

function settingsOf(viewer: Viewer, seal: SearchSeal, search: NameSearch, page: PageArguments, limit: number): SearchSettings {
  const name = foldedName(search.name);
  if (name === '' || name.length > longestText) throw badText();
  const context = contextOf(viewer, search);
  const after = typeof page.after === 'string' ? placeOf(page.after, seal, context) : null;
  const before = typeof page.before === 'string' ? placeOf(page.before, seal, context) : null;
  // Folded grams hold letters, digits and marks alone: nothing that an array literal would have to quote.
  const pairs = pairsOf(name);
  return {
    name,
    low: `{${pairs.length > 0 ? pairs.join(',') : name}}`,
    high: `{${pairs.length > 0 ? pairs.join(',') : name + lastKey}}`,
    item: search.item ?? '',
    district: search.district ?? '',
    exact_after: after === null ? '0' : after.rank === 0 ? after.id : lastId,
    exact_before: before?.rank === 0 ? before.id : lastId,
    sort_after: after?.rank === 1 ? after.sort : '',
    id_after: after?.rank === 1 ? after.id : '0',
    // Before an exact hit stands no other one.
    sort_before: before === null ? lastKey : before.rank === 0 ? '' : before.sort,
    id_before: before === null ? lastId : before.rank === 0 ? '0' : before.id,
    limit: String(limit),
  };
}

function badText(): GraphQLError {
  return new GraphQLError(`名称须含文字，且不超过 ${longestText} 个字符 · A name needs a letter or digit, and at most ${longestText} characters.`, {
    extensions: { code: 'BAD_USER_INPUT', clauses: ['A-58'], nextStep: 'name: "滨海"' },
  });
}

/** Filled up with spaces to a multiple of this: the digits of a number tell how many subjects others have. */
const sealedLength = 48;

/** The cursor of a hit, sealed for this agency and this search. */
export function searchCursor(row: Row, viewer: Viewer, seal: SearchSeal, search: NameSearch): string {
  const text = JSON.stringify({ rank: Number(row[0]), sort: row[2], id: row[1] });
  return seal.close(text.padEnd(Math.ceil(text.length / sealedLength) * sealedLength), contextOf(viewer, search), true);
}

function placeOf(cursor: string, seal: SearchSeal, context: string): Place {
  const opened = seal.open(cursor, context);
  const place = placeForm.safeParse(opened === null ? null : JSON.parse(opened));
  if (place.success) return place.data;
  throw new GraphQLError('游标无效或不属于本机关 · The cursor is not valid for this agency and search.', {
    extensions: { code: 'BAD_CURSOR', nextStep: '从第一页重新开始 · Start again from the first page.' },
  });
}

/** A cursor of one text is none of another: it says whether its hit was an exact one. */
function contextOf({ agency, principal }: Viewer, { name }: NameSearch): string {
  return `search ${foldedName(name)} ${agency} ${principal}`;
}
