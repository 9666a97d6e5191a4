import { readAnswer, type GraphQLAnswer } from './graphql-answer.js';
import { HubUnderTest, type GraphQLCall } from './hub-under-test.js';
import type { Asker } from './judge.js';
import type { World } from './world.js';

/** Two hubs with the same keys, each on a database of its own: for pairs that differ only in what a caller may not see. */
export class TwoHubs {
  readonly #tokens = new Map<string, Promise<string>>();

  private constructor(
    readonly one: HubUnderTest,
    readonly other: HubUnderTest,
  ) {}

  static async start(): Promise<TwoHubs> {
    const one = await HubUnderTest.start();
    return new TwoHubs(one, await HubUnderTest.start(one));
  }

  token(who: Asker): Promise<string> {
    const key = `${who.agency} ${who.role ?? ''}`;
    let token = this.#tokens.get(key);
    if (!token) this.#tokens.set(key, (token = this.one.token(who)));
    return token;
  }

  async load(one: World, other: World = one): Promise<void> {
    await Promise.all([this.one.loader.load(one), this.other.loader.load(other)]);
  }

  /** Asks both hubs on both lanes, expects one and the same answer of all four, and gives it back. */
  async ask(who: Asker, call: GraphQLCall | string, headers: Readonly<Record<string, string>> = {}): Promise<GraphQLAnswer> {
    const asked = typeof call === 'string' ? { query: call } : call;
    const token = await this.token(who);
    const first = await this.one.ask(token, asked, 'apollo', headers);
    for (const [hub, lane] of [[this.other, 'apollo'], [this.one, 'any'], [this.other, 'any']] as const) {
      expect(await hub.ask(token, asked, lane, headers)).toEqual(first);
    }
    return readAnswer(first.body);
  }

  async close(): Promise<void> {
    await this.one.close();
    await this.other.close();
  }
}
