/**
 * Reads the text of a pg_node_tree (rules of views, conditions of policies, bodies of SQL functions) as far as operators
 * and functions go: which of them are called, where they stand, and whether an argument comes from a row.
 */

/** Where an expression stands: a row filter, an output column, or an order (grouping and DISTINCT included). */
export type Place = 'condition' | 'output' | 'order';

export interface Call {
  readonly place: Place;
  /** `operator` and `function` by oid; `conversion`: text form of one type read as another, by the oid of its type. */
  readonly what: 'operator' | 'function' | 'conversion';
  readonly oid: number;
  /** Whether any argument reads a column. */
  readonly seesRow: boolean;
}

type Tree = string | readonly Tree[] | Node;

class Node {
  constructor(
    readonly tag: string,
    readonly fields: ReadonlyMap<string, readonly Tree[]>,
  ) {}
}

const tokens = /[{}()[\]]|(?:\\[^]|[^\s{}()[\]\\])+/g;

function parse(text: string): Tree[] {
  const words = text.match(tokens) ?? [];
  let at = 0;
  const list = (end: string | null): Tree[] => {
    const found: Tree[] = [];
    for (;;) {
      const word = words[at];
      at += 1;
      if (word === undefined || word === end) return found;
      if (word === '(') found.push(list(')'));
      else if (word === '[') found.push(list(']'));
      else if (word === '{') found.push(node());
      else found.push(word);
    }
  };
  const node = (): Node => {
    const tag = words[at] ?? '';
    at += 1;
    const fields = new Map<string, Tree[]>();
    let current: Tree[] = [];
    for (const part of list('}')) {
      if (typeof part === 'string' && /^:[a-z]/i.test(part)) fields.set(part.slice(1), (current = []));
      else current.push(part);
    }
    return new Node(tag, fields);
  };
  return list(null);
}

const placeOfField: Readonly<Record<string, Place>> = {
  quals: 'condition', havingQual: 'condition', targetList: 'output', sortClause: 'order', groupClause: 'order', distinctClause: 'order',
  limitCount: 'output', limitOffset: 'output',
};

const calls: Readonly<Record<string, Call['what']>> = {
  opno: 'operator', opnos: 'operator', eqop: 'operator', sortop: 'operator', funcid: 'function', aggfnoid: 'function', winfnoid: 'function',
};

/** Every call in a tree; `place` is where the tree itself stands (the condition of a policy). */
export function callsOf(text: string, place: Place = 'output'): Call[] {
  const found: Call[] = [];
  const visit = (tree: Tree, at: Place): boolean => {
    if (typeof tree === 'string') return false;
    if (!(tree instanceof Node)) return tree.map((part) => visit(part, at)).includes(true);
    const own: Call[] = [];
    let seesRow = tree.tag === 'VAR';
    for (const [name, parts] of tree.fields) {
      const what = calls[name];
      if (what) {
        const oids = parts.flat(2).filter((part) => typeof part === 'string').map(Number).filter((oid) => oid > 0);
        // Orders name the operators of a key: the key is a column of the output.
        own.push(...oids.map((oid): Call => ({ place: at, what, oid, seesRow: /eqop|sortop/.test(name) })));
        continue;
      }
      if (tree.tag === 'COERCEVIAIO' && name === 'resulttype') own.push({ place: at, what: 'conversion', oid: Number(parts[0]), seesRow: false });
      const inner = placeOfField[name] ?? at;
      for (const part of parts) if (visit(part, inner)) seesRow = true;
    }
    found.push(...own.map((call) => ({ ...call, seesRow: call.seesRow || seesRow })));
    return seesRow;
  };
  visit(parse(text), place);
  return found;
}
