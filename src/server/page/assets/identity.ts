import { element, isRecord, memory, place } from './dom.js';
import { either, inEveryLanguage, say } from './words.js';
import type { Answer } from './transport.js';

export interface Agency {
  readonly code: string;
  readonly district: string | null;
  readonly nameZh: string;
  readonly nameEn: string;
}

const firstIdentity = 'BINHAI_HRSS';

/**
 * Who asks. With a local issuer: an agency chosen from a list, whose token the hub gives. Else: a token pasted by the
 * reader. Either is kept in this object alone, never in the browser's storage.
 */
export class Identity {
  readonly #agencies: readonly Agency[] | null;
  readonly #changed: () => void;
  #agency: string | null;
  #token: Promise<string | null> = Promise.resolve(null);
  #viewer: Agency | null = null;
  #expiresAt: number | null = null;
  readonly #who = element('output', { class: 'who', 'aria-live': 'polite' });

  /** `changed` is called when another identity has taken effect. */
  constructor(agencies: readonly Agency[] | null, changed: () => void) {
    this.#agencies = agencies;
    this.#changed = changed;
    const wanted = memory.read('agency') ?? firstIdentity;
    this.#agency = agencies ? (agencies.find(({ code }) => code === wanted)?.code ?? agencies[0]?.code ?? null) : null;
    const home = place('identity');
    const control = agencies ? this.#select(agencies) : this.#field();
    home.append(control, this.#who);
    inEveryLanguage(() => {
      home.setAttribute('aria-label', say('identity'));
      this.#describe();
    });
    if (this.#agency !== null) this.#fetchToken();
  }

  /** The token to send, or null while there is none. A local token is replaced before it ends. */
  token(): Promise<string | null> {
    if (this.#agency !== null && this.#expiresAt !== null && this.#expiresAt < Date.now() + 30_000) this.#fetchToken();
    return this.#token;
  }

  /** Fetches a new local token in place of a refused one; false where tokens are pasted. */
  renew(): boolean {
    if (this.#agency === null) return false;
    this.#fetchToken();
    return true;
  }

  /** The reader's own district, as far as known. */
  district(): string | null {
    return this.#viewer?.district ?? this.#agencies?.find(({ code }) => code === this.#agency)?.district ?? null;
  }

  #select(agencies: readonly Agency[]): HTMLElement {
    const label = element('label', { for: 'agency' });
    const select = element('select', { id: 'agency' });
    const options = agencies.map((agency) => ({ agency, option: element('option', { value: agency.code }) }));
    select.append(...options.map(({ option }) => option));
    select.value = this.#agency ?? '';
    select.addEventListener('change', () => {
      this.#agency = select.value;
      memory.write('agency', select.value);
      this.#fetchToken();
      this.#changed();
    });
    inEveryLanguage(() => {
      label.textContent = say('agency');
      for (const { agency, option } of options) {
        option.textContent = [agency.code, either(agency.nameZh, agency.nameEn), either(agency.nameEn, agency.nameZh)].join(' · ');
      }
    });
    return element('div', { class: 'choice' }, label, select);
  }

  #field(): HTMLElement {
    const label = element('label', { for: 'token' });
    const input = element('input', { id: 'token', type: 'password', autocomplete: 'off', spellcheck: 'false' });
    const button = element('button', { type: 'submit', class: 'plain' });
    const form = element('form', { class: 'choice' }, label, input, button);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const token = input.value.trim().replace(/^Bearer\s+/i, '');
      input.value = '';
      this.#take(Promise.resolve(token === '' ? null : token));
      this.#changed();
    });
    inEveryLanguage(() => {
      label.textContent = say('token');
      input.placeholder = say('tokenHint');
      button.textContent = say('useToken');
    });
    return form;
  }

  #fetchToken(): void {
    this.#take(localToken(this.#agency ?? ''));
  }

  #take(token: Promise<string | null>): void {
    this.#token = token;
    this.#expiresAt = null;
    void token.then(async (text) => {
      if (this.#token !== token) return; // another identity was chosen meanwhile
      this.#expiresAt = text === null ? null : endOf(text);
      const viewer = text === null ? null : await viewerOf(text);
      if (this.#token !== token) return;
      this.#viewer = viewer;
      this.#describe();
    });
  }

  #describe(): void {
    const viewer = this.#viewer;
    if (!viewer) {
      this.#who.replaceChildren(element('span', {}, this.#agencies ? ' ' : say('noToken')));
      return;
    }
    const ended = this.#expiresAt !== null && this.#expiresAt < Date.now();
    const until = this.#expiresAt === null ? '' : ended ? say('tokenEnded') : `${say('tokenUntil')} ${clockTime(this.#expiresAt)}`;
    this.#who.replaceChildren(
      element('strong', {}, either(viewer.nameZh, viewer.nameEn)),
      element('small', {}, [viewer.code, viewer.district, until].filter(Boolean).join(' · ')),
    );
  }
}

async function localToken(agency: string): Promise<string | null> {
  try {
    const response = await fetch('/local/token', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ agency }),
    });
    const answer: unknown = await response.json();
    return isRecord(answer) && typeof answer['token'] === 'string' ? answer['token'] : null;
  } catch {
    return null; // the hub is away; the next question says so
  }
}

async function viewerOf(token: string): Promise<Agency | null> {
  try {
    const response = await fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: '{ viewer { agency { code district nameZh nameEn } } }' }),
    });
    const answer = (await response.json()) as Answer;
    const viewer = isRecord(answer['data']) ? answer['data']['viewer'] : null;
    return isRecord(viewer) && isAgency(viewer['agency']) ? viewer['agency'] : null;
  } catch {
    return null;
  }
}

function isAgency(value: unknown): value is Agency {
  return isRecord(value) && typeof value['code'] === 'string' && typeof value['nameZh'] === 'string' && typeof value['nameEn'] === 'string';
}

/** The end a token names, milliseconds since 1970: shown, never trusted. */
function endOf(token: string): number | null {
  try {
    const claims: unknown = JSON.parse(atob((token.split('.')[1] ?? '').replace(/-/g, '+').replace(/_/g, '/')));
    return isRecord(claims) && typeof claims['exp'] === 'number' ? claims['exp'] * 1000 : null;
  } catch {
    return null;
  }
}

function clockTime(at: number): string {
  return new Intl.DateTimeFormat('zh-CN', { month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at);
}
