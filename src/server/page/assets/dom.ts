type Attributes = Readonly<Record<string, string | boolean | ((event: Event) => void)>>;

/** A new element: attributes by name (true = present, false = absent), listeners as `onclick`, then its contents. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...contents: readonly (Node | string | null)[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(key.slice(2), value);
    else if (value !== false) made.setAttribute(key, value === true ? '' : value);
  }
  made.append(...contents.filter((content) => content !== null));
  return made;
}

/** The element of the page's frame with this id. */
export function place(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What the browser remembers between visits: preferences only, never a token, a question or an answer. */
export const memory = {
  read(key: string): string | null {
    try {
      return localStorage.getItem(`concordat.${key}`);
    } catch {
      return null; // the browser forbids it
    }
  },
  write(key: string, value: string): void {
    try {
      localStorage.setItem(`concordat.${key}`, value);
    } catch {
      // the choice holds for this visit
    }
  },
};
