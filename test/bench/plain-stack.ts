import 'reflect-metadata';
import { createRequire } from 'node:module';
import { env, stdout } from 'node:process';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import DataLoader from 'dataloader';
import { isObjectType } from 'graphql';
import type * as Middleware from 'graphql-middleware';
import type * as Shield from 'graphql-shield';
import { Arg, buildSchema, Ctx, Field, FieldResolver, ID, InputType, Int, ObjectType, Query, Resolver, Root } from 'type-graphql';
import { DataSource, In, LessThanOrEqual, type EntityManager } from 'typeorm';
import { Agency } from '../../src/access/agency.js';
import { PermitAction } from '../../src/permits/permit-action.js';
import { Permit } from '../../src/permits/permit.js';
import { Subject } from '../../src/subjects/subject.js';

/*
 * The plain stack as its manuals show it: type-graphql resolvers over TypeORM entities, one dataloader per relation and
 * request, a graphql-shield rule on every field, Apollo Server's standalone front.
 * Environment: DATABASE_URL, PLAIN_CONNECTIONS (default 4). Prints `ready <url>`.
 */

// Shield's ESM entry cannot be imported on Node 23 and later (it asks util for isUndefined); its CJS entry can. Middleware
// must come the same way: it knows shield's generator by its class.
const require = createRequire(import.meta.url);
const { rule, shield } = require('graphql-shield') as typeof Shield;
const { applyMiddleware } = require('graphql-middleware') as typeof Middleware;

interface PlainContext {
  readonly agency: string;
  readonly manager: EntityManager;
  readonly subjects: DataLoader<string, Subject>;
  readonly agencies: DataLoader<string, Agency>;
  readonly actions: DataLoader<string, PermitAction[]>;
  /** Newest first, all of a holder's: TypeORM's finders have no limit per parent. */
  readonly permits: DataLoader<string, Permit[]>;
}

/** A row per key in the order of the keys; a key without a row is an error of that key only. */
function inOrder<T>(keys: readonly string[], rows: readonly T[], keyOf: (row: T) => string): (T | Error)[] {
  const byKey = new Map(rows.map((row) => [keyOf(row), row]));
  return keys.map((key) => byKey.get(key) ?? new Error(`no row ${key}`));
}

function newContext(manager: EntityManager): PlainContext {
  return {
    agency: 'MUNI_HRSS',
    manager,
    subjects: new DataLoader(async (keys) =>
      inOrder(keys, await manager.findBy(Subject, { id: In(keys) }), (subject) => subject.id),
    ),
    agencies: new DataLoader(async (keys) =>
      inOrder(keys, await manager.findBy(Agency, { code: In(keys) }), (agency) => agency.code),
    ),
    actions: new DataLoader(async (keys) => {
      const found = await manager.find(PermitAction, {
        where: { permitId: In(keys) },
        order: { actedOn: 'ASC', id: 'ASC' },
      });
      const byPermit = new Map<string, PermitAction[]>(keys.map((key) => [key, []]));
      for (const action of found) byPermit.get(action.permitId)?.push(action);
      return keys.map((key) => byPermit.get(key) ?? []);
    }),
    permits: new DataLoader(async (keys) => {
      const found = await manager.find(Permit, {
        where: { holderId: In(keys) },
        order: { decidedOn: 'DESC', id: 'DESC' },
      });
      const byHolder = new Map<string, Permit[]>(keys.map((key) => [key, []]));
      for (const permit of found) byHolder.get(permit.holderId)?.push(permit);
      return keys.map((key) => byHolder.get(key) ?? []);
    }),
  };
}

@InputType()
class PlainPermitFilter {
  @Field(() => String)
  district!: string;

  @Field(() => String)
  decidedTo!: string;
}

@ObjectType()
class PlainPermitPage {
  @Field(() => [Permit])
  nodes!: Permit[];
}

@InputType()
class PlainSubjectFilter {
  @Field(() => String)
  district!: string;
}

