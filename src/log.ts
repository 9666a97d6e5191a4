/** From the most to the least said. */
export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Facts beside a message: codes, counts, times, addresses of the hub itself. Never what a caller sent or was shown. */
export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

/**
 * Where the hub says what it does. `event` is a stable name for machines, `message` a text for people, zh-CN first.
 * Own, not a library: one line per request at debug alone leaves nothing for a fast logger to win.
 */
export interface Log {
  /** Whether debug lines are written: callers ask before they gather fields. */
  readonly debugs: boolean;
  debug(event: string, message: string, fields?: LogFields): void;
  info(event: string, message: string, fields?: LogFields): void;
  warn(event: string, message: string, fields?: LogFields): void;
  error(event: string, message: string, fields?: LogFields): void;
}

type Write = (line: string) => void;

/** One JSON object a line: `time` (ISO 8601, UTC), `level`, `event`, `message`, then the fields. */
export function jsonLog(level: LogLevel, write: Write): Log {
  return logWith(level, write, (at, event, message, fields) =>
    JSON.stringify({ time: new Date().toISOString(), level: at, event, message, ...fields }),
  );
}

/** For a terminal: the message, then the fields. */
export function textLog(level: LogLevel, write: Write): Log {
  return logWith(level, write, (_at, _event, message, fields) => {
    const facts = Object.entries(fields).map(([name, value]) => ` ${name}=${String(value)}`);
    return `${message}${facts.join('')}`;
  });
}

function logWith(
  least: LogLevel,
  write: Write,
  line: (level: LogLevel, event: string, message: string, fields: LogFields) => string,
): Log {
  const at = (level: LogLevel): Log['info'] =>
    logLevels.indexOf(level) < logLevels.indexOf(least)
      ? () => undefined
      : (event, message, fields = {}) => write(`${line(level, event, message, fields)}\n`);
  return { debugs: least === 'debug', debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** What may be said of a fault: its name and code. Its message may carry values, its stack the message. */
export function faultOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error ? `${error.name} ${String(error.code)}` : error.name;
}
