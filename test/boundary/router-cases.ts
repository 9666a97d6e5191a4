import { asker } from './hub-under-test.js';
import type { Asker } from './judge.js';

/**
 * The cases of Apollo Router's authorization plugin (names of its tests and snapshots) over this hub's schema, with what
 * the catalogue world answers. Only names and situations were taken; where the Router knows a feature the hub has not
 * (subgraphs, @defer, unions, dry run), the case says what stands in its place.
 */
export interface RouterCase {
  readonly name: string;
  readonly who: Asker;
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly data: Readonly<Record<string, unknown>>;
  /** Path and coordinate of every denial, in order. */
  readonly denied: readonly string[];
}

export const supervisor = asker('HEPING_HRSS');
export const decider = asker('HEPING_APPROVAL');
export const outsider = asker('US_OFLC');
const city = asker('MUNI_HRSS');

const basicQuery = '{ viewer { principal } permit(documentNo: "文1") { documentNo content legalRepresentative } certificateStock(item: P01) { used } }';

/** Node ids are filled in by the test: `permit` is 文1, `holder` its holder, `hidden` 文5. */
export const routerCases: readonly RouterCase[] = [
  {
    name: 'query_field: one denied root beside one that is answered', who: supervisor,
    query: '{ permit(documentNo: "文1") { documentNo } certificateStock(item: P01) { used } }',
    data: { permit: { documentNo: '文1' }, certificateStock: null }, denied: ['certificateStock Query.certificateStock'],
  },
  {
    name: 'query_field_alias: a denied root under another name', who: supervisor,
    query: '{ permit(documentNo: "文1") { documentNo } mine: certificateStock(item: P01) { used } viewer: certificateStock(item: P01) { share } }',
    data: { permit: { documentNo: '文1' }, mine: null, viewer: null }, denied: ['mine Query.certificateStock', 'viewer Query.certificateStock'],
  },
  {
    name: 'scalar: a protected scalar field', who: supervisor,
    query: '{ permit(documentNo: "文1") { item content } }', data: { permit: { item: 'P01', content: null } }, denied: ['permit.content Permit.content'],
  },
  {
    name: 'scalar-2: the same scalar where it is granted', who: decider,
    query: '{ permit(documentNo: "文1") { item content } }', data: { permit: { item: 'P01', content: '内容1' } }, denied: [],
  },
  {
    name: 'array: a protected field in a list, one denial for the list', who: supervisor,
    query: '{ permits(first: 2) { nodes { documentNo revision actions { action } } } }',
    data: { permits: { nodes: [{ documentNo: '文1', revision: null, actions: [{ action: 'GRANT' }] }, { documentNo: '文2', revision: null, actions: [] }] } },
    denied: ['permits.nodes.revision Permit.revision'],
  },
  {
    name: 'array-2: lists within edges within lists', who: supervisor,
    query: '{ permits(first: 1) { edges { node { holder { identityMask } content } } nodes { content } } }',
    data: { permits: { edges: [{ node: { holder: { identityMask: null }, content: null } }], nodes: [{ content: null }] } },
    denied: ['permits.edges.node.holder.identityMask Subject.identityMask', 'permits.edges.node.content Permit.content', 'permits.nodes.content Permit.content'],
  },
  {
    name: 'non_null_list: every field of the elements denied, the elements stay', who: supervisor,
    query: '{ permits(first: 9) { nodes { content } } }', data: { permits: { nodes: [{ content: null }, { content: null }, { content: null }] } },
    denied: ['permits.nodes.content Permit.content'],
  },
  {
    name: 'interface_field: a field of the interface itself', who: supervisor,
    query: 'query ($permit: ID!) { node(id: $permit) { id ... on Permit { content } } }', data: { node: { id: 'permit', content: null } }, denied: ['node.content Permit.content'],
  },
  {
    name: 'interface_field-2: the interface field where no implementation is granted', who: outsider,
    query: 'query ($permit: ID!) { node(id: $permit) { id } }', data: { node: null }, denied: ['node Query.node'],
  },
  {
    name: 'interface_field-3: two implementations asked for, the denials of the one that answers', who: supervisor,
    query: 'query ($holder: ID!) { node(id: $holder) { id ... on Permit { content } ... on Subject { name identityMask } } }',
    data: { node: { id: 'holder', name: '主体1', identityMask: null } }, denied: ['node.identityMask Subject.identityMask'],
  },
  {
    name: 'interface_inline_fragment: protected field in an inline fragment', who: supervisor,
    query: 'query ($permit: ID!) { node(id: $permit) { ... on Permit { id2: id content } } }', data: { node: { id2: 'permit', content: null } }, denied: ['node.content Permit.content'],
  },
  {
    name: 'interface_fragment: protected field in a named fragment', who: supervisor,
    query: 'query ($permit: ID!) { node(id: $permit) { id ...F } } fragment F on Permit { id2: id name: legalRepresentative }',
    data: { node: { id: 'permit', id2: 'permit', name: null } }, denied: ['node.name Permit.legalRepresentative'],
  },
  {
    name: 'interface_type: no implementation behind the interface granted', who: asker('MUNI_HRSS', 'AUDITOR'),
    query: 'query ($permit: ID!) { viewer { role } node(id: $permit) { ... on Permit { id } ... on Subject { id } } }',
    data: { viewer: { role: 'AUDITOR' }, node: null }, denied: ['node Query.node'],
  },
  {
    name: 'interface_type-2: an object of a granted type that is hidden', who: supervisor,
    query: 'query ($hidden: ID!) { node(id: $hidden) { id __typename } }', data: { node: null }, denied: [],
  },
  {
    name: 'interface_typename: __typename tells what may be seen', who: supervisor,
    query: 'query ($permit: ID!, $holder: ID!) { a: node(id: $permit) { __typename } b: node(id: $holder) { __typename } }',
    data: { a: { __typename: 'Permit' }, b: { __typename: 'Subject' } }, denied: [],
  },
  {
    name: 'interface_typename-2: __typename of what may not be seen', who: outsider,
    query: 'query ($permit: ID!) { node(id: $permit) { __typename } t: __typename }', data: { node: null, t: 'Query' }, denied: ['node Query.node'],
  },
  {
    name: 'implementations_with_different_field_auth: `id` is free in both, what stands beside it in neither', who: supervisor,
    query: 'query ($permit: ID!, $holder: ID!) { a: node(id: $permit) { ...N } b: node(id: $holder) { ...N } } fragment N on Node { id ... on Permit { revision } ... on Subject { identityMask } }',
    data: { a: { id: 'permit', revision: null }, b: { id: 'holder', identityMask: null } }, denied: ['a.revision Permit.revision', 'b.identityMask Subject.identityMask'],
  },
  {
    name: 'implementations_with_same_policies: both granted', who: decider,
    query: 'query ($permit: ID!, $holder: ID!) { a: node(id: $permit) { ... on Permit { revision } } b: node(id: $holder) { ... on Subject { identityMask } } }',
    data: { a: { revision: 1 }, b: { identityMask: null } }, denied: [],
  },
  {
    name: 'interface_with_implementor_not_defining_field_level_policy: rules stand on object types, a fragment on the interface changes none', who: supervisor,
    query: 'query ($permit: ID!) { node(id: $permit) { ... on Node { ... on Node { ... on Permit { ... on Permit { content } } } } } }',
    data: { node: { content: null } }, denied: ['node.content Permit.content'],
  },
  {
    name: 'fragment_fields: one fragment used twice, denied at both places', who: supervisor,
    query: '{ a: permit(documentNo: "文1") { ...F } b: permit(documentNo: "文2") { ...F } } fragment F on Permit { documentNo content }',
    data: { a: { documentNo: '文1', content: null }, b: { documentNo: '文2', content: null } }, denied: ['a.content Permit.content', 'b.content Permit.content'],
  },
  {
    name: 'fragment_becomes_unused: the only user of a fragment is denied', who: outsider,
    query: '{ viewer { principal } permit(documentNo: "文1") { ...F } } fragment F on Permit { documentNo ...G } fragment G on Permit { content }',
    data: { viewer: { principal: 'FOREIGN_REGISTER' }, permit: null }, denied: ['permit Query.permit'],
  },
  {
    name: 'named_fragment_nested_in_authenticated_type', who: supervisor,
    query: '{ permit(documentNo: "文1") { holder { ...H } } } fragment H on Subject { name identityMask }',
    data: { permit: { holder: { name: '主体1', identityMask: null } } }, denied: ['permit.holder.identityMask Subject.identityMask'],
  },
  {
    name: 'named_fragment_nested_in_named_fragment_in_authenticated_type', who: supervisor,
    query: '{ permits(first: 1) { ...C } } fragment C on PermitConnection { nodes { ...P } } fragment P on Permit { ...Q documentNo } fragment Q on Permit { content holder { ...H } } fragment H on Subject { identityMask }',
    data: { permits: { nodes: [{ content: null, holder: { identityMask: null }, documentNo: '文1' }] } },
    denied: ['permits.nodes.content Permit.content', 'permits.nodes.holder.identityMask Subject.identityMask'],
  },
  {
    name: 'introspection_mixed_with_authenticated_fields', who: supervisor,
    query: '{ permit(documentNo: "文1") { __typename content } certificateStock(item: P01) { __typename } __typename }',
    data: { permit: { __typename: 'Permit', content: null }, certificateStock: null, __typename: 'Query' },
    denied: ['permit.content Permit.content', 'certificateStock Query.certificateStock'],
  },
  {
    name: 'mutation: a denied mutation, twice, writes nothing', who: supervisor,
    query: 'mutation ($input: UpsertPermitInput!) { upsertPermit(input: $input) { fate } again: upsertPermit(input: $input) { batch findings { code } } }',
    variables: { input: { sourceVersion: 1, documentNo: '新', item: 'P01', holderName: '甲', holderKind: 'ORGANISATION', state: 'VALID', decidedOn: '2025-01-01' } },
    data: { upsertPermit: null, again: null }, denied: ['upsertPermit Mutation.upsertPermit', 'again Mutation.upsertPermit'],
  },
  {
    name: 'or_and (scopes): a row of either relation is seen (OR), of a relation all conditions count (AND)', who: decider,
    query: '{ own: permit(documentNo: "文4") { content } shared: permit(documentNo: "文2") { documentNo content } neither: permit(documentNo: "文6") { documentNo } }',
    data: { own: { content: '内容4' }, shared: { documentNo: '文2', content: null }, neither: null }, denied: [],
  },
  ...([
    [outsider, { viewer: { principal: 'FOREIGN_REGISTER' }, permit: null, certificateStock: null }, ['permit Query.permit', 'certificateStock Query.certificateStock']],
    [supervisor, { viewer: { principal: 'DISTRICT_HRSS' }, permit: { documentNo: '文1', content: null, legalRepresentative: null }, certificateStock: null }, ['permit.content Permit.content', 'permit.legalRepresentative Permit.legalRepresentative', 'certificateStock Query.certificateStock']],
    [decider, { viewer: { principal: 'DISTRICT_APPROVAL' }, permit: { documentNo: '文1', content: '内容1', legalRepresentative: '王**' }, certificateStock: null }, ['certificateStock Query.certificateStock']],
    [city, { viewer: { principal: 'MUNI_HRSS' }, permit: { documentNo: '文1', content: null, legalRepresentative: null }, certificateStock: { used: 0 } }, ['permit.content Permit.content', 'permit.legalRepresentative Permit.legalRepresentative']],
  ] as const).map(([who, data, denied], i): RouterCase => ({ name: `filter_basic_query-${i + 1}: one document, ${who.agency}`, who, query: basicQuery, data, denied })),
  {
    name: 'variables in @include and @skip: what is not asked is not denied', who: supervisor,
    query: 'query ($yes: Boolean!, $no: Boolean!) { permit(documentNo: "文1") { documentNo content @include(if: $no) a: content @skip(if: $yes) b: content @include(if: $yes) ... @include(if: $no) { revision } } }',
    variables: { yes: true, no: false }, data: { permit: { documentNo: '文1', b: null } }, denied: ['permit.b Permit.content'],
  },
  {
    name: 'merged fields: two selections of one key are one denial', who: supervisor,
    query: '{ permit(documentNo: "文1") { content holder { identityMask } } permit(documentNo: "文1") { documentNo content holder { name } } }',
    data: { permit: { content: null, holder: { identityMask: null, name: '主体1' }, documentNo: '文1' } }, denied: ['permit.content Permit.content', 'permit.holder.identityMask Subject.identityMask'],
  },
  {
    name: 'several roots: each decided for itself, in the order of the document', who: supervisor,
    query: '{ a: certificateStock(item: P01) { used } b: permits(first: 1) { nodes { content } } c: permitDuplicate(holderUscc: "USCC-1", item: P01, pendingCase: "1") { exists } d: subjects(first: 1) { nodes { name identityMask } } }',
    data: { a: null, b: { nodes: [{ content: null }] }, c: null, d: { nodes: [{ name: '主体1', identityMask: null }] } },
    denied: ['a Query.certificateStock', 'b.nodes.content Permit.content', 'c Query.permitDuplicate', 'd.nodes.identityMask Subject.identityMask'],
  },
];
