/** The parts of the packages' browser builds (UMD globals) that the page uses. */

interface CodeEditor {
  getValue(): string;
  setValue(text: string): void;
  focus(): void;
  refresh(): void;
}

interface EditorState {
  readonly queryEditor: CodeEditor | null;
  readonly variableEditor: CodeEditor | null;
}

interface ExecutionState {
  readonly isFetching: boolean;
  readonly isSubscribed: boolean;
  run(): void;
  stop(): void;
}

interface SchemaState {
  readonly schema: import('graphql').GraphQLSchema | null | undefined;
  introspect(): Promise<void>;
}

declare const React: {
  createElement(type: unknown, props?: unknown, ...children: unknown[]): object;
  useEffect(effect: () => void, dependencies?: readonly unknown[]): void;
};

declare const ReactDOM: {
  createRoot(container: Element): { render(element: object): void };
};

declare const GraphiQL: {
  readonly Logo: unknown;
  readonly GraphQL: typeof import('graphql');
  readonly React: {
    readonly useEditorContext: (options: { nonNull: true }) => EditorState;
    readonly useExecutionContext: (options: { nonNull: true }) => ExecutionState;
    readonly useSchemaStore: () => SchemaState;
  };
};

interface Window {
  /** Read by the scroll lock of GraphiQL's dialogs when it writes its style element. */
  __webpack_nonce__?: string | undefined;
}
