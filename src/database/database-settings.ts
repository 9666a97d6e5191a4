/** Where a database is and how to log in as its owner. */
export interface DatabaseSettings {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** The same as a `postgres://` URL, for child processes and tools. */
export function databaseUrl(settings: DatabaseSettings): string {
  const { host, port, user, password, database } = settings;
  const login = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
  return `postgres://${login}@${encodeURIComponent(host)}:${port}/${encodeURIComponent(database)}`;
}