@ObjectType()
class PlainSubjectPage {
  @Field(() => [Subject])
  nodes!: Subject[];
}

@Resolver(() => Permit)
class PlainPermitResolver {
  @Query(() => Permit, { nullable: true })
  permit(
    @Arg('documentNo', () => ID) documentNo: string,
    @Ctx() { manager }: PlainContext,
  ): Promise<Permit | null> {
    return manager.findOneBy(Permit, { documentNo });
  }

  @Query(() => PlainPermitPage)
  async permits(
    @Arg('filter', () => PlainPermitFilter) { district, decidedTo }: PlainPermitFilter,
    @Arg('first', () => Int) first: number,
    @Ctx() { manager }: PlainContext,
  ): Promise<PlainPermitPage> {
    const page = new PlainPermitPage();
    page.nodes = await manager.find(Permit, {
      where: { district, decidedOn: LessThanOrEqual(decidedTo) },
      order: { decidedOn: 'DESC', id: 'DESC' },
      take: first,
    });
    return page;
  }

  @FieldResolver(() => Subject)
  holder(@Root() permit: Permit, @Ctx() context: PlainContext): Promise<Subject> {
    return context.subjects.load(permit.holderId);
  }

  @FieldResolver(() => Agency)
  decidedBy(@Root() permit: Permit, @Ctx() context: PlainContext): Promise<Agency> {
    return context.agencies.load(permit.decidedByCode);
  }

  @FieldResolver(() => [PermitAction])
  actions(@Root() permit: Permit, @Ctx() context: PlainContext): Promise<PermitAction[]> {
    return context.actions.load(permit.id);
  }
}

@Resolver(() => Subject)
class PlainSubjectResolver {
  @Query(() => PlainSubjectPage)
  async subjects(
    @Arg('filter', () => PlainSubjectFilter) { district }: PlainSubjectFilter,
    @Arg('first', () => Int) first: number,
    @Arg('after', () => String) after: string,
    @Ctx() { manager }: PlainContext,
  ): Promise<PlainSubjectPage> {
    const held = await manager
      .createQueryBuilder(Permit, 'permit')
      .select('permit.holderId', 'holder')
      .distinct(true)
      .where('permit.district = :district AND permit.holderId > :after', { district, after })
      .orderBy('permit.holderId')
      .limit(first)
      .getRawMany<{ holder: string }>();
    const page = new PlainSubjectPage();
    page.nodes = await manager.find(Subject, { where: { id: In(held.map(({ holder }) => holder)) }, order: { id: 'ASC' } });
    return page;
  }

  /** Not `permits`: the hub's own field of that name is part of the entity's GraphQL type. */
  @FieldResolver(() => [Permit])
  async firstPermits(
    @Arg('first', () => Int) first: number,
    @Root() subject: Subject,
    @Ctx() context: PlainContext,
  ): Promise<Permit[]> {
    return (await context.permits.load(subject.id)).slice(0, first);
  }
}

const source = new DataSource({
  type: 'postgres',
  url: env['DATABASE_URL'] ?? '',
  entities: [Agency, Subject, Permit, PermitAction],
  poolSize: Number(env['PLAIN_CONNECTIONS'] ?? 4),
});
await source.initialize();

const schema = await buildSchema({ resolvers: [PlainPermitResolver, PlainSubjectResolver], validate: false });
const isBureau = rule('isBureau')((_parent: unknown, _args: unknown, context: PlainContext) => context.agency !== '');
const ruleMap = Object.fromEntries(
  Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type) && !type.name.startsWith('__'))
    .map((type) => [type.name, { '*': isBureau }]),
);
const server = new ApolloServer<PlainContext>({ schema: applyMiddleware(schema, shield(ruleMap)), introspection: false });
const { url } = await startStandaloneServer(server, {
  listen: { port: 0, host: '127.0.0.1' },
  context: () => Promise.resolve(newContext(source.manager)),
});
stdout.write(`ready ${url}\n`);
