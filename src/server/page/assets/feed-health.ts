import { element, isRecord, place } from './dom.js';
import { stateWords, tell, type HealthWord } from './health-words.js';
import { Identity, type Agency } from './identity.js';
import { preferences } from './preferences.js';
import { either, half, inEveryLanguage, language } from './words.js';

/** Lags are written down once a second and matter from a minute on. */
const refreshMs = 15_000;

const question = `query FeedHealthPage { feedHealth {
  at lastChangeAt
  platforms { platform { code nameZh nameEn } clauses recordTypes state following { ...Following } }
  others { ...Following }
} }
fragment Following on FeedFollowing {
  agency { code nameZh nameEn } recordType transport consumers connected state lastSeenAt lagSeconds delivered lastDeliveredAt acknowledgedAt
}`;

type Fields = Readonly<Record<string, unknown>>;

/** The page asks like anybody else, with the reader's own token; who may see it is the boundary's to say. */
async function ask(identity: Identity): Promise<Fields> {
  const token = await identity.token();
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify({ query: question }),
    cache: 'no-store',
  });
  const answer: unknown = await response.json();
  return isRecord(answer) ? answer : {};
}

function list(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '—';
}

function time(value: unknown): string {
  if (typeof value !== 'string') return '—';
  const form = { month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23', timeZone: 'Asia/Shanghai' } as const;
  return new Intl.DateTimeFormat(language(), form).format(new Date(value));
}

/** Seconds in the largest units that say enough: `45 s`, `12 min`, `3 h`, `2 d`. */
function span(value: unknown): string {
  if (typeof value !== 'number') return '—';
  const [size, zh, en] = ([[86_400, '天', 'd'], [3_600, '小时', 'h'], [60, '分', 'min']] as const).find(([least]) => value >= least) ?? [1, '秒', 's'];
  return `${Math.floor(value / size)} ${either(zh, en)}`;
}

function named(agency: unknown): Node[] {
  if (!isRecord(agency)) return [document.createTextNode('—')];
  return [element('span', {}, either(text(agency['nameZh']), text(agency['nameEn']))), element('code', {}, text(agency['code']))];
}

function badge(state: unknown): HTMLElement {
  return element('strong', { class: 'state', 'data-state': text(state) }, stateWords(text(state)));
}

function cells(...contents: readonly (Node | string)[]): HTMLElement[] {
  return contents.map((content) => element('td', {}, content));
}

/** What one line says of how somebody follows; without anything, only dashes. */
function following(row: Fields | null): HTMLElement[] {
  if (!row) return cells('—', '—', '—', '—', '—', '—', '—');
  return cells(
    `${text(row['recordType'])} · ${text(row['transport'])}`,
    `${text(row['connected'])} / ${text(row['consumers'])}`,
    span(row['lagSeconds']),
    time(row['lastSeenAt']),
    text(row['delivered']),
    time(row['lastDeliveredAt']),
    time(row['acknowledgedAt']),
  );
}

const followingHeads = ['transport', 'consumers', 'lag', 'lastSeen', 'delivered', 'lastDelivered', 'acknowledged'] as const;

function table(caption: HealthWord, heads: readonly HealthWord[], rows: readonly HTMLElement[]): HTMLElement {
  const title = tell(caption);
  return element('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': title },
    element('table', { id: caption },
      element('caption', {}, title),
      element('thead', {}, element('tr', {}, ...heads.map((head) => element('th', { scope: 'col' }, tell(head))))),
      element('tbody', {}, ...rows)));
}

function platformRows(platform: Fields): HTMLElement[] {
  const own = list(platform['following']);
  const clauses = Array.isArray(platform['clauses']) ? platform['clauses'].map(text).join(' ') : '—';
  const types = Array.isArray(platform['recordTypes']) && platform['recordTypes'].length > 0 ? platform['recordTypes'].map(text).join(' ') : '—';
  return (own.length > 0 ? own : [null]).map((row, at) =>
    element('tr', {},
      ...(at === 0
        ? [
            element('th', { scope: 'rowgroup', rowspan: String(Math.max(own.length, 1)) }, ...named(platform['platform']), element('code', {}, clauses)),
            element('td', { rowspan: String(Math.max(own.length, 1)) }, badge(platform['state'])),
            element('td', { rowspan: String(Math.max(own.length, 1)) }, types),
          ]
        : []),
      ...following(row)),
  );
}

function contents(answer: Fields): Node[] {
  const data = isRecord(answer['data']) ? answer['data']['feedHealth'] : null;
  if (!isRecord(data)) {
    return list(answer['errors']).map((error) => {
      const step = isRecord(error['extensions']) ? error['extensions']['nextStep'] : null;
      return element('div', { class: 'card denied' }, element('p', {}, half(text(error['message']))), typeof step === 'string' ? element('p', { class: 'step' }, half(step)) : null);
    });
  }
  const others = list(data['others']);
  return [
    element('p', { class: 'empty' }, `${tell('asOf')} ${time(data['at'])} · ${tell('lastChange')} ${time(data['lastChangeAt'])}`),
    table('platforms', ['agency', 'state', 'recordTypes', ...followingHeads], list(data['platforms']).flatMap(platformRows)),
    others.length === 0
      ? element('p', { class: 'empty' }, tell('none'))
      : table('others', ['agency', 'state', ...followingHeads], others.map((row) =>
          element('tr', {}, element('th', { scope: 'row' }, ...named(row['agency'])), element('td', {}, badge(row['state'])), ...following(row)))),
  ];
}

async function open(): Promise<void> {
  const settings = (await (await fetch('/page/settings.json')).json()) as { readonly agencies: readonly Agency[] | null };
  const home = place('health');
  let answer: Fields = {};
  const show = (): void => {
    document.title = `Concordat · ${tell('title')}`;
    place('title').textContent = tell('title');
    home.replaceChildren(...contents(answer));
  };
  const refresh = async (): Promise<void> => {
    try {
      answer = await ask(identity);
    } catch {
      answer = { errors: [{ message: '无法连接枢纽 · The hub cannot be reached.' }] };
    }
    show();
  };
  const identity: Identity = new Identity(settings.agencies, () => void refresh());
  preferences(() => undefined);
  const button = element('button', { type: 'button', class: 'plain', id: 'refresh', onclick: () => void refresh() });
  place('preferences').prepend(button);
  inEveryLanguage(() => {
    button.textContent = tell('refresh');
    show();
  });
  await refresh();
  setInterval(() => {
    if (document.visibilityState === 'visible') void refresh();
  }, refreshMs);
}

await open();
