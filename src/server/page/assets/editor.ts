import type { GraphQLSchema } from 'graphql';
import type { fetcherFor } from './transport.js';

interface EditorOptions {
  readonly container: HTMLElement;
  readonly fetcher: ReturnType<typeof fetcherFor>;
  /** What the first tab holds when nothing else is remembered. */
  readonly first: { readonly query: string; readonly variables: string };
}

export type EditorTheme = 'light' | 'dark' | 'system';

/** GraphiQL on the page, and the few things the page asks of it. */
export class Editor {
  readonly #options: EditorOptions;
  readonly #root: { render(element: object): void };
  /** One component object for the life of the page: another one would be mounted anew. */
  readonly #bridge = (): null => this.#take();
  #state: EditorState | null = null;
  #execution: ExecutionState | null = null;
  #schema: SchemaState | null = null;
  /** Whether the first example's variables are still to be set: GraphiQL takes a default for the query alone. */
  #fresh = visitStorage()?.getItem('graphiql:query') == null && !location.search.includes('query=');
  /** A run that waits for the end of a stream. */
  #waiting = false;

  constructor(options: EditorOptions) {
    this.#options = options;
    this.#root = ReactDOM.createRoot(options.container);
  }

  draw(theme: EditorTheme): void {
    const { fetcher, first } = this.#options;
    const asked = new URLSearchParams(location.search);
    const query = asked.get('query');
    const props = {
      fetcher,
      storage: visitStorage(),
      forcedTheme: theme,
      shouldPersistHeaders: false,
      defaultQuery: first.query,
      defaultEditorToolsVisibility: 'variables',
      ...(query === null ? {} : { query, variables: asked.get('variables') ?? '' }),
    };
    const logo = React.createElement(GraphiQL.Logo, {}, 'GraphiQL');
    this.#root.render(React.createElement(GraphiQL, props, logo, React.createElement(this.#bridge)));
  }

  get schema(): GraphQLSchema | null {
    return this.#schema?.schema ?? null;
  }

  /** Asks for the schema again: as another identity, or with a first token. */
  introspect(): void {
    void this.#schema?.introspect();
  }

  load({ query, variables }: { readonly query: string; readonly variables: string }): void {
    this.#state?.queryEditor?.setValue(query);
    this.#state?.variableEditor?.setValue(variables);
  }

  run(): void {
    if (this.#execution?.isSubscribed) {
      this.#waiting = true;
      this.#execution.stop();
    } else {
      this.#execution?.run();
    }
  }

  stop(): void {
    if (this.#execution?.isSubscribed) this.#execution.stop();
  }

  /** Runs what the editor holds with one variable set anew. */
  runWith(name: string, value: string): void {
    const editor = this.#state?.variableEditor;
    if (!editor) return;
    const present: unknown = editor.getValue().trim() === '' ? {} : JSON.parse(editor.getValue());
    editor.setValue(JSON.stringify(Object.assign({}, present, { [name]: value }), null, 2));
    this.run();
  }

  /** A component inside GraphiQL: its state is to be had nowhere else. */
  #take(): null {
    const { useEditorContext, useExecutionContext, useSchemaStore } = GraphiQL.React;
    const state = useEditorContext({ nonNull: true });
    const execution = useExecutionContext({ nonNull: true });
    const schema = useSchemaStore();
    React.useEffect(() => {
      this.#state = state;
      this.#execution = execution;
      this.#schema = schema;
      if (this.#fresh && state.queryEditor && state.variableEditor) {
        this.#fresh = false;
        this.load(this.#options.first);
      }
      if (this.#waiting && !execution.isSubscribed) {
        this.#waiting = false;
        execution.run();
      }
    });
    return null;
  }
}

/** Drafts may name people and companies: they live as long as the browser's tab and no longer. */
function visitStorage(): Storage | undefined {
  try {
    return sessionStorage;
  } catch {
    return undefined;
  }
}
